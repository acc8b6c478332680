import { createHash } from 'node:crypto'
import type { Control } from '#core/delivery/surface.ts'
import type { MessageView, ThreadView } from '../protocol.ts'

/** A thread as it is kept: the head of its messages, so that an append is O(1) (rule C5). */
export interface ThreadRecord extends Omit<ThreadView, 'size'> {
  /** Its place in the channel's list. */
  readonly number: number
  /** The sequence number of the next message; messages from here on do not count, whatever the store holds. */
  readonly next: number
  /** Messages that people have deleted. */
  readonly deleted?: number
}

export interface MessageRecord
  extends Omit<MessageView, 'edited' | 'reply' | 'controls' | 'earlier'>,
    Partial<ReplyRecord> {
  readonly seq: number
  /** When its author last changed it, milliseconds since the epoch. */
  readonly edited?: number
  /** Nothing of it is left but its place and whose it was, so that deleting it again does no harm. */
  readonly deleted?: true
  /** When it last changed, milliseconds since the epoch. */
  readonly touched: number
}

/** On the assistant's messages; those of earlier versions lack some. */
export interface ReplyRecord {
  /** The question this replies to. */
  readonly answers: string
  readonly reply: string
  /** When its writing began, milliseconds since the epoch: what was edited later was not what it answers. */
  readonly begun: number
  readonly controls: readonly Control[]
  readonly earlier: number
}

/** Tells an abandoned reply from a growing one: no reply is silent for so long and still being written. */
const ABANDONED_MS = 10 * 60_000

/** A reply whose process died may stay half-written in the store; its sign must not stay with it (rule D7). */
export function messageView(record: MessageRecord, live: boolean, now: number): MessageView {
  const abandoned = !record.finished && !live && now - record.touched > ABANDONED_MS
  const again: readonly Control[] = record.reply === undefined ? [] : ['regenerate']
  return {
    id: record.id,
    thread: record.thread,
    author: record.author,
    text: record.text,
    at: record.at,
    rev: record.rev,
    finished: record.finished || abandoned,
    edited: record.edited !== undefined,
    reactions: record.reactions.filter((each) => each.people.length > 0),
    reply: record.reply ?? null,
    controls: abandoned ? again : (record.controls ?? []),
    earlier: record.earlier ?? 0,
    ...(record.invitation === undefined ? {} : { invitation: record.invitation }),
  }
}

export const threadView = ({ number: _, next, deleted = 0, ...thread }: ThreadRecord): ThreadView => ({
  ...thread,
  size: next - deleted,
})

export const messageId = (thread: string, seq: number): string => `${thread}.${seq}`

/** The thread and place that a message id names, or `undefined` when it is none of ours. */
export function readMessageId(id: string): { readonly thread: string; readonly seq: number } | undefined {
  const match = /^([0-9a-f]{20})\.(\d{1,9})$/.exec(id)
  const [, thread, seq] = match ?? []
  return thread === undefined || seq === undefined ? undefined : { thread, seq: Number(seq) }
}

/** A question's id, as the core knows it. */
export const questionId = (thread: string, message: string): string => `web:${thread}:${message}`

/** The message that asks it, or `undefined` when that is none of ours. */
export function readQuestionId(id: string | undefined): ReturnType<typeof readMessageId> {
  const [platform, thread, message] = id?.split(':') ?? []
  const named = platform === 'web' && message !== undefined ? readMessageId(message) : undefined
  return named?.thread === thread ? named : undefined
}

/** The same for a question that is sent again, so that it is one question (rule T1). */
export const fingerprint = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 20)

/** UTF-16 code units of a thread's title and preview. */
const SUMMARY_SIZE = 90

/** The first words of a Markdown text, without its marks. */
export function summary(text: string): string {
  const plain = text
    .slice(0, 600)
    .replace(/^\s*```.*$/gm, ' ')
    .replace(/^\s*(?:[-+*]|\d+[.)])\s+(?:\[[ xX]\]\s+)?|^[#>\s]+|\|/gm, ' ')
    .replace(/[*`]+|~~/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\s+/g, ' ')
    .trim()
  if (plain.length <= SUMMARY_SIZE) return plain
  const cut = plain.slice(0, SUMMARY_SIZE + 1)
  // Not every script has blanks between words: without one to cut at, the text is cut where it is full.
  const whole = cut.replace(/\s\S*$/, '')
  return `${whole.length < cut.length ? whole : cut.slice(0, SUMMARY_SIZE).replace(/\p{Cs}$/u, '')} …`
}
