/**
 * What a press on a control does, and what the person is told of it. The same on every platform that has buttons; how
 * it is acknowledged and whispered is the platform's own (rules F1, T5).
 */
import type { Control } from '#core/delivery/surface.ts'
import type { Speaker } from '#core/thread.ts'
import type { Host } from './platform.ts'

export interface Press {
  /** The same for every delivery of one press. */
  readonly id: string
  readonly platform: string
  readonly control: Control
  readonly reply: string
  /** The platform's id of the person. */
  readonly rater: string
  /** Looked up only where it is needed: on some platforms a name costs a call. */
  readonly speaker: () => Promise<Speaker>
  /** Milliseconds since the epoch. */
  readonly at: number
}

export const SAYINGS = {
  noted: 'Thank you, your feedback is noted.',
  unknownReply: 'I do not know this reply any more.',
  outdated: 'The conversation has moved on. Only the newest answer can be regenerated.',
  unasked: 'The question was deleted, so it is not answered again.',
  nothingToStop: 'Nothing is being written any more.',
  failed: 'That did not work. Please try again in a minute.',
} as const

/** @returns what there is to say; undefined where the message itself shows it. */
export async function carryOut(press: Press, host: Host): Promise<string | undefined> {
  const { id, platform, control, reply, rater, at } = press
  switch (control) {
    case 'good':
    case 'bad': {
      const known = await host.vote({ id, reply, platform, rater, value: control, at })
      return known ? SAYINGS.noted : SAYINGS.unknownReply
    }
    case 'stop':
      return (await host.stop({ reply })) ? undefined : SAYINGS.nothingToStop
    case 'correct':
    case 'compare':
      // They open a form, which is the platform's own; a platform without it has no such control.
      return SAYINGS.failed
    case 'regenerate':
      switch (await host.regenerate({ id, reply, by: await press.speaker(), at })) {
        case 'accepted':
        case 'duplicate':
          return undefined
        case 'outdated':
          return SAYINGS.outdated
        case 'unasked':
          return SAYINGS.unasked
        case 'unknown':
          return SAYINGS.unknownReply
      }
  }
}
