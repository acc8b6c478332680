/** How a person hears what became of a press: only they see it, and only where the message does not show it (rules F1, T5). */
import type { Logger } from 'pino'
import type { Host } from '#adapters/platform.ts'
import { carryOut, type Press, SAYINGS } from '#adapters/press.ts'
import { reasonOf } from '#core/errors.ts'
import type { SlackApi } from './api.ts'
import type { People } from './people.ts'
import type { HeardPress } from './press.ts'

export interface PressDeps {
  readonly host: Host
  readonly api: Pick<SlackApi, 'whisper'>
  readonly people: People
  readonly log: Logger
}

/** Slack has its acknowledgement already, and does not tell of a press twice. Never throws. */
export async function answerPress(press: HeardPress, deps: PressDeps): Promise<void> {
  const { api, host, people, log } = deps
  const saying = await carryOut(asPress(press, people), host).catch((thrown: unknown) => {
    log.error({ reason: reasonOf(thrown), control: press.control }, 'A press could not be carried out.')
    return SAYINGS.failed
  })
  if (saying === undefined) return
  try {
    await api.whisper(press, press.user, saying)
  } catch (thrown) {
    log.debug({ reason: reasonOf(thrown) }, 'Could not say what became of a press.')
  }
}

const asPress = ({ id, control, reply, user, name, at }: HeardPress, people: People): Press => ({
  ...{ id, control, reply, at, platform: 'slack', rater: user },
  speaker: async () => ({ id: user, name: (await people.names([user])).get(user) ?? name }),
})
