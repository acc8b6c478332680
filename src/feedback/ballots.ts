import type { Keyv } from 'keyv'
import * as z from 'zod'
import type { PersonRef } from '#core/person.ts'
import type { PersonalData } from '#core/safety/personal-data.ts'
import type { Pseudonyms } from '#core/safety/pseudonyms.ts'

/** A form that nobody sent within this time is out of date; whoever still wants to rank opens it again. */
const KEPT_MS = 30 * 86_400_000

const dealt = z.object({ displayed: z.array(z.string()), at: z.number() })

/** Which order each rater was shown, until they rank. A ranking without it is of a form that is no longer ours. */
export class Ballots implements PersonalData {
  readonly holds = 'comparisons that you opened'
  readonly #keyv: Keyv
  readonly #pseudonyms: Pseudonyms

  constructor(keyv: Keyv, pseudonyms: Pseudonyms) {
    this.#keyv = keyv
    this.#pseudonyms = pseudonyms
  }

  /** @param rater pseudonym, as everywhere here. */
  async deal(task: string, rater: string, displayed: readonly string[], at: number): Promise<void> {
    await this.#keyv.set(keyOf(task, rater), { displayed, at }, KEPT_MS)
  }

  /** Candidate ids in the order that this rater was shown. */
  async dealtTo(task: string, rater: string): Promise<readonly string[] | undefined> {
    const found = await this.#keyv.get<unknown>(keyOf(task, rater))
    return found === undefined ? undefined : dealt.parse(found).displayed
  }

  async count(person: PersonRef): Promise<number> {
    return (await Array.fromAsync(this.#of(person))).length
  }

  async *export(person: PersonRef): AsyncGenerator<Readonly<Record<string, unknown>>> {
    for await (const { key, value } of this.#of(person)) {
      const [task] = key.split('/')
      yield { what: 'comparison that you opened', task, ...dealt.parse(value) }
    }
  }

  async erase(person: PersonRef): Promise<number> {
    const found = await Array.fromAsync(this.#of(person))
    for (const { key } of found) await this.#keyv.delete(key)
    return found.length
  }

  async *#of(person: PersonRef): AsyncGenerator<{ readonly key: string; readonly value: unknown }> {
    if (this.#keyv.iterator === undefined) return
    const end = `/${this.#pseudonyms.of(person)}`
    for await (const [key, value] of this.#keyv.iterator()) {
      if (String(key).endsWith(end)) yield { key: String(key), value }
    }
  }
}

const keyOf = (task: string, rater: string): string => `${task}/${rater}`
