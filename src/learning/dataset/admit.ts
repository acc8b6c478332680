import type { Turn } from './dataset.ts'
import type { Drop } from './drops.ts'
import { answersOf, type Example, isOwnThread, reworded } from './example.ts'
import type { Permits } from './permits.ts'

/**
 * Lets an example out of the store, or says why not: the source gate, everybody's consent, then de-identification of
 * the conversation as a whole, so that one person has one placeholder in it. Rules S1, S2, S4.
 */
export class Admission {
  readonly #permits: Permits
  /** What the gate said no to, by what it said. */
  readonly #refusals = new Map<string, Refusal>()
  /** Asked once a build: a person who changes their mind meanwhile changes the next one. */
  readonly #consents = new Map<string, boolean>()

  constructor(permits: Permits) {
    this.#permits = permits
  }

  /** What the source gate said no to. */
  get refusals(): readonly Refusal[] {
    return [...this.#refusals.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  }

  async admit(example: Example): Promise<Example | Drop> {
    if (!this.#sourceAllows(example)) return 'source'
    for (const person of example.people) if (!(await this.consents(person))) return 'consent'
    const answers = answersOf(example).map((content): Turn => ({ role: 'assistant', content }))
    const clean = await this.#permits.deidentify([...example.prompt, ...answers], threadOf(example))
    if (clean.length !== example.prompt.length + answers.length)
      throw new Error('de-identification gave another number of turns than it was given')
    const prompt = clean.slice(0, example.prompt.length).map(({ role, content }) => ({ role, content }))
    const words = clean.slice(example.prompt.length).map(({ content }) => content)
    return { ...reworded(example, prompt, words), thread: this.#permits.hide(example.thread) }
  }

  async consents(person: string): Promise<boolean> {
    const known = this.#consents.get(person)
    if (known !== undefined) return known
    const consents = await this.#permits.consents.allows(person)
    this.#consents.set(person, consents)
    return consents
  }

  #sourceAllows(example: Example): boolean {
    const { provenance, since: at } = example
    const said = threadOf(example)
    const place = { provenance, at, ...(said === undefined ? {} : { thread: said }) }
    const verdict = this.#permits.gate.judge(place, this.#permits.now)
    if (verdict.allowed) return true
    const refusal = { provenance, why: verdict.why, say: verdict.say, count: 1 }
    const count = (this.#refusals.get(keyOf(refusal))?.count ?? 0) + 1
    this.#refusals.set(keyOf(refusal), { ...refusal, count })
    return false
  }
}

/** A place whose text the gate does not let through. */
export interface Refusal {
  readonly provenance: string
  readonly why: string
  /** A sentence for the operator. */
  readonly say: string
  readonly count: number
}

const threadOf = ({ thread }: Example): string | undefined => (isOwnThread(thread) ? undefined : thread)

const keyOf = ({ provenance, why }: Pick<Refusal, 'provenance' | 'why'>): string => `${provenance}/${why}`
