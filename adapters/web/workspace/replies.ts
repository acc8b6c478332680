import type { Clock } from '#core/clock.ts'
import { type Control, SurfaceError } from '#core/delivery/surface.ts'
import type { WireEvent } from '../protocol.ts'
import type { EarlierAnswers } from './earlier.ts'
import type { Messages } from './messages.ts'
import { type MessageRecord, messageId, readMessageId, summary, threadView } from './records.ts'

/** How far back a reply that lost its note is looked for, in messages: it is among the newest. */
const ORPHAN_WINDOW = 32

/** What one message of a reply says now. */
export interface Said {
  readonly reply: string
  /** When the writing of this reply began, milliseconds since the epoch. */
  readonly begun: number
  readonly text: string
  readonly finished: boolean
  readonly controls: readonly Control[]
  /** How many earlier answers the message has, where that is about to change. */
  readonly earlier?: number
}

export interface Replies {
  /** @returns the new message's id. @throws SurfaceError `gone` when there is no such thread. */
  append(thread: string, answers: string, said: Said): Promise<string>
  /** Make the message say this. @throws SurfaceError `gone` when there is no such message. */
  write(id: string, said: Said): Promise<void>
  remove(id: string): Promise<void>
  /** Before the first write of a reply: an answer that these messages show already stays as an earlier one (T5). */
  keepEarlier(thread: string, ids: readonly string[], reply: string): Promise<number | undefined>
  /**
   * Messages of a reply to this question that nobody writes any more: the process died after the message was kept
   * and before the core noted its id.
   */
  orphans(thread: string, answers: string): Promise<readonly string[]>
  working(thread: string, reply: string, signal: AbortSignal): void
  /** Text has come: the sign goes. */
  spoke(thread: string): void
  /** The reply that has a working sign in this thread. */
  workingOn(thread: string): string | null
  /** True when this reply is worked on or written in this thread, as far as anybody here can see. */
  isUnderWay(thread: string, reply: string): Promise<boolean>
}

/** What the assistant does in the workspace: replies that grow in sight of every open page. */
export function createReplies(deps: {
  readonly messages: Messages
  readonly earlier: EarlierAnswers
  readonly clock: Clock
  readonly publish: (event: WireEvent) => void
}): Replies {
  const { messages, clock, publish } = deps
  /** Threads with a working sign, and whose it is. In memory: it does not outlive the process that works. */
  const signs = new Map<string, { readonly reply: string; readonly signal: AbortSignal }>()

  /** The thread's line in the list says what was said last. */
  const settle = async (message: MessageRecord): Promise<void> => {
    const head = await messages.head(message.thread)
    if (head === undefined) return
    const after = { ...head, preview: summary(message.text), updatedAt: clock.now() }
    await messages.saveHead(after)
    publish({ type: 'thread', thread: threadView(after) })
  }

  const replies: Replies = {
    append: (thread, answers, said) =>
      messages.inThread(thread, async () => {
        const head = await messages.head(thread)
        if (head === undefined) throw gone(thread)
        const now = clock.now()
        const seq = head.next
        const message: MessageRecord = {
          ...said,
          id: messageId(thread, seq),
          thread,
          seq,
          author: null,
          answers,
          at: now,
          touched: now,
          rev: 1,
          reactions: [],
        }
        const grown = { ...head, next: seq + 1, updatedAt: now }
        await messages.append(grown, message)
        publish({ type: 'thread', thread: threadView(grown) })
        publish({ type: 'message', message: messages.view(message) })
        if (said.finished) await settle(message)
        return message.id
      }),

    write: (id, said) =>
      messages.inThread(readMessageId(id)?.thread ?? id, async () => {
        const before = await messages.find(id)
        if (before === undefined) throw gone(id)
        if (saysSo(before, said)) return
        // People reacted to the answer that was there, not to the one that takes its place.
        const isAnother = before.reply !== said.reply
        const reactions = isAnother ? [] : before.reactions
        const begun = isAnother ? said.begun : (before.begun ?? said.begun)
        const after = { ...before, ...said, begun, reactions, rev: before.rev + 1, touched: clock.now() }
        await messages.grow(after)
        if (isAnother) publish({ type: 'message', message: messages.view(after) })
        else publish(patch(before, after))
        if (said.finished) await settle(after)
      }),

    remove: (id) =>
      messages.inThread(readMessageId(id)?.thread ?? id, async () => {
        const found = await messages.find(id)
        if (found === undefined) return
        await messages.remove(id)
        publish({ type: 'removed', thread: found.thread, message: id })
      }),

    keepEarlier: (thread, ids, reply) => messages.inThread(thread, () => deps.earlier.keep(ids, reply)),

    async orphans(thread, answers) {
      const head = await messages.head(thread)
      if (head === undefined) return []
      const newest = await messages.window(thread, head.next, ORPHAN_WINDOW)
      return newest
        .filter((each) => each.answers === answers && !each.finished && !messages.isLive(each.id))
        .map(({ id }) => id)
    },

    working(thread, reply, signal) {
      if (signal.aborted) return
      const fresh = signs.get(thread)?.reply !== reply
      signs.set(thread, { reply, signal })
      signal.addEventListener('abort', () => signs.get(thread)?.signal === signal && replies.spoke(thread), {
        once: true,
      })
      if (fresh) publish({ type: 'working', thread, reply })
    },

    spoke(thread) {
      if (signs.delete(thread)) publish({ type: 'working', thread, reply: null })
    },

    workingOn: (thread) => signs.get(thread)?.reply ?? null,

    async isUnderWay(thread, reply) {
      if (replies.workingOn(thread) === reply) return true
      const head = await messages.head(thread)
      if (head === undefined) return false
      const newest = await messages.window(thread, head.next, ORPHAN_WINDOW)
      return newest.some((each) => each.reply === reply && !each.finished)
    },
  }
  return replies
}

const gone = (id: string): SurfaceError =>
  new SurfaceError({ kind: 'gone' }, `web: there is no ${id.includes('.') ? 'message' : 'thread'} ${id}`)

function saysSo(message: MessageRecord, { reply, text, finished, controls }: Said): boolean {
  return (
    message.reply === reply &&
    message.text === text &&
    message.finished === finished &&
    message.controls?.join() === controls.join()
  )
}

function patch(before: MessageRecord, after: MessageRecord): WireEvent {
  const { thread, id: message, rev, finished, controls = [] } = after
  const keep = commonStart(before.text, after.text)
  return { type: 'patch', thread, message, rev, keep, text: after.text.slice(keep), finished, controls }
}

function commonStart(before: string, after: string): number {
  if (after.startsWith(before)) return before.length
  const most = Math.min(before.length, after.length)
  let same = 0
  while (same < most && before.charCodeAt(same) === after.charCodeAt(same)) same += 1
  return same
}
