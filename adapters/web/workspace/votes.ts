import type { Vote } from '#core/feedback/vote.ts'
import type { Namespace } from '#core/store/namespaces.ts'
import { KeyedQueue } from './queue.ts'

interface VoteRecord {
  readonly value: Vote['value']
  /** Counts this person's changes of mind about this reply. */
  readonly change: number
  /** When it was pressed, milliseconds since the epoch. */
  readonly at: number
  /** False while it is on its way to the core. */
  readonly told: boolean
}

/** Who pressed good or bad below which reply. Everyone sees their own presses only. */
export class Votes {
  readonly #store: Namespace
  readonly #queue: KeyedQueue

  constructor(store: Namespace) {
    this.#store = store
    this.#queue = new KeyedQueue(store, 'vote')
  }

  /**
   * @param tell puts it on record. Called again with the same vote when it failed before (rule F1).
   * @returns false when the core knows no such reply.
   */
  cast(pressed: Omit<Vote, 'id' | 'platform'>, tell: (vote: Vote) => Promise<boolean>): Promise<boolean> {
    const { reply, rater, value } = pressed
    const key = keyOf(reply, rater)
    return this.#queue.run(key, async () => {
      const before = await this.#store.get<VoteRecord>(key)
      if (before?.value === value && before.told) return true
      const { change, at } =
        before?.value === value ? before : { change: (before?.change ?? 0) + 1, at: pressed.at }
      const record = { value, change, at }
      await this.#store.set(key, { ...record, told: false } satisfies VoteRecord)
      const id = ['web', reply, rater, change].join(':')
      if (!(await tell({ id, platform: 'web', reply, rater, value, at }))) return false
      await this.#store.set(key, { ...record, told: true } satisfies VoteRecord)
      return true
    })
  }

  /** The person's own, by reply. */
  async of(rater: string, replies: readonly string[]): Promise<Readonly<Record<string, Vote['value']>>> {
    if (replies.length === 0) return {}
    const found = await this.#store.getMany<VoteRecord>(replies.map((reply) => keyOf(reply, rater)))
    return Object.fromEntries(
      replies.flatMap((reply, index) => {
        const vote = found[index]
        return vote?.told ? [[reply, vote.value]] : []
      }),
    )
  }
}

const keyOf = (reply: string, rater: string): string => `vote/${reply}/${rater}`
