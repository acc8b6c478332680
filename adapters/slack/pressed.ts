/**
 * What a press does, and what the person is told of it: only they see it, and only where the message itself does not
 * show it (rules F1, T5).
 */
import type { Logger } from 'pino'
import type { Host } from '#adapters/platform.ts'
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

export const SAYINGS = {
  noted: 'Thank you, your feedback is noted.',
  unknownReply: 'I do not know this reply any more.',
  outdated: 'The conversation has moved on. Only the newest answer can be regenerated.',
  nothingToStop: 'Nothing is being written any more.',
  failed: 'That did not work. Please try again in a minute.',
} as const

/** Slack has its acknowledgement already, and does not tell of a press twice. Never throws. */
export async function answerPress(press: HeardPress, deps: PressDeps): Promise<void> {
  const { api, log } = deps
  const saying = await carryOut(press, deps).catch((thrown: unknown) => {
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

/** @returns what there is to say; undefined where the message itself shows it. */
async function carryOut(press: HeardPress, { host, people }: PressDeps): Promise<string | undefined> {
  const { id, control, reply, user, at } = press
  switch (control) {
    case 'good':
    case 'bad': {
      const known = await host.vote({ id, reply, platform: 'slack', rater: user, value: control, at })
      return known ? SAYINGS.noted : SAYINGS.unknownReply
    }
    case 'stop':
      return (await host.stop({ reply })) ? undefined : SAYINGS.nothingToStop
    case 'regenerate': {
      const name = (await people.names([user])).get(user) ?? press.name
      switch (await host.regenerate({ id, reply, by: { id: user, name }, at })) {
        case 'accepted':
        case 'duplicate':
          return undefined
        case 'outdated':
          return SAYINGS.outdated
        case 'unknown':
          return SAYINGS.unknownReply
      }
    }
  }
}
