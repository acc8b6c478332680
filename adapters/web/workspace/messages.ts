import type { Clock } from '#core/clock.ts'
import type { Namespace } from '#core/store/namespaces.ts'
import type { MessageView } from '../protocol.ts'
import { KeyedQueue } from './queue.ts'
import { type MessageRecord, messageId, messageView, readMessageId, type ThreadRecord } from './records.ts'

/** Milliseconds between two saves of a reply that grows: the core keeps its own journal, so a crash costs no text. */
const SAVE_EVERY_MS = 1_000

export const threadKey = (thread: string): string => `thread/${thread}`
export const messageKey = (id: string): string => `message/${id}`

/** Every message of the workspace: one key each, and the growing ones in memory as well. */
export class Messages {
  readonly #store: Namespace
  readonly #clock: Clock
  readonly #queue: KeyedQueue
  /** Replies that grow now. Newer than the store's; gone from here once finished and saved. */
  readonly #live = new Map<string, { readonly record: MessageRecord; readonly savedAt: number }>()

  constructor(store: Namespace, clock: Clock) {
    this.#store = store
    this.#queue = this.queue('thread')
    this.#clock = clock
  }

  /** Changes of one thread never overlap. */
  inThread<T>(thread: string, work: () => Promise<T>): Promise<T> {
    return this.#queue.run(thread, work)
  }

  /** For other changes that must not overlap. @param purpose what is changed. */
  queue(purpose: string): KeyedQueue {
    return new KeyedQueue(this.#store, purpose)
  }

  head(thread: string): Promise<ThreadRecord | undefined> {
    return this.#store.get<ThreadRecord>(threadKey(thread))
  }

  async heads(threads: readonly string[]): Promise<readonly ThreadRecord[]> {
    if (threads.length === 0) return []
    const found = await this.#store.getMany<ThreadRecord>(threads.map(threadKey))
    return found.filter((head) => head !== undefined)
  }

  /** The message, unless it was deleted or its thread's head does not count it. */
  async find(id: string): Promise<MessageRecord | undefined> {
    const kept = await this.kept(id)
    return kept?.deleted === true ? undefined : kept
  }

  /** The same, and of a deleted message what is left. */
  async kept(id: string): Promise<MessageRecord | undefined> {
    const live = this.#live.get(id)
    if (live !== undefined) return live.record
    const named = readMessageId(id)
    if (named === undefined) return undefined
    const head = await this.head(named.thread)
    return head === undefined || named.seq >= head.next
      ? undefined
      : await this.#store.get<MessageRecord>(messageKey(id))
  }

  /** At most `size` messages before sequence number `end`, oldest first. */
  async window(thread: string, end: number, size: number): Promise<readonly MessageRecord[]> {
    const first = Math.max(0, end - size)
    const ids = Array.from({ length: end - first }, (_, index) => messageId(thread, first + index))
    if (ids.length === 0) return []
    const kept = await this.#store.getMany<MessageRecord>(ids.map(messageKey))
    return ids
      .map((id, index) => this.#live.get(id)?.record ?? kept[index])
      .filter((found) => found !== undefined)
      .filter(({ deleted }) => deleted !== true)
  }

  view(record: MessageRecord): MessageView {
    return messageView(record, this.#live.has(record.id), this.#clock.now())
  }

  isLive(id: string): boolean {
    return this.#live.has(id)
  }

  /** The head goes last: a message beyond it does not count, so a torn write is as if it had never been. */
  async append(
    head: ThreadRecord,
    message: MessageRecord,
    others: readonly { key: string; value: unknown }[] = [],
  ) {
    await this.#store.setMany<unknown>([
      { key: messageKey(message.id), value: message },
      ...others,
      { key: threadKey(head.id), value: head },
    ])
    this.#track(message, this.#clock.now())
  }

  /** Keep what a growing reply says now; for a moment that may be in memory only. Finishing it always saves. */
  async grow(message: MessageRecord): Promise<void> {
    const now = this.#clock.now()
    const live = this.#live.get(message.id)
    const wait = !message.finished && live !== undefined && now - live.savedAt < SAVE_EVERY_MS
    if (!wait) await this.#store.set(messageKey(message.id), message)
    this.#track(message, wait ? live.savedAt : now)
  }

  /** Keep a change that is not the writer's, such as a reaction; whether it still grows stays as it is. */
  async amend(message: MessageRecord): Promise<void> {
    await this.#store.set(messageKey(message.id), message)
    if (this.#live.has(message.id)) this.#track(message, this.#clock.now())
  }

  async saveHead(head: ThreadRecord): Promise<void> {
    await this.#store.set(threadKey(head.id), head)
  }

  async remove(id: string): Promise<void> {
    await this.#store.delete(messageKey(id))
    this.#live.delete(id)
  }

  #track(record: MessageRecord, savedAt: number): void {
    if (record.finished) this.#live.delete(record.id)
    else this.#live.set(record.id, { record, savedAt })
  }
}
