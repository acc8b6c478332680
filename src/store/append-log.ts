import type { Keyv } from 'keyv'

interface Head {
  /** Entries ever appended: the sequence number of the next one. */
  readonly next: number
  /** Ids of the newest entries, so that one that comes again is not appended twice. */
  readonly recent: readonly string[]
}

/** Redeliveries come within minutes; this many entries of one thread cover them many times over. */
const REMEMBERED_IDS = 64
const DELETE_CHUNK = 500

/**
 * A list that grows at its end, kept as one key an entry and a small head: append is O(1) and reading a window is
 * O(window), whatever the length (rule C5). Expects one writer per list at a time: the thread's lease gives that.
 */
export class AppendLog<Entry extends { readonly id: string }> {
  readonly #keyv: Keyv

  constructor(keyv: Keyv) {
    this.#keyv = keyv
  }

  /**
   * Appends those entries that are not there yet. They and the head are one `setMany`, the head last: a store that
   * is not atomic leaves at worst entries beyond the head, which nobody sees and the retry overwrites.
   *
   * @returns how many entries the list has now.
   */
  async append(list: string, entries: readonly Entry[]): Promise<number> {
    const head = await this.#head(list)
    const fresh = entries.filter(({ id }) => !head.recent.includes(id))
    if (fresh.length === 0) return head.next
    const next = head.next + fresh.length
    const recent = [...head.recent, ...fresh.map(({ id }) => id)].slice(-REMEMBERED_IDS)
    await this.#keyv.setMany<unknown>([
      ...fresh.map((value, nth) => ({ key: entryKey(list, head.next + nth), value })),
      { key: list, value: { next, recent } satisfies Head },
    ])
    return next
  }

  /** Entries from `first` on (0 is the oldest), in order. */
  async from(list: string, first: number): Promise<Entry[]> {
    return this.range(list, first, Number.POSITIVE_INFINITY)
  }

  /** Entries `first` (included) to `end` (excluded), in order. */
  async range(list: string, first: number, end: number): Promise<Entry[]> {
    const stop = Math.min(end, (await this.#head(list)).next)
    if (stop <= first) return []
    const keys = Array.from({ length: stop - first }, (_, nth) => entryKey(list, first + nth))
    return (await this.#keyv.getMany<Entry>(keys)).filter((entry) => entry !== undefined)
  }

  async length(list: string): Promise<number> {
    return (await this.#head(list)).next
  }

  async forget(list: string): Promise<void> {
    const { next } = await this.#head(list)
    for (let first = 0; first < next; first += DELETE_CHUNK) {
      const size = Math.min(DELETE_CHUNK, next - first)
      await this.#keyv.deleteMany(Array.from({ length: size }, (_, nth) => entryKey(list, first + nth)))
    }
    await this.#keyv.delete(list)
  }

  async #head(list: string): Promise<Head> {
    return (await this.#keyv.get<Head>(list)) ?? { next: 0, recent: [] }
  }
}

const entryKey = (list: string, sequence: number): string => `${list}/${sequence}`
