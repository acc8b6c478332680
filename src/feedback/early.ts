/** Far more than come within the moment between a message being visible and being remembered. */
const MOST = 1_000

/**
 * Feedback that came before its reply was remembered: a message is visible a moment before its name is on disk, and
 * people are quick. Kept by what it names; the oldest go first, because most of it is about messages of others.
 */
export class EarlyFeedback<Item> {
  /** In the order it came: a Map iterates so. */
  readonly #items = new Map<string, readonly Item[]>()

  keep(name: string, item: Item): void {
    const items = [...(this.#items.get(name) ?? []), item]
    this.#items.delete(name)
    this.#items.set(name, items)
    const [oldest] = this.#items.keys()
    if (this.#items.size > MOST && oldest !== undefined) this.#items.delete(oldest)
  }

  has(name: string, item: Item): boolean {
    return this.#items.get(name)?.includes(item) ?? false
  }

  /** It was recorded after all. What else came under the name stays. */
  drop(name: string, item: Item): void {
    const others = (this.#items.get(name) ?? []).filter((other) => other !== item)
    if (others.length > 0) this.#items.set(name, others)
    else this.#items.delete(name)
  }

  /** All that came for it, which is then no longer kept. */
  take(name: string): readonly Item[] {
    const items = this.#items.get(name) ?? []
    this.#items.delete(name)
    return items
  }
}
