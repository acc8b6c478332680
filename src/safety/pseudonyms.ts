import { createHmac, randomBytes } from 'node:crypto'
import type { Keyv } from 'keyv'
import { type PersonRef, personKey } from '#core/person.ts'

const KEY_BYTES = 32
/** 96 bits: no two people of an installation ever share one. */
const DIGITS = 24
const KEY_NAME = 'pseudonym-key'

/**
 * Names for people that say nothing about them: the same for a person everywhere in this installation, and of no use
 * outside of it (rule F4). The key never leaves the store; without it nobody gets from a name back to a person.
 */
export class Pseudonyms {
  readonly #key: Buffer

  private constructor(key: Buffer) {
    this.#key = key
  }

  /** Reads the installation's key, or makes one at the first start. */
  static async open(secrets: Keyv): Promise<Pseudonyms> {
    const known = await secrets.get<string>(KEY_NAME)
    const key = known ?? randomBytes(KEY_BYTES).toString('hex')
    if (known === undefined) await secrets.set(KEY_NAME, key)
    return new Pseudonyms(Buffer.from(key, 'hex'))
  }

  /** `p_` and 24 hexadecimal digits. */
  of(person: PersonRef): string {
    return `p_${this.#hash(personKey(person))}`
  }

  /** The same for what a platform's ids name besides people: a thread, a message, an emoji. `x_` and 24 digits. */
  ofThing(name: string): string {
    return `x_${this.#hash(`thing ${name}`)}`
  }

  #hash(name: string): string {
    return createHmac('sha256', this.#key).update(name).digest('hex').slice(0, DIGITS)
  }
}
