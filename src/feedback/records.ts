import type { Keyv } from 'keyv'
import type * as z from 'zod'
import type { PersonRef } from '#core/person.ts'
import type { PersonalData } from '#core/safety/personal-data.ts'
import type { Pseudonyms } from '#core/safety/pseudonyms.ts'

/** Ids begin with the time (`recordId`); keys that begin otherwise are an index beside the records. */
const RECORD_KEY = /^\d/

/**
 * Records of one kind in a namespace of their own, each under an id that is sortable by time. They hold pseudonyms
 * and never a platform's id of a person, and reach view, export and erase through those (rules F4, S3).
 */
export abstract class Records<R extends { readonly id: string }> implements PersonalData {
  abstract readonly holds: string
  protected readonly keyv: Keyv
  readonly #schema: z.ZodType<R>
  readonly #pseudonyms: Pseudonyms

  constructor(keyv: Keyv, schema: z.ZodType<R>, pseudonyms: Pseudonyms) {
    this.keyv = keyv
    this.#schema = schema
    this.#pseudonyms = pseudonyms
  }

  /** Whose record it is, and whose words are in it: pseudonyms. */
  protected abstract peopleIn(record: R): readonly string[]

  /** What of it a person may see of themselves. All of it, where a kind of record does not know better. */
  protected seenBy(record: R, _person: string): Readonly<Record<string, unknown>> {
    return { ...record }
  }

  /** What stays of a record when this person is erased. Nothing, where a kind of record does not know better. */
  protected without(_record: R, _person: string): R | undefined {
    return undefined
  }

  /** `threadKey` of the thread that it is about, if it is about one. */
  protected threadOf(_record: R): string | undefined {
    return undefined
  }

  /** The record with every text that people or models wrote changed. */
  protected reworded(record: R, _change: (text: string) => string): R {
    return record
  }

  /** A record with the same id takes the place of the earlier one. */
  async put(record: R): Promise<void> {
    await this.keyv.set(record.id, record)
  }

  /** @throws ZodError when a later version of Parley wrote it. */
  async get(id: string): Promise<R | undefined> {
    const found = RECORD_KEY.test(id) ? await this.keyv.get<unknown>(id) : undefined
    return found === undefined ? undefined : this.#schema.parse(found)
  }

  async delete(id: string): Promise<void> {
    await this.keyv.delete(id)
  }

  /** Every record, oldest first, read a page at a time. @throws ZodError when a later version of Parley wrote one. */
  async *all(): AsyncGenerator<R> {
    if (this.keyv.iterator === undefined) return
    for await (const [key, found] of this.keyv.iterator()) {
      if (RECORD_KEY.test(String(key))) yield this.#schema.parse(found)
    }
  }

  async count(person: PersonRef): Promise<number> {
    let count = 0
    for await (const _ of this.#of(person)) count += 1
    return count
  }

  async *export(person: PersonRef): AsyncGenerator<Readonly<Record<string, unknown>>> {
    const name = this.#pseudonyms.of(person)
    for await (const record of this.#of(person)) yield this.seenBy(record, name)
  }

  async erase(person: PersonRef): Promise<number> {
    const name = this.#pseudonyms.of(person)
    let count = 0
    for await (const record of this.#of(person)) {
      const rest = this.without(record, name)
      await (rest === undefined ? this.delete(record.id) : this.put(rest))
      count += 1
    }
    return count
  }

  async unname(threads: ReadonlySet<string>, unname: (text: string) => string): Promise<void> {
    for await (const record of this.all()) {
      const thread = this.threadOf(record)
      if (thread !== undefined && threads.has(thread)) await this.reword(record.id, unname)
    }
  }

  protected async reword(id: string, change: (text: string) => string): Promise<void> {
    const record = await this.get(id)
    if (record !== undefined) await this.put(this.reworded(record, change))
  }

  async *#of(person: PersonRef): AsyncGenerator<R> {
    const name = this.#pseudonyms.of(person)
    for await (const record of this.all()) if (this.peopleIn(record).includes(name)) yield record
  }
}
