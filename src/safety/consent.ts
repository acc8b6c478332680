/**
 * Who allows training, in this installation (rule S2). Off until a person turns it on; every turn is kept with its
 * time. Datasets ask `allows` for everybody whose words a row holds, and record the `epoch` they were made in.
 */
import { randomUUIDv7 } from 'node:crypto'
import * as z from 'zod'
import type { PersonRef } from '#core/person.ts'
import type { Namespace } from '#core/store/namespaces.ts'
import { OneByOne } from '#core/store/one-by-one.ts'
import type { PersonalData } from './personal-data.ts'
import type { Pseudonyms } from './pseudonyms.ts'

const turnSchema = z.object({ training: z.boolean(), at: z.number() }).readonly()

const recordSchema = z
  .object({
    schema: z.literal(1),
    person: z.string(),
    provenance: z.string(),
    /** Oldest first; the last one counts. Two neighbours never say the same. */
    turns: z.array(turnSchema).readonly(),
    /** When the newest choice was made, also one that changed nothing: milliseconds since the epoch. */
    asOf: z.number(),
  })
  .readonly()

export type ConsentTurn = z.infer<typeof turnSchema>
export type ConsentRecord = z.infer<typeof recordSchema>

/** Turns of one person that are kept, newest first: nobody changes their mind so often but a program. */
const MOST_TURNS = 1_000

/**
 * Namespace `consent`. Keeps pseudonyms only. A withdrawal is a key of its own beside the person's record, so that
 * the epoch never goes back: not when two processes write at once, and not when the person is erased.
 */
export class Consents implements PersonalData {
  readonly holds = 'choices about training'
  readonly #keyv: Namespace
  readonly #pseudonyms: Pseudonyms
  /** By person. */
  readonly #writes: OneByOne

  constructor(keyv: Namespace, pseudonyms: Pseudonyms) {
    this.#keyv = keyv
    this.#writes = new OneByOne(keyv, 'person')
    this.#pseudonyms = pseudonyms
  }

  /** @param pseudonym `Pseudonyms.of`. False for whoever never said anything. */
  async allows(pseudonym: string): Promise<boolean> {
    return (await this.#read(pseudonym))?.turns.at(-1)?.training ?? false
  }

  /** The newest choice of a person. */
  async of(person: PersonRef): Promise<ConsentTurn | undefined> {
    return (await this.#read(this.#pseudonyms.of(person)))?.turns.at(-1)
  }

  /** What is already so is no new turn, and an older choice never undoes a newer one. A tie is a withdrawal. */
  async set(person: PersonRef, training: boolean, at: number): Promise<void> {
    const pseudonym = this.#pseudonyms.of(person)
    await this.#writes.run(pseudonym, () => this.#set(pseudonym, person.platform, training, at))
  }

  async #set(pseudonym: string, provenance: string, training: boolean, at: number): Promise<void> {
    const { turns = [], asOf = Number.NEGATIVE_INFINITY } = (await this.#read(pseudonym)) ?? {}
    if (at < asOf || (at === asOf && training)) return
    const last = turns.at(-1)
    const isNew = last === undefined || last.training !== training
    const record: ConsentRecord = {
      schema: 1,
      person: pseudonym,
      provenance,
      turns: isNew ? [...turns, { training, at }].slice(-MOST_TURNS) : turns,
      asOf: at,
    }
    await this.#keyv.setMany<unknown>([
      ...(isNew && !training ? [withdrawal(at)] : []),
      { key: keyOf(pseudonym), value: record },
    ])
  }

  /** Grows with every withdrawal: a dataset of an older epoch may hold rows that nobody allows any more. */
  async epoch(): Promise<number> {
    let withdrawals = 0
    for await (const [key] of this.#entries()) if (key.startsWith(WITHDRAWALS)) withdrawals += 1
    return withdrawals
  }

  /** Everybody who ever chose. */
  async *all(): AsyncGenerator<ConsentRecord> {
    for await (const [key, value] of this.#entries())
      if (key.startsWith(PEOPLE)) yield recordSchema.parse(value)
  }

  async count(person: PersonRef): Promise<number> {
    return (await this.#read(this.#pseudonyms.of(person)))?.turns.length ?? 0
  }

  async *export(person: PersonRef): AsyncGenerator<Readonly<Record<string, unknown>>> {
    for (const turn of (await this.#read(this.#pseudonyms.of(person)))?.turns ?? []) yield { ...turn }
  }

  /** Whoever is erased no longer consents: that is a withdrawal too. */
  async erase(person: PersonRef): Promise<number> {
    const pseudonym = this.#pseudonyms.of(person)
    return this.#writes.run(pseudonym, () => this.#erase(pseudonym))
  }

  async #erase(pseudonym: string): Promise<number> {
    const turns = (await this.#read(pseudonym))?.turns ?? []
    if (turns.at(-1)?.training) {
      const { key, value } = withdrawal(turns.at(-1)?.at ?? 0)
      await this.#keyv.set(key, value)
    }
    await this.#keyv.delete(keyOf(pseudonym))
    return turns.length
  }

  async *#entries(): AsyncGenerator<readonly [string, unknown]> {
    if (this.#keyv.iterator === undefined) return
    for await (const [key, value] of this.#keyv.iterator()) yield [String(key), value]
  }

  async #read(pseudonym: string): Promise<ConsentRecord | undefined> {
    const found = await this.#keyv.get<unknown>(keyOf(pseudonym))
    return found === undefined ? undefined : recordSchema.parse(found)
  }
}

const PEOPLE = 'person/'
const WITHDRAWALS = 'withdrawal/'
const keyOf = (pseudonym: string): string => `${PEOPLE}${pseudonym}`

/** Says nothing about who it was. */
const withdrawal = (at: number) => ({ key: `${WITHDRAWALS}${randomUUIDv7()}`, value: { schema: 1, at } })
