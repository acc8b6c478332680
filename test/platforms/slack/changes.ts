/** How often a condition is looked at when nothing in the workspace moves: it may read the test's own state. */
const RECHECK_MS = 15

/** Tells waiting tests that something in the workspace moved. */
export class Changes {
  readonly #listeners = new Set<() => void>()
  #told = false

  /** Soon, and once for all that moves together: fifty threads at once would look at each other's every call. */
  signal(): void {
    if (this.#told) return
    this.#told = true
    setImmediate(() => {
      this.#told = false
      for (const listener of [...this.#listeners]) listener()
    })
  }

  /** @throws Error with `describe()` when `done` does not hold within `withinMs` of real time. */
  until(done: () => boolean, withinMs: number, describe: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        this.#listeners.delete(look)
        clearInterval(recheck)
        clearTimeout(limit)
        settle()
      }
      const look = (): void => {
        try {
          if (done()) finish(resolve)
        } catch (thrown) {
          finish(() => reject(thrown))
        }
      }
      const recheck = setInterval(look, RECHECK_MS)
      const limit = setTimeout(() => {
        finish(() => reject(new Error(`Not within ${withinMs} ms. ${describe()}`)))
      }, withinMs)
      this.#listeners.add(look)
      look()
    })
  }
}
