/**
 * One line of the ledger: something a person did about a reply. Rules F1, F4.
 *
 * Events hold pseudonyms and never a platform's id of a person. What they mean together is `fold.ts`.
 */
import * as z from 'zod'
import { REASON_TAGS } from './desk.ts'
import { provenance } from './provenance.ts'

/** Raised when a line can no longer be read as it was written; `older-event.ts` then reads the older ones. */
export const EVENT_SCHEMA = 1

/** The digits of a time in `recordId`, and the dash behind them. */
const BEFORE_NAME = 14
/** The last millisecond that a record's id has room for. */
const LAST_TIME = 9_999_999_999_999
/** Characters. Far more than any platform's names have; what is longer is no name. */
const LONGEST_NAME = 1_000

const name = z.string().min(1).max(LONGEST_NAME)

const about = {
  schema: z.literal(EVENT_SCHEMA),
  /** `recordId`: sortable by time, and the same for every delivery of one event. */
  id: z.string().regex(/^\d{13}-[0-9a-f]{32}$/, 'expected 13 digits, a dash and 32 hexadecimal digits'),
  platform: name,
  /** `threadKey` of the reply's thread. */
  thread: name,
  reply: name,
  /** The words that were judged: `JudgedReply.version`. Left out where nobody knows. */
  version: name.optional(),
  /** How those words were made (rule M5), so that votes can be counted by it. */
  model: name.optional(),
  promptVersion: name.optional(),
  arm: name.optional(),
  /** Milliseconds since the epoch. */
  at: z.int().min(0).max(LAST_TIME),
  /**
   * The platform's own order of what happened to one message: as text, later is greater. Events of one message
   * arrive in any order and are put right by it (rule F1).
   */
  order: name.optional(),
  provenance,
}

const byPerson = {
  /** `Pseudonyms.of`. */
  rater: name,
  /** Whether this person asked the question: their vote counts double. False where nobody knows. */
  requester: z.boolean(),
}

/** `messageKey` of the message it is on; a reply may be shown by several. */
const message = name.optional()

/** As the platform names it: `+1::skin-tone-2`, a Unicode emoji, or `name:id` of a Discord custom emoji. */
const emoji = name

export const feedbackEvent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('reaction_added'), ...about, ...byPerson, message, value: emoji }),
  z.strictObject({ kind: z.literal('reaction_removed'), ...about, ...byPerson, message, value: emoji }),
  /** A moderator took everybody's reactions off a message; only those of one emoji, when `value` is there. */
  z.strictObject({ kind: z.literal('reactions_cleared'), ...about, message, value: emoji.optional() }),
  z.strictObject({ kind: z.literal('vote'), ...about, ...byPerson, value: z.enum(['good', 'bad']) }),
  /** Why. One for each person and reply: the newest counts. */
  z.strictObject({
    kind: z.literal('reason'),
    ...{ ...about, ...byPerson },
    tags: z.array(z.enum(REASON_TAGS)),
    text: z.string(),
  }),
  /** A better reply was written: the demonstration has the words. */
  z.strictObject({ kind: z.literal('correction'), ...about, ...byPerson, demonstration: name }),
])

export type FeedbackEvent = Readonly<z.output<typeof feedbackEvent>>
export type EventOf<Kind extends FeedbackEvent['kind']> = Extract<FeedbackEvent, { readonly kind: Kind }>

/** The part of an id that stays the same when a redelivery comes with another time. */
export const nameOf = (id: string): string => id.slice(BEFORE_NAME)
