import { createHmac, randomBytes } from 'node:crypto'
import { type PersonRef, personKey } from '#core/person.ts'
import type { Namespace } from '#core/store/namespaces.ts'

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
  static async open(secrets: Namespace): Promise<Pseudonyms> {
    const known = await secrets.get<string>(KEY_NAME)
    // Replicas that start together for the first time agree on one.
    const key = known ?? (await secrets.exclusively(KEY_NAME, () => made(secrets)))
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

async function made(secrets: Namespace): Promise<string> {
  const known = await secrets.get<string>(KEY_NAME)
  if (known !== undefined) return known
  const key = randomBytes(KEY_BYTES).toString('hex')
  await secrets.set(KEY_NAME, key)
  return key
}
