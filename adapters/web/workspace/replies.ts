import type { Clock } from '#core/clock.ts'
import { SurfaceError } from '#core/delivery/surface.ts'
import type { WireEvent } from '../protocol.ts'
import type { Messages } from './messages.ts'
import { type MessageRecord, messageId, readMessageId, summary, threadView } from './records.ts'

/** How far back a reply that lost its note is looked for, in messages: it is among the newest. */
const ORPHAN_WINDOW = 32

export interface Replies {
  /** @returns the new message's id. @throws SurfaceError `gone` when there is no such thread. */
  append(thread: string, answers: string, text: string, finished: boolean): Promise<string>
  /** Make the message read `text`. @throws SurfaceError `gone` when there is no such message. */
  write(id: string, text: string, finished: boolean): Promise<void>
  remove(id: string): Promise<void>
  /**
   * Messages of a reply to this question that nobody writes any more: the process died after the message was kept
   * and before the core noted its id.
   */
  orphans(thread: string, answers: string): Promise<readonly string[]>
  working(thread: string, signal: AbortSignal): void
  /** Text has come: the sign goes. */
  spoke(thread: string): void
  isWorking(thread: string): boolean
}

/** What the assistant does in the workspace: replies that grow in sight of every open page. */
export function createReplies(deps: {
  readonly messages: Messages
  readonly clock: Clock
  readonly publish: (event: WireEvent) => void
}): Replies {
  const { messages, clock, publish } = deps
  /** Threads with a working sign, and whose it is. In memory: it does not outlive the process that works. */
  const signs = new Map<string, AbortSignal>()

  /** The thread's line in the list says what was said last. */
  const settle = async (message: MessageRecord): Promise<void> => {
    const head = await messages.head(message.thread)
    if (head === undefined) return
    const after = { ...head, preview: summary(message.text), updatedAt: clock.now() }
    await messages.saveHead(after)
    publish({ type: 'thread', thread: threadView(after) })
  }

  const replies: Replies = {
    append: (thread, answers, text, finished) =>
      messages.inThread(thread, async () => {
        const head = await messages.head(thread)
        if (head === undefined) throw gone(thread)
        const now = clock.now()
        const seq = head.next
        const base = {
          id: messageId(thread, seq),
          thread,
          seq,
          author: null,
          answers,
          text,
          at: now,
          touched: now,
        }
        const message: MessageRecord = { ...base, rev: 1, finished, reactions: [] }
        const grown = { ...head, next: seq + 1, updatedAt: now }
        await messages.append(grown, message)
        publish({ type: 'thread', thread: threadView(grown) })
        publish({ type: 'message', message: messages.view(message) })
        if (finished) await settle(message)
        return message.id
      }),

    write: (id, text, finished) =>
      messages.inThread(readMessageId(id)?.thread ?? id, async () => {
        const before = await messages.find(id)
        if (before === undefined) throw gone(id)
        if (before.text === text && before.finished === finished) return
        const after = { ...before, text, finished, rev: before.rev + 1, touched: clock.now() }
        await messages.grow(after)
        const keep = commonStart(before.text, text)
        const { thread, rev } = after
        publish({ type: 'patch', thread, message: id, rev, keep, text: text.slice(keep), finished })
        if (finished) await settle(after)
      }),

    remove: (id) =>
      messages.inThread(readMessageId(id)?.thread ?? id, async () => {
        const found = await messages.find(id)
        if (found === undefined) return
        await messages.remove(id)
        publish({ type: 'removed', thread: found.thread, message: id })
      }),

    async orphans(thread, answers) {
      const head = await messages.head(thread)
      if (head === undefined) return []
      const newest = await messages.window(thread, head.next, ORPHAN_WINDOW)
      return newest
        .filter((each) => each.answers === answers && !each.finished && !messages.isLive(each.id))
        .map(({ id }) => id)
    },

    working(thread, signal) {
      if (signal.aborted) return
      const fresh = !signs.has(thread)
      signs.set(thread, signal)
      signal.addEventListener('abort', () => signs.get(thread) === signal && replies.spoke(thread), {
        once: true,
      })
      if (fresh) publish({ type: 'working', thread, on: true })
    },

    spoke(thread) {
      if (signs.delete(thread)) publish({ type: 'working', thread, on: false })
    },

    isWorking: (thread) => signs.has(thread),
  }
  return replies
}

const gone = (id: string): SurfaceError =>
  new SurfaceError({ kind: 'gone' }, `web: there is no ${id.includes('.') ? 'message' : 'thread'} ${id}`)

function commonStart(before: string, after: string): number {
  if (after.startsWith(before)) return before.length
  const most = Math.min(before.length, after.length)
  let same = 0
  while (same < most && before.charCodeAt(same) === after.charCodeAt(same)) same += 1
  return same
}
