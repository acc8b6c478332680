import type { Keyv } from 'keyv'
import { type MessageRef, messageKey } from '#core/thread.ts'

export interface ShownReply {
  readonly reply: string
  /** `threadKey` of its thread. */
  readonly thread: string
}

/**
 * Which reply a platform message shows. A reply may need several messages; feedback on any of them finds it, also
 * after a restart and for messages that no cache holds (rule F3).
 */
export class ShownReplies {
  readonly #keyv: Keyv

  constructor(keyv: Keyv) {
    this.#keyv = keyv
  }

  async remember(messages: readonly MessageRef[], shown: ShownReply): Promise<void> {
    await this.#keyv.setMany(messages.map((message) => ({ key: messageKey(message), value: shown })))
  }

  async find(message: MessageRef): Promise<ShownReply | undefined> {
    return this.#keyv.get<ShownReply>(messageKey(message))
  }
}
