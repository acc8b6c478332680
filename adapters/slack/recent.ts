/** Far more than Slack delivers again, or has not told of yet; a few dozen bytes each. */
const REMEMBERED = 1_000

/** Names that came lately, the oldest forgotten first. */
export class Recent {
  /** In the order they came. */
  readonly #names = new Set<string>()

  /** @returns false from the second call with the same name on. */
  add(name: string): boolean {
    if (this.#names.has(name)) return false
    this.#names.add(name)
    const [oldest] = this.#names
    if (this.#names.size > REMEMBERED && oldest !== undefined) this.#names.delete(oldest)
    return true
  }

  has(name: string): boolean {
    return this.#names.has(name)
  }
}
