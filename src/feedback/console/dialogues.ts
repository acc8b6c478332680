import type { PersonRef } from '#core/person.ts'
import type { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { type Demonstration, type Demonstrations, isDialogue } from '../demonstrations.ts'

/** The demonstrations that are dialogues of the console. What reads one and writes it back meets no other that does. */
export class Dialogues {
  readonly #demonstrations: Demonstrations
  readonly #pseudonyms: Pseudonyms

  constructor(demonstrations: Demonstrations, pseudonyms: Pseudonyms) {
    this.#demonstrations = demonstrations
    this.#pseudonyms = pseudonyms
  }

  /** Nobody else changes this dialogue meanwhile. */
  alone<T>(id: string, work: () => Promise<T>): Promise<T> {
    return this.#demonstrations.alone(id, work)
  }

  async find(id: string): Promise<Demonstration | undefined> {
    const found = await this.#demonstrations.get(id)
    return found !== undefined && isDialogue(found) ? found : undefined
  }

  async owned(id: string, person: PersonRef): Promise<Demonstration | undefined> {
    const found = await this.find(id)
    return found?.trainer === this.#pseudonyms.of(person) ? found : undefined
  }

  put(record: Demonstration): Promise<void> {
    return this.#demonstrations.put(record)
  }

  delete(id: string): Promise<void> {
    return this.#demonstrations.delete(id)
  }

  of(person: PersonRef): Promise<readonly Demonstration[]> {
    return this.#demonstrations.dialoguesOf(this.#pseudonyms.of(person))
  }

  waiting(): Promise<readonly Demonstration[]> {
    return this.#demonstrations.waiting()
  }
}

/** With nothing in it. @param trainer pseudonym. */
export const emptyDraft = (id: string, at: number, trainer: string): Demonstration => ({
  ...{ schema: 1, id, at, provenance: 'console', messages: [], trainer, status: 'draft', speakers: [] },
  ...{ changedAt: at, revision: 0 },
})
