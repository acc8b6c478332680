/** A few things that many want, one user each at a time. Those who wait are served in the order they came. */
export class Pool<T> {
  /** Nobody waits while something is free. `key` is its last user's. */
  readonly #free: { readonly item: T; readonly key: string | undefined }[]
  readonly #waiting: ((item: T) => void)[] = []

  constructor(items: readonly T[]) {
    this.#free = items.map((item) => ({ item, key: undefined }))
  }

  /**
   * The item that `key` used last when it is free, else the one that rested longest.
   *
   * @throws the signal's reason when it is aborted first
   */
  async take(key: string | undefined, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted()
    const own = key === undefined ? -1 : this.#free.findIndex((free) => free.key === key)
    const [found] = this.#free.splice(Math.max(own, 0), 1)
    if (found !== undefined) return found.item
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const leave = () => {
      const place = this.#waiting.indexOf(resolve)
      if (place >= 0) this.#waiting.splice(place, 1)
      reject(signal.reason)
    }
    this.#waiting.push(resolve)
    signal.addEventListener('abort', leave, { once: true })
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  giveBack(item: T, key: string | undefined): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free.push({ item, key })
    else next(item)
  }
}
