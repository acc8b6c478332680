/** How many of each kind are remembered: far more than replies that are written at the same time have messages. */
const LIMIT = 1_000

/**
 * Messages that are gone, and who took them away. Discord does not say: what a person deletes leaves history (rule T6),
 * and what the assistant takes away itself, for example when a new answer is shorter, must not.
 */
export class OwnDeletions {
  /** In the order they were expected; the oldest is forgotten first. So with `#others`. */
  readonly #expected = new Set<string>()
  readonly #others = new Set<string>()

  /** Call before the message is deleted: the event may overtake the answer. */
  expect(message: string): void {
    remember(this.#expected, message)
  }

  /** @returns true when the deletion was ours. It stays so, because events are delivered again. */
  has(message: string): boolean {
    return this.#expected.has(message)
  }

  /** Somebody else deleted it. What is still being written says such a part again (rule D5). */
  hear(message: string): void {
    remember(this.#others, message)
  }

  byOthers(message: string): boolean {
    return this.#others.has(message)
  }
}

function remember(messages: Set<string>, message: string): void {
  for (const oldest of messages) {
    if (messages.size < LIMIT) break
    messages.delete(oldest)
  }
  messages.add(message)
}
