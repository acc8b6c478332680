/**
 * A reaction, as the gateway reports it.
 *
 * Discord gives a reaction no id of its own, and "add, remove, add" by one person looks three times the same. What
 * tells events apart is the dispatch: the session's id, the shard and the sequence number. A RESUME replays events
 * under their old numbers within the same session, so a replay keeps its id; a restart begins a new session, and
 * a session's events are never replayed into another.
 *
 * @see https://docs.discord.com/developers/events/gateway-events#message-reaction-add
 */
import { z } from 'zod'
import { snowflake } from './message.ts'

/** Where in the gateway's stream an event came. */
export interface Dispatch {
  readonly session: string
  readonly shard: number
  readonly sequence: number
}

export interface HeardReaction {
  readonly kind: 'reaction_added' | 'reaction_removed'
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
  emoji: z.object({ id: snowflake.nullish(), name: z.string().nullish() }),
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

/** A deleted custom emoji has lost its name but still counts. */
const NAMELESS_EMOJI = '_'

function emojiValue({ id, name }: z.infer<typeof reactionSchema>['emoji']): string | undefined {
  if (id) return `${name || NAMELESS_EMOJI}:${id}`
  return name || undefined
}

export const reactionId = ({ session, shard, sequence }: Dispatch): string =>
  `discord:${session}:${shard}:${sequence}`
