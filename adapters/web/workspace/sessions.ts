import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '#core/clock.ts'
import type { Namespace } from '#core/store/namespaces.ts'
import type { PersonView } from '../protocol.ts'
import { KeyedQueue } from './queue.ts'

const DAY_MS = 24 * 60 * 60_000
/** How long a browser stays signed in at most: half a year. */
export const SESSION_MS = 180 * DAY_MS
/** How long one that is not used does. */
const IDLE_MS = 30 * DAY_MS
/** Its use is noted this often: a write a day, not one a request. */
const NOTED_MS = DAY_MS

interface SessionRecord {
  readonly person: PersonView
  /** Made of the cookie's secret and the token it was signed in with; another token ends it. */
  readonly proof: string
  readonly openedAt: number
  /** To a day. */
  readonly usedAt: number
}

/**
 * Who sits at which browser. The cookie is a secret that only its browser knows; the person's id is public. Only
 * digests are kept, so the store lets nobody in: of the cookie's secret, which is too long to be guessed, and of the
 * token together with that secret, so that the token cannot be tried out on what is kept.
 */
export class Sessions {
  readonly #store: Namespace
  readonly #queue: KeyedQueue
  readonly #clock: Clock
  /** Empty when none is asked for. */
  readonly #token: string

  constructor(store: Namespace, token: string | undefined, clock: Clock) {
    this.#store = store
    this.#queue = new KeyedQueue(store, 'session')
    this.#clock = clock
    this.#token = token ?? ''
  }

  /** Takes the same time for every wrong token. */
  admits(token: string): boolean {
    return timingSafeEqual(digest(token), digest(this.#token))
  }

  /** @returns the secret for the cookie. */
  async open(person: PersonView): Promise<string> {
    const secret = randomBytes(24).toString('base64url')
    const now = this.#clock.now()
    const record = { person, proof: this.#proof(secret), openedAt: now, usedAt: now }
    await this.#store.set(keyOf(secret), record satisfies SessionRecord, IDLE_MS)
    return secret
  }

  async find(secret: string): Promise<PersonView | undefined> {
    const found = await this.#live(secret)
    if (found === undefined) return undefined
    const now = this.#clock.now()
    if (now - found.usedAt >= NOTED_MS) await this.#change(secret, (record) => ({ ...record, usedAt: now }))
    return found.person
  }

  async rename(secret: string, person: PersonView): Promise<void> {
    await this.#change(secret, (record) => ({ ...record, person }))
  }

  async close(secret: string): Promise<void> {
    await this.#queue.run(keyOf(secret), () => this.#store.delete(keyOf(secret)))
  }

  /** Wherever the person is signed in, they are not any more. */
  async closeAll({ id }: PersonView): Promise<void> {
    if (this.#store.iterator === undefined) return
    for await (const [name, value] of this.#store.iterator()) {
      const key = String(name)
      if (!key.startsWith(PREFIX) || (value as SessionRecord).person.id !== id) continue
      await this.#queue.run(key, () => this.#store.delete(key))
    }
  }

  async #live(secret: string): Promise<SessionRecord | undefined> {
    const found = await this.#store.get<SessionRecord>(keyOf(secret))
    const now = this.#clock.now()
    const isLive =
      found?.proof === this.#proof(secret) &&
      now - found.openedAt < SESSION_MS &&
      now - found.usedAt < IDLE_MS
    return isLive ? found : undefined
  }

  /** One that was closed meanwhile stays closed. */
  async #change(secret: string, change: (record: SessionRecord) => SessionRecord): Promise<void> {
    await this.#queue.run(keyOf(secret), async () => {
      const found = await this.#live(secret)
      if (found !== undefined) await this.#store.set(keyOf(secret), change(found), IDLE_MS)
    })
  }

  #proof(secret: string): string {
    return createHmac('sha256', secret).update(this.#token).digest('hex')
  }
}

export const newPerson = (name: string): PersonView => ({ id: `u_${randomBytes(9).toString('hex')}`, name })

const PREFIX = 'session/'
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
const keyOf = (secret: string): string => `${PREFIX}${digest(secret).toString('hex')}`
