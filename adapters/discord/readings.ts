/** Channels that are read at the same time after a pause. */
const READ_AT_ONCE = 4

/**
 * Channels that are read after a pause, a few at a time. A session may end again before all are read: what stands in
 * line is not lined up once more, because it reads to whatever is the newest message by then.
 */
export class Readings {
  /** The end of what is read on each of a few tracks. */
  readonly #tracks: Promise<void>[] = []
  #count = 0
  /** Channels that stand in line, and from when on they will be read. */
  readonly #waiting = new Map<string, number>()

  /**
   * @param since milliseconds since the epoch.
   * @returns does it in its turn, and again when it is called again; undefined when one in line reads as far back.
   */
  plan(channel: string, since: number, read: () => Promise<void>): (() => Promise<void>) | undefined {
    if ((this.#waiting.get(channel) ?? Number.POSITIVE_INFINITY) <= since) return undefined
    this.#waiting.set(channel, since)
    return () =>
      this.#inTurn(() => {
        if (this.#waiting.get(channel) === since) this.#waiting.delete(channel)
        return read()
      })
  }

  async #inTurn(read: () => Promise<void>): Promise<void> {
    const track = this.#count % READ_AT_ONCE
    this.#count += 1
    const mine = (this.#tracks[track] ?? Promise.resolve()).then(read)
    this.#tracks[track] = mine.catch(() => {})
    await mine
  }
}
