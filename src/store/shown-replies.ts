import { setImmediate as nextTick } from 'node:timers/promises'
import type { Keyv } from 'keyv'
import { type MessageRef, messageKey } from '#core/thread.ts'

export interface ShownReply {
  readonly reply: string
  /** `threadKey` of its thread. */
  readonly thread: string
}

/** What is needed to write this reply again: where it stands, and by which messages. */
export interface ReplyPlace {
  readonly thread: string
  readonly platform: string
  /** What the adapter stored with the question that it answers; `null` when that was erased (rule S3). */
  readonly place: unknown
  readonly messages: readonly string[]
}

/**
 * Which reply a platform message shows, and where a reply is shown. A reply may need several messages; feedback on
 * any of them finds it, also after a restart and for messages that no cache holds (rule F3).
 */
export class ShownReplies {
  readonly #keyv: Keyv

  readonly #listeners: ((names: readonly string[]) => Promise<void>)[] = []

  constructor(keyv: Keyv) {
    this.#keyv = keyv
  }

  /** Told the message keys and the reply, once they can be found. */
  onRemembered(listener: (names: readonly string[]) => Promise<void>): void {
    this.#listeners.push(listener)
  }

  async remember(messages: readonly MessageRef[], reply: string, place: ReplyPlace): Promise<void> {
    const shown: ShownReply = { reply, thread: place.thread }
    await this.#keyv.setMany<unknown>([
      ...messages.map((message) => ({ key: messageKey(message), value: shown })),
      { key: replyKey(reply), value: place },
    ])
    const names = [...messages.map(messageKey), reply]
    await Promise.all(this.#listeners.map((listener) => listener(names)))
  }

  /** The newest reply that this message shows. */
  async find(message: MessageRef): Promise<ShownReply | undefined> {
    return this.#keyv.get<ShownReply>(messageKey(message))
  }

  async placeOf(reply: string): Promise<ReplyPlace | undefined> {
    return this.#keyv.get<ReplyPlace>(replyKey(reply))
  }

  /** Feedback still finds the reply; it can no longer be written again, because a place may hold the question's words. */
  async forgetPlace(reply: string): Promise<void> {
    const known = await this.placeOf(reply)
    if (known !== undefined && known.place !== null)
      await this.#keyv.set(replyKey(reply), { ...known, place: null } satisfies ReplyPlace)
  }

  /**
   * Goes through the places of all replies (for rule S3). @param change gives the same place for what stays.
   * @returns how many became another.
   */
  async rewritePlaces(change: (place: ReplyPlace) => ReplyPlace): Promise<number> {
    if (this.#keyv.iterator === undefined) return 0
    let changed = 0
    for await (const [key, value] of this.#keyv.iterator()) {
      if (!String(key).startsWith(REPLY)) continue
      const after = change(value as ReplyPlace)
      if (after === value) continue
      await this.#keyv.set(String(key), after)
      changed += 1
    }
    return changed
  }

  /** The names of all replies that were ever shown, read a page at a time. */
  async *replies(): AsyncGenerator<string> {
    if (this.#keyv.iterator === undefined) return
    let read = 0
    for await (const [key] of this.#keyv.iterator()) {
      const name = String(key)
      if (name.startsWith(REPLY)) yield decodeURIComponent(name.slice(REPLY.length))
      read += 1
      if (read % PAGE === 0) await nextTick()
    }
  }
}

/** Message keys have colons between their parts, so none is ever the same as one of these. */
const REPLY = 'reply/'
const replyKey = (reply: string): string => REPLY + encodeURIComponent(reply)

/** Read at once before others get their turn: answers must not wait while all are read. */
const PAGE = 256
