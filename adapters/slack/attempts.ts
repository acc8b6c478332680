import type { Place } from './place.ts'

/** As many turns as can run at once; a few dozen bytes each, the oldest forgotten first. */
const REMEMBERED = 1_000

/** Which questions this process has tried to answer: a turn that fails by a fault of ours is tried again. */
export class Attempts {
  /** In the order of their first attempts. */
  readonly #begun = new Set<string>()

  /** False from the second call for the same question on. */
  isFirst({ channel, ts }: Place): boolean {
    const question = `${channel}:${ts}`
    if (this.#begun.has(question)) return false
    this.#begun.add(question)
    const [oldest] = this.#begun
    if (this.#begun.size > REMEMBERED && oldest !== undefined) this.#begun.delete(oldest)
    return true
  }
}
