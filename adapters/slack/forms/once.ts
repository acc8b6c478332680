/** Far more than is sent twice within minutes; a few hundred bytes each. */
const REMEMBERED = 1_000

/** Work with a name is done once: who asks for it again gets what became of it. What failed may be done anew. */
export class Once<T> {
  /** In the order they began. */
  readonly #begun = new Map<string, Promise<T>>()
  readonly #isFinal: (result: T) => boolean

  constructor(isFinal: (result: T) => boolean) {
    this.#isFinal = isFinal
  }

  async run(name: string, work: () => Promise<T>): Promise<T> {
    const known = this.#begun.get(name)
    if (known !== undefined) return known
    const begun = work()
    this.#begun.set(name, begun)
    const [oldest] = this.#begun.keys()
    if (this.#begun.size > REMEMBERED && oldest !== undefined) this.#begun.delete(oldest)
    let done = false
    try {
      const result = await begun
      done = this.#isFinal(result)
      return result
    } finally {
      if (!done && this.#begun.get(name) === begun) this.#begun.delete(name)
    }
  }
}
