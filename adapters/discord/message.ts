/**
 * A Discord message as the gateway and the REST API give it, read into what Parley needs of it.
 *
 * Fields that an answer can do without fall back instead of failing, so that a change at Discord's side costs a
 * file name and not the conversation (rule S6).
 *
 * @see https://docs.discord.com/developers/resources/message#message-object
 */
import { z } from 'zod'

export interface Named {
  readonly id: string
  readonly name: string
}

export interface HeardMessage {
  readonly id: string
  readonly channel: string
  /** Absent in direct messages, and in every message read over REST. */
  readonly guild: string | undefined
  readonly channelType: number | undefined
  readonly author: Named & {
    /** A bot, a webhook or Discord itself. */
    readonly automatic: boolean
    /** Absent in direct messages, and in every message read over REST. */
    readonly roles?: readonly string[] | undefined
  }
  /** False for what Discord itself says: a name change, a new member, a pin. */
  readonly spoken: boolean
  readonly content: string
  /** What came with the text and is not text: one line each, for the model to know of. */
  readonly extras: readonly string[]
  readonly mentions: readonly Named[]
  /** That it mentions. */
  readonly roles: readonly string[]
  /** The message this one replies to. */
  readonly about: string | undefined
  /** The message this thread was started from, on Discord's note at the head of such a thread. */
  readonly starter: HeardMessage | undefined
  /** Milliseconds since the epoch. */
  readonly sentAt: number
}

export const snowflake = z.string().regex(/^\d{17,20}$/)

/** Whoever writes or presses. */
export const user = z.object({
  id: snowflake,
  username: z.string(),
  global_name: z.string().nullish().catch(null),
  bot: z.boolean().optional().catch(undefined),
  system: z.boolean().optional().catch(undefined),
})
/** What people call a member of a server there. */
export const nickname = z.object({ nick: z.string().nullish() }).optional().catch(undefined)
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(z.unknown())
    .catch([])
    .default([])
    .transform((items) => items.flatMap((each) => item.safeParse(each).data ?? []))

/** Only of messages that Discord sends by itself: those that are fetched do not say. */
const member = z
  .object({ nick: z.string().nullish(), roles: listOf(snowflake) })
  .optional()
  .catch(undefined)

const messageSchema = z.object({
  id: snowflake,
  channel_id: snowflake,
  guild_id: snowflake.optional(),
  channel_type: z.int().optional().catch(undefined),
  author: user,
  member,
  webhook_id: z.string().optional().catch('unreadable'),
  type: z.int(),
  content: z.string(),
  timestamp: z.string().catch(''),
  mentions: listOf(user.extend({ member: nickname })),
  mention_roles: listOf(snowflake),
  attachments: listOf(z.object({ filename: z.string() })),
  sticker_items: listOf(z.object({ name: z.string() })),
  poll: z
    .object({ question: z.object({ text: z.string() }) })
    .optional()
    .catch(undefined),
  message_snapshots: listOf(z.object({ message: z.object({ content: z.string() }) })),
  message_reference: z
    .object({ type: z.int().optional(), message_id: snowflake.optional() })
    .optional()
    .catch(undefined),
  referenced_message: z.unknown().optional(),
})

/** Default and Reply. Every other type is a system message or another bot's command. */
const SPOKEN_TYPES: readonly number[] = [0, 19]
const THREAD_STARTER_TYPE = 21
/** A forward refers to its origin too, but replies to nothing. */
const FORWARD = 1

/** @returns undefined for what is no message. */
export function readMessage(raw: unknown): HeardMessage | undefined {
  const read = messageSchema.safeParse(raw)
  if (!read.success) return undefined
  const message = read.data
  const { author, message_reference: reference } = message
  return {
    id: message.id,
    channel: message.channel_id,
    guild: message.guild_id,
    channelType: message.channel_type,
    author: {
      id: author.id,
      name: nameOf(author, message.member),
      roles: message.member?.roles,
      automatic: author.bot === true || author.system === true || message.webhook_id !== undefined,
    },
    spoken: SPOKEN_TYPES.includes(message.type),
    content: message.content,
    extras: [
      ...message.message_snapshots.map(({ message: { content } }) => `[forwarded message] ${content}`.trim()),
      ...message.attachments.map(({ filename }) => `[file: ${filename}]`),
      ...message.sticker_items.map(({ name }) => `[sticker: ${name}]`),
      ...(message.poll ? [`[poll: ${message.poll.question.text}]`] : []),
    ],
    mentions: message.mentions.map((each) => ({ id: each.id, name: nameOf(each, each.member) })),
    roles: message.mention_roles,
    about: message.type === 19 && reference?.type !== FORWARD ? reference?.message_id : undefined,
    starter: message.type === THREAD_STARTER_TYPE ? readMessage(message.referenced_message) : undefined,
    sentAt: sentAt(message.timestamp, message.id),
  }
}

export const nameOf = (person: z.infer<typeof user>, member: z.infer<typeof nickname>): string =>
  member?.nick ?? person.global_name ?? person.username

/** Discord's snowflakes count milliseconds from the first second of 2015. */
const DISCORD_EPOCH_MS = 1_420_070_400_000

/** When Discord made this id, milliseconds since the epoch. */
export const timeOf = (id: string): number => Number(BigInt(id) >> 22n) + DISCORD_EPOCH_MS

function sentAt(timestamp: string, id: string): number {
  const stated = Date.parse(timestamp)
  return Number.isNaN(stated) ? timeOf(id) : stated
}
