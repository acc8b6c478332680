/** Work of the same name runs one after the other, in this process. */
export class Queues {
  /** The end of the last work of each name; gone when nothing of that name runs. Never rejects. */
  readonly #ends = new Map<string, Promise<void>>()

  async run<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#ends.get(name) ?? Promise.resolve()
    const result = before.then(work)
    const end = result.then(
      () => {},
      () => {},
    )
    this.#ends.set(name, end)
    try {
      return await result
    } finally {
      if (this.#ends.get(name) === end) this.#ends.delete(name)
    }
  }
}
