import type Keyv from 'keyv'
import type { Clock } from '#core/clock.ts'
import type { PersonView, Sent, ThreadList, ThreadPage, WireEvent } from '../protocol.ts'
import type { Messages } from './messages.ts'
import { toggled } from './reactions.ts'
import {
  fingerprint,
  type MessageRecord,
  messageId,
  readMessageId,
  summary,
  type ThreadRecord,
  threadView,
} from './records.ts'
import { enlist, listed } from './thread-list.ts'

/** Threads in one answer. */
const LIST_SIZE = 50
/** Messages in one answer: more than two screens, and one `getMany`. */
const WINDOW_SIZE = 100

export interface Post {
  readonly person: PersonView
  readonly text: string
  /** Chosen by the client, the same when it tries again. */
  readonly key: string
}

export interface Threads {
  /** `deleted`: it was sent before, and its author has taken it back. */
  begin(channel: string, post: Post): Promise<Sent | 'deleted'>
  follow(thread: string, post: Post): Promise<Sent | 'deleted' | 'unknown'>
  /** Newest first; `before` is the id of the last thread of the list so far. */
  list(channel: string, before?: string): Promise<ThreadList>
  /** The newest messages; with `before`, those older than that message. */
  read(thread: string, before?: string): Promise<Omit<ThreadPage, 'working' | 'votes'> | undefined>
  /**
   * @param tell records the change; called before it is kept, so that none is lost, and again when keeping it failed.
   */
  react(
    message: string,
    change: { readonly person: PersonView; readonly emoji: string; readonly on: boolean },
    tell: (message: MessageRecord, channel: string) => Promise<void>,
  ): Promise<'done' | 'unknown' | 'full'>
}

/** What people do in the workspace: threads, questions and reactions, kept and told to every open page. */
export function createThreads(deps: {
  readonly store: Keyv
  readonly messages: Messages
  readonly clock: Clock
  readonly publish: (event: WireEvent) => void
}): Threads {
  const { store, messages, clock, publish } = deps
  const reacting = messages.queue('reactions')

  const question = (thread: string, seq: number, { person, text }: Post): MessageRecord => {
    const now = clock.now()
    const author = { id: person.id, name: person.name }
    const id = messageId(thread, seq)
    return { id, thread, seq, author, text, at: now, rev: 1, finished: true, reactions: [], touched: now }
  }

  const sent = (head: ThreadRecord, message: MessageRecord): Sent => ({
    thread: threadView(head),
    message: messages.view(message),
  })

  const announce = (answer: Sent): Sent => {
    publish({ type: 'thread', thread: answer.thread })
    publish({ type: 'message', message: answer.message })
    return answer
  }

  return {
    // The thread's id follows from the post, so that a repeated one finds the thread it began.
    begin: (channel, post) =>
      messages.inThread(`#${channel}`, async () => {
        const id = fingerprint('thread', channel, post.person.id, post.key)
        const { end, head: existing } = await listed(deps, channel, id)
        const first = existing === undefined ? undefined : await messages.kept(messageId(id, 0))
        if (first?.deleted) return 'deleted'
        if (existing !== undefined && first !== undefined) return sent(existing, first)
        const message = question(id, 0, post)
        const head: ThreadRecord = {
          id,
          channel,
          number: end,
          title: summary(post.text) || 'A question',
          preview: '',
          startedBy: { id: post.person.id, name: post.person.name },
          startedAt: message.at,
          updatedAt: message.at,
          next: 1,
        }
        await enlist(deps, head, message)
        return announce(sent(head, message))
      }),

    follow: (thread, post) =>
      messages.inThread(thread, async () => {
        const head = await messages.head(thread)
        if (head === undefined) return 'unknown'
        const key = `sent/${thread}/${fingerprint('follow', post.person.id, post.key)}`
        const seq = await store.get<number>(key)
        const earlier = seq === undefined ? undefined : await messages.kept(messageId(thread, seq))
        if (earlier?.author?.id === post.person.id) return earlier.deleted ? 'deleted' : sent(head, earlier)
        const message = question(thread, head.next, post)
        const grown = { ...head, next: head.next + 1, updatedAt: message.at, preview: summary(post.text) }
        await messages.append(grown, message, [{ key, value: head.next }])
        return announce(sent(grown, message))
      }),

    async list(channel, before) {
      const count = (await store.get<number>(`channel/${channel}`)) ?? 0
      const from = before === undefined ? undefined : await messages.head(before)
      const end = from?.channel === channel ? Math.min(from.number, count) : count
      const first = Math.max(0, end - LIST_SIZE)
      const keys = Array.from({ length: end - first }, (_, index) => `channel/${channel}/${end - 1 - index}`)
      const ids = keys.length === 0 ? [] : await store.getMany<string>(keys)
      const heads = await messages.heads(ids.filter((id) => id !== undefined))
      return { threads: heads.map(threadView), more: first > 0 }
    },

    async read(thread, before) {
      const head = await messages.head(thread)
      if (head === undefined) return undefined
      const named = before === undefined ? undefined : readMessageId(before)
      const end = named?.thread === thread ? Math.min(named.seq, head.next) : head.next
      const found = await messages.window(thread, end, WINDOW_SIZE)
      return {
        thread: threadView(head),
        messages: found.map((message) => messages.view(message)),
        more: end > WINDOW_SIZE,
      }
    },

    // Told outside the thread's own order: whatever the core does about a reaction may write to this thread.
    react: (id, change, tell) =>
      reacting.run(id, async () => {
        const thread = readMessageId(id)?.thread ?? id
        const message = await messages.find(id)
        const head = await messages.head(thread)
        if (message === undefined || head === undefined) return 'unknown'
        const after = toggled(message.reactions, change)
        if (after === 'full') return 'full'
        if (!after.changed) return 'done'
        await tell(message, head.channel)
        return await messages.inThread(thread, async () => {
          const now = await messages.find(id)
          if (now === undefined) return 'unknown'
          // Another answer may have taken this one's place meanwhile, and began without reactions.
          const fresh = toggled(now.reactions, change)
          if (fresh === 'full' || !fresh.changed) return 'done'
          const { reactions } = fresh
          const rev = now.rev + 1
          await messages.amend({ ...now, rev, reactions })
          publish({ type: 'reactions', thread, message: id, rev, reactions })
          return 'done'
        })
      }),
  }
}
