/**
 * Events of one channel are taken in one after the other, so that a follow-up cannot overtake the mention that
 * makes its thread ours (rule T2). Channels do not wait for each other.
 */
export class Lanes {
  /** The last task of every channel that has one; a channel at rest is not in it. */
  readonly #last = new Map<string, Promise<void>>()

  /** @param task must not reject. */
  run(channel: string, task: () => Promise<void>): void {
    const before = this.#last.get(channel) ?? Promise.resolve()
    const mine = before.then(task).finally(() => {
      if (this.#last.get(channel) === mine) this.#last.delete(channel)
    })
    this.#last.set(channel, mine)
  }

  /** Resolves when everything that was waiting at the time of the call is done. */
  async idle(): Promise<void> {
    await Promise.all(this.#last.values())
  }
}
