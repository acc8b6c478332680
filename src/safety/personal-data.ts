import type { PersonRef } from '#core/person.ts'

/** Where somebody was and what they were called there: by it, what others wrote about them is found. */
export interface Traces {
  readonly names: ReadonlySet<string>
  /** `threadKey`s. */
  readonly threads: ReadonlySet<string>
}

/**
 * Something that remembers what people did or said. Whatever does is named to `privacy.ts` by the composition root,
 * so that nothing a person gave is out of reach of view, export and erase (rule S3).
 */
export interface PersonalData {
  /** For people: `messages`, `votes and reactions`, `corrections`. */
  readonly holds: string
  /** How many things are kept of this person. */
  count(person: PersonRef): Promise<number>
  /** All of them, as plain JSON, read bit by bit. */
  export(person: PersonRef): AsyncIterable<Readonly<Record<string, unknown>>>
  /** Takes them out for good. Safe to repeat. @returns how many there were. */
  erase(person: PersonRef): Promise<number>
  /** Where this person is known from, until they are erased here. */
  traces?(person: PersonRef): Promise<Traces>
  /**
   * Takes what names somebody out of what others wrote in these threads. Safe to repeat.
   * @param unname gives a text without it; the same one where there is nothing.
   */
  unname?(threads: ReadonlySet<string>, unname: (text: string) => string): Promise<void>
}
