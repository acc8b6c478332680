/**
 * Second thoughts of people about what they wrote: edits and deletions, as the gateway reports them.
 *
 * @see https://docs.discord.com/developers/events/gateway-events#message-update
 */
import { z } from 'zod'
import { type HeardMessage, readMessage, snowflake } from './message.ts'

export interface HeardEdit {
  readonly message: HeardMessage
  /** Discord's `edited_timestamp`: the same for every delivery of one edit. */
  readonly version: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface HeardDeletion {
  readonly channel: string
  readonly guild: string | undefined
  readonly messages: readonly string[]
}

const editSchema = z.object({ edited_timestamp: z.string() })
const place = { channel_id: snowflake, guild_id: snowflake.optional() }
const deletionSchema = z.union([
  z.object({ ...place, id: snowflake }).transform(({ id, ...rest }) => ({ ...rest, ids: [id] })),
  z.object({ ...place, ids: z.array(snowflake) }),
])

/**
 * Discord sends an update for previews, pins and threads too. Those leave `edited_timestamp` as it was: absent or
 * null for a message that nobody edited, and the version of an edit that was told before otherwise.
 *
 * @returns undefined for what changed no text.
 */
export function readEdit(raw: unknown): HeardEdit | undefined {
  const edit = editSchema.safeParse(raw)
  const message = readMessage(raw)
  if (!edit.success || message === undefined) return undefined
  const version = edit.data.edited_timestamp
  const at = Date.parse(version)
  return Number.isNaN(at) ? undefined : { message, version, at }
}

/** Of one message, or of many at once. @returns undefined for what is no deletion. */
export function readDeletion(raw: unknown): HeardDeletion | undefined {
  const read = deletionSchema.safeParse(raw)
  if (!read.success) return undefined
  const { channel_id: channel, guild_id: guild, ids: messages } = read.data
  return { channel, guild, messages }
}
