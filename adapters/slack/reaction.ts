import { z } from 'zod'
import type { PersonalReaction } from '#core/feedback/reaction.ts'
import { milliseconds, type Self, SLACKBOT, slackId, timestamp } from './inbound.ts'

/** Characters. A name has at most 100, and a skin tone behind it. */
const LONGEST_NAME = 200

const reactionSchema = z.object({
  type: z.enum(['reaction_added', 'reaction_removed']),
  user: slackId,
  /** Its name; people make their own in any script. */
  reaction: z
    .string()
    .min(1)
    .max(LONGEST_NAME)
    .refine((name) => name.isWellFormed()),
  item: z.object({ type: z.literal('message'), channel: slackId, ts: timestamp }),
  item_user: z.string().nullish(),
  event_ts: timestamp,
})

/**
 * A reaction of somebody else on a message that may be ours; `undefined` for all others (rules F2, S6). Whether the
 * rater is a bot is not in the event: the caller asks. Pure.
 */
export function readReaction(event: unknown, self: Self): PersonalReaction | undefined {
  const read = reactionSchema.safeParse(event)
  if (!read.success) return undefined
  const { type, user, reaction, item, item_user, event_ts } = read.data
  if (user === self.user || user === SLACKBOT) return undefined
  if (item_user && item_user !== self.user) return undefined
  return {
    // Made of what happened, not of the delivery: the same over HTTP retries and on a second connection (rule F1).
    id: ['slack', self.team, type, item.channel, item.ts, user, reaction, event_ts].join(':'),
    kind: type,
    message: { platform: 'slack', workspace: self.team, channel: item.channel, message: item.ts },
    rater: user,
    value: reaction,
    at: milliseconds(event_ts),
    order: orderOf(event_ts),
  }
}

/** Microseconds as text of one length, so that it compares as time does; the first 13 digits are milliseconds. */
function orderOf(ts: string): string {
  const [seconds = '', fraction = ''] = ts.split('.')
  return seconds.padStart(SECOND_DIGITS, '0') + fraction.padEnd(FRACTION_DIGITS, '0')
}

/** Until the year 2286. */
const SECOND_DIGITS = 10
const FRACTION_DIGITS = 6
