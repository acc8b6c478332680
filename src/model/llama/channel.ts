/** Turns callbacks into a stream: what is pushed comes out in order, then the end or the error. For one reader. */
export class Channel<T> implements AsyncIterable<T> {
  /** Pushed and not yet read. */
  readonly #waiting: T[] = []
  #ended: { readonly error?: unknown } | undefined
  /** Set while the reader waits, and only while nothing waits for it. */
  #wake: (() => void) | undefined

  push(item: T): void {
    this.#waiting.push(item)
    this.#wake?.()
  }

  end(): void {
    this.#ended ??= {}
    this.#wake?.()
  }

  fail(error: unknown): void {
    this.#ended ??= { error }
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      while (this.#waiting.length > 0) yield* this.#waiting.splice(0)
      if (this.#ended !== undefined) {
        if ('error' in this.#ended) throw this.#ended.error
        return
      }
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
      this.#wake = undefined
    }
  }
}
