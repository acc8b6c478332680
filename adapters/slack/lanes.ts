/** Work with one key runs one after another, in the order it came; different keys never wait for each other. */
export class Lanes {
  /** The newest work of every key that has any. */
  readonly #newest = new Map<string, Promise<void>>()

  async run(key: string, work: () => Promise<void>): Promise<void> {
    const before = this.#newest.get(key) ?? Promise.resolve()
    // What failed before is its own caller's to hear of.
    const mine = before.then(work, work)
    this.#newest.set(key, mine)
    try {
      await mine
    } finally {
      if (this.#newest.get(key) === mine) this.#newest.delete(key)
    }
  }
}
