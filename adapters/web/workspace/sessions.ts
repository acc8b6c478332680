import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type Keyv from 'keyv'
import type { PersonView } from '../protocol.ts'

/** How long a browser stays signed in: half a year. */
export const SESSION_MS = 180 * 24 * 60 * 60_000

interface SessionRecord {
  readonly person: PersonView
  /** Digest of the token it was signed in with; another token ends it. */
  readonly token: string
}

/**
 * Who sits at which browser. The cookie is a secret that only its browser knows; the person's id is public. Only
 * the secret's digest is kept, so the store lets nobody in.
 */
export class Sessions {
  readonly #store: Keyv
  /** 256 bits; of the empty string when no token is asked for. */
  readonly #token: Buffer

  constructor(store: Keyv, token: string | undefined) {
    this.#store = store
    this.#token = digest(token ?? '')
  }

  /** Takes the same time for every wrong token. */
  admits(token: string): boolean {
    return timingSafeEqual(digest(token), this.#token)
  }

  /** @returns the secret for the cookie. */
  async open(person: PersonView): Promise<string> {
    const secret = randomBytes(24).toString('base64url')
    await this.#store.set(keyOf(secret), this.#record(person), SESSION_MS)
    return secret
  }

  async find(secret: string): Promise<PersonView | undefined> {
    const found = await this.#store.get<SessionRecord>(keyOf(secret))
    return found?.token === this.#token.toString('hex') ? found.person : undefined
  }

  async rename(secret: string, person: PersonView): Promise<void> {
    await this.#store.set(keyOf(secret), this.#record(person), SESSION_MS)
  }

  async close(secret: string): Promise<void> {
    await this.#store.delete(keyOf(secret))
  }

  #record(person: PersonView): SessionRecord {
    return { person, token: this.#token.toString('hex') }
  }
}

export const newPerson = (name: string): PersonView => ({ id: `u_${randomBytes(9).toString('hex')}`, name })

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
const keyOf = (secret: string): string => `session/${digest(secret).toString('hex')}`
