/**
 * A reaction, as the gateway reports it.
 *
 * Discord gives a reaction no id of its own, and "add, remove, add" by one person looks three times the same. What
 * tells events apart is the dispatch: the session's id, the shard and the sequence number. A RESUME replays events
 * under their old numbers within the same session, so a replay keeps its id; a restart begins a new session, and
 * a session's events are never replayed into another. Those numbers also say what came first, however late it arrives.
 *
 * @see https://docs.discord.com/developers/events/gateway-events#message-reaction-add
 */
import { z } from 'zod'
import type { PersonalReaction } from '#core/feedback/reaction.ts'
import { snowflake } from './message.ts'

/** Where in the gateway's stream an event came. */
export interface Dispatch {
  readonly session: string
  /** When the session began; milliseconds since the epoch. */
  readonly since: number
  readonly shard: number
  readonly sequence: number
}

export interface HeardReaction {
  readonly kind: PersonalReaction['kind']
  readonly channel: string
  readonly guild: string | undefined
  readonly message: string
  /** Who wrote the message; only additions say so. */
  readonly messageAuthor: string | undefined
  readonly rater: string
  /** Undefined where the event does not say: in direct messages, and for every removal. */
  readonly raterIsBot: boolean | undefined
  readonly value: string
}

/** A moderator took everybody's reactions off a message. */
export interface HeardClearing {
  readonly channel: string
  readonly guild: string | undefined
  readonly message: string
  /** Undefined when it was every emoji. */
  readonly value: string | undefined
}

const emojiSchema = z.object({ id: snowflake.nullish(), name: z.string().nullish() })

const clearingSchema = z.object({
  channel_id: snowflake,
  message_id: snowflake,
  guild_id: snowflake.optional(),
  emoji: emojiSchema.optional(),
})

const reactionSchema = z.object({
  user_id: snowflake,
  channel_id: snowflake,
  message_id: snowflake,
  guild_id: snowflake.optional(),
  message_author_id: snowflake.optional().catch(undefined),
  member: z
    .object({ user: z.object({ bot: z.boolean().default(false) }) })
    .optional()
    .catch(undefined),
  emoji: emojiSchema,
})

/** @returns undefined for what is no reaction. */
export function readReaction(kind: HeardReaction['kind'], raw: unknown): HeardReaction | undefined {
  const read = reactionSchema.safeParse(raw)
  if (!read.success) return undefined
  const { emoji, member, ...event } = read.data
  const value = emojiValue(emoji)
  if (value === undefined) return undefined
  return {
    kind,
    channel: event.channel_id,
    guild: event.guild_id,
    message: event.message_id,
    messageAuthor: event.message_author_id,
    rater: event.user_id,
    raterIsBot: member?.user.bot,
    value,
  }
}

/**
 * `MESSAGE_REACTION_REMOVE_ALL` and, for one emoji, `MESSAGE_REACTION_REMOVE_EMOJI`.
 *
 * @returns undefined for what is neither.
 */
export function readClearing(raw: unknown): HeardClearing | undefined {
  const read = clearingSchema.safeParse(raw)
  if (!read.success) return undefined
  const { emoji, channel_id, guild_id, message_id } = read.data
  const value = emoji && emojiValue(emoji)
  // An emoji that cannot be read is not every emoji.
  if (emoji !== undefined && value === undefined) return undefined
  return { channel: channel_id, guild: guild_id, message: message_id, value }
}

/** A deleted custom emoji has lost its name but still counts. */
const NAMELESS_EMOJI = '_'

function emojiValue({ id, name }: z.infer<typeof emojiSchema>): string | undefined {
  if (id) return `${name || NAMELESS_EMOJI}:${id}`
  return name || undefined
}

export const reactionId = ({ session, shard, sequence }: Dispatch): string =>
  `discord:${session}:${shard}:${sequence}`

/** Later sessions, and later numbers within one, compare as greater text. */
export const reactionOrder = ({ since, sequence }: Dispatch): string =>
  `${String(since).padStart(TIME_DIGITS, '0')}-${String(sequence).padStart(SEQUENCE_DIGITS, '0')}`

/** Milliseconds since the epoch have 13 digits until the year 2286. */
const TIME_DIGITS = 13
/** A session ends long before it has sent so many events. */
const SEQUENCE_DIGITS = 12
