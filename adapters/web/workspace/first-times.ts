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

  /**
   * @param id of the form as it was filled in.
   * @param work takes it with its time, in milliseconds since the epoch. What it does not take, it says something to;
   * nothing is kept of that (rule S6).
   */
  async during<Outcome extends object>(id: string, work: (at: number) => Promise<Outcome>): Promise<Outcome> {
    const key = `first/${fingerprint(id)}`
    const { at, isNew } = await this.#of(key)
    const outcome = await work(at)
    if (isNew && 'say' in outcome) await this.#store.delete(key)
    return outcome
  }

  #of(key: string): Promise<{ readonly at: number; readonly isNew: boolean }> {
    return this.#queue.run(key, async () => {
      const known = await this.#store.get<number>(key)
      if (known !== undefined) return { at: known, isNew: false }
      const at = this.#clock.now()
      await this.#store.set(key, at, KEPT_MS)
      return { at, isNew: true }
    })
  }
}
