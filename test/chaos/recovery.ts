/** How soon what a killed process left goes on: rule T3, and the promises about restart and takeover. */
import type { Conversation } from './people.ts'

/** After every kill, the threads that were owed an answer are followed until something moves in them. */
export class Recovery {
  readonly #following = new Map<Conversation, number>()
  readonly #took: number[] = []

  /** From `since` on, each of these should move. */
  follow(threads: readonly Conversation[], since: number): void {
    this.#following.clear()
    for (const thread of threads) this.#following.set(thread, since)
  }

  /** Another process was killed: whoever was waiting for this one waits for that one now. */
  interrupt(): void {
    this.look()
    this.#following.clear()
  }

  look(): void {
    for (const [thread, since] of this.#following) {
      if (thread.movedAt <= since) continue
      this.#took.push(thread.movedAt - since)
      this.#following.delete(thread)
    }
  }

  /** Milliseconds; zero when nothing was cut off. */
  get longest(): number {
    return Math.max(0, ...this.#took)
  }

  get count(): number {
    return this.#took.length
  }
}
