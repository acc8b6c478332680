import type { Clock } from '#core/clock.ts'
import type { Namespace } from '#core/store/namespaces.ts'
import { KeyedQueue } from './queue.ts'
import { fingerprint } from './records.ts'

/** Longer than a form is sent again by itself; one that comes later than that counts as a newer one. */
const KEPT_MS = 30 * 86_400_000

/** When a form was first sent: one that comes again is the same record of the same time (rule F1). */
export class FirstTimes {
  readonly #store: Namespace
  readonly #clock: Clock
  readonly #queue: KeyedQueue

  constructor(store: Namespace, clock: Clock) {
    this.#store = store
    this.#queue = new KeyedQueue(store, 'first')
    this.#clock = clock
  }

  /** @param id of the form as it was filled in. @returns milliseconds since the epoch. */
  of(id: string): Promise<number> {
    const key = `first/${fingerprint(id)}`
    return this.#queue.run(key, async () => {
      const known = await this.#store.get<number>(key)
      if (known !== undefined) return known
      const now = this.#clock.now()
      await this.#store.set(key, now, KEPT_MS)
      return now
    })
  }
}
