/**
 * How Discord hears of a press, and the person of what became of it: only they see it, and only where the message
 * itself does not show it (rules F1, T5).
 */
import type { Logger } from 'pino'
import type { Host } from '#adapters/platform.ts'
import { carryOut, type Press, SAYINGS } from '#adapters/press.ts'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/errors.ts'
import type { DiscordApi } from './api.ts'
import { CODE, codeOf, describe, faultOf } from './fault.ts'
import { withPatience } from './patience.ts'
import type { HeardPress } from './press.ts'

export interface PressDeps {
  readonly host: Host
  readonly api: DiscordApi
  readonly clock: Clock
  readonly log: Logger
  /** Aborts when no more events are taken. */
  readonly stopped: AbortSignal
}

/** Discord shows the person a failure three seconds after the press; the second attempt must fit in, too. */
const ACKNOWLEDGE_WITHIN_MS = 2_500
const SAY_WITHIN_MS = 10_000

/** Never throws: whoever pressed is told, and the log is. */
export async function answerPress(press: HeardPress, deps: PressDeps): Promise<void> {
  // Both at once: a stop must not wait for Discord, and Discord must not wait for the store.
  const [acknowledged, saying] = await Promise.all([acknowledge(press, deps), act(press, deps)])
  if (!acknowledged || saying === undefined || deps.stopped.aborted) return
  try {
    await deps.api.whisper(press, saying, AbortSignal.timeout(SAY_WITHIN_MS))
  } catch (error) {
    deps.log.debug({ failure: describe(error) }, 'Discord: could not say what became of a press')
  }
}

/** @returns false when this delivery is not the one to answer: it was answered before, or it is too late. */
async function acknowledge(press: HeardPress, { api, log }: PressDeps): Promise<boolean> {
  const soon = AbortSignal.timeout(ACKNOWLEDGE_WITHIN_MS)
  for (let attempt = 1; ; attempt += 1) {
    try {
      await api.acknowledge(press, soon)
      return true
    } catch (error) {
      // The first attempt may have arrived although its answer did not.
      if (codeOf(error) === CODE.alreadyAcknowledged) return attempt > 1
      const transient = faultOf(error)?.kind === 'unavailable' && !soon.aborted
      if (!transient || attempt > 1) {
        log.debug({ failure: describe(error) }, 'Discord: a press could not be acknowledged')
        return false
      }
    }
  }
}

/** @returns what there is to say; undefined where the message itself shows it. */
async function act(press: HeardPress, { host, clock, log, stopped }: PressDeps): Promise<string | undefined> {
  try {
    return await withPatience(() => carryOut(asPress(press), host), clock, stopped)
  } catch (error) {
    log.error({ reason: reasonOf(error) }, 'Discord: a press could not be carried out')
    return SAYINGS.failed
  }
}

const asPress = ({ id, control, reply, by, at }: HeardPress): Press => ({
  ...{ control, reply, at, platform: 'discord', rater: by.id },
  id: `discord:${id}`,
  speaker: async () => by,
})
