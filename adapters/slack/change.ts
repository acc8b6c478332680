/**
 * Second thoughts of people about what they wrote: edits and deletions, as Slack's events tell of them (rule T6).
 * Pure.
 *
 * Source: docs.slack.dev/reference/events/message/message_changed and message_deleted.
 */
import { z } from 'zod'
import type { Deletion } from '#core/dialogue/request.ts'
import type { ThreadRef } from '#core/thread.ts'
import { fieldOf, type Incoming, milliseconds, readSpoken, type Self, slackId, timestamp } from './inbound.ts'

export interface HeardEdit {
  /** The message as it reads now. */
  readonly incoming: Incoming
  /** The same for every delivery of one edit. */
  readonly version: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface HeardDeletion {
  readonly thread: ThreadRef
  readonly deletion: Deletion
}

const said = z.looseObject({
  ts: timestamp,
  thread_ts: timestamp.optional(),
  subtype: z.string().optional(),
  text: z.string().nullish(),
  edited: z.object({ ts: timestamp }).optional(),
})

const changedSchema = z.object({
  type: z.literal('message'),
  subtype: z.literal('message_changed'),
  channel: slackId,
  channel_type: z.string().optional(),
  event_ts: timestamp.optional(),
  message: said,
  previous_message: said.nullish(),
})

const deletedSchema = z.object({
  type: z.literal('message'),
  subtype: z.literal('message_deleted'),
  channel: slackId,
  event_ts: timestamp.optional(),
  deleted_ts: timestamp,
  previous_message: z.object({ thread_ts: timestamp.optional() }).nullish(),
})

/**
 * Slack tells the same way of previews, reactions to a thread, and of every growth of our own streams: only a person
 * who changed the words makes an edit.
 */
export function readEdit(event: unknown, self: Self): HeardEdit | undefined {
  if (fieldOf(event, 'subtype') !== 'message_changed') return undefined
  if (fieldOf(fieldOf(event, 'message'), 'edited') === undefined) return undefined
  const read = changedSchema.safeParse(event)
  if (!read.success) return undefined
  const { channel, channel_type, message, previous_message } = read.data
  if (message.edited === undefined) return undefined
  if (previous_message && (previous_message.text ?? '') === (message.text ?? '')) return undefined
  const incoming = readSpoken({ ...message, type: 'message', channel, channel_type }, self)
  const version = message.edited.ts
  return incoming === undefined ? undefined : { incoming, version, at: milliseconds(version) }
}

/** Of any message: what it was to us, the core knows. */
export function readDeletion(event: unknown, self: Self): HeardDeletion | undefined {
  const subtype = fieldOf(event, 'subtype')
  if (subtype === 'message_deleted') {
    const deleted = deletedSchema.safeParse(event)
    if (!deleted.success) return undefined
    const { channel, deleted_ts: ts, previous_message, event_ts } = deleted.data
    return deletionOf({ channel, ts, root: previous_message?.thread_ts, at: event_ts }, self)
  }
  if (subtype !== 'message_changed') return undefined
  // The first message of a thread leaves a tombstone behind, and that is told as a change.
  if (fieldOf(fieldOf(event, 'message'), 'subtype') !== 'tombstone') return undefined
  const changed = changedSchema.safeParse(event)
  if (!changed.success) return undefined
  const { channel, message, event_ts } = changed.data
  return deletionOf({ channel, ts: message.ts, root: message.thread_ts, at: event_ts }, self)
}

function deletionOf(
  gone: { channel: string; ts: string; root: string | undefined; at: string | undefined },
  { team: workspace }: Self,
): HeardDeletion {
  const { channel, ts, root = ts, at = ts } = gone
  return {
    thread: { platform: 'slack', workspace, channel, root },
    deletion: {
      question: `slack:${workspace}:${channel}:${ts}`,
      message: { platform: 'slack', workspace, channel, message: ts },
      at: milliseconds(at),
    },
  }
}
