/** Deletions that the gateway has not told of yet; it tells of each within a second, or never. */
const LIMIT = 1_000

/**
 * Messages that the assistant takes away itself, for example when a new answer is shorter.
 *
 * Discord does not say who deleted a message, and what a person deletes leaves history (rule T6): our own must not.
 */
export class OwnDeletions {
  /** In the order they were expected; the oldest is forgotten first. */
  readonly #expected = new Set<string>()

  /** Call before the message is deleted: the event may overtake the answer. */
  expect(message: string): void {
    for (const oldest of this.#expected) {
      if (this.#expected.size < LIMIT) break
      this.#expected.delete(oldest)
    }
    this.#expected.add(message)
  }

  /** @returns true when the deletion was ours. It stays so, because events are delivered again. */
  has(message: string): boolean {
    return this.#expected.has(message)
  }
}
