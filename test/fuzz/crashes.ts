/** What would have ended the process: rejections that nobody handles, and exceptions that nobody catches. */
export class Crashes implements Disposable {
  readonly #found: unknown[] = []
  readonly #note = (thrown: unknown): void => {
    this.#found.push(thrown)
  }

  constructor() {
    process.on('unhandledRejection', this.#note)
    process.on('uncaughtException', this.#note)
  }

  /** @throws Error with the first one. */
  check(): void {
    const [first] = this.#found.splice(0)
    if (first === undefined) return
    throw new Error(`The process would have ended: ${first instanceof Error ? first.stack : String(first)}`, {
      cause: first,
    })
  }

  [Symbol.dispose](): void {
    process.off('unhandledRejection', this.#note)
    process.off('uncaughtException', this.#note)
  }
}
