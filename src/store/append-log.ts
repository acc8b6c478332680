import type { Keyv } from 'keyv'

interface Head {
  /** Entries ever appended: the sequence number of the next one. */
  readonly next: number
}

const DELETE_CHUNK = 500

/**
 * A list that grows at its end: one key an entry, one that finds it by its id, and a small head. Append is O(1) and
 * reading a window is O(window), whatever the length (rule C5). Expects one writer per list at a time: the thread's
 * lease gives that.
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
    const { next } = await this.#head(list)
    const places = await this.#keyv.getMany<number>(entries.map(({ id }) => idKey(list, id)))
    // A place beyond the head is of an append that did not happen.
    const fresh = entries.filter((_, nth) => (places[nth] ?? next) >= next)
    if (fresh.length === 0) return next
    const length = next + fresh.length
    await this.#keyv.setMany<unknown>([
      ...fresh.map((value, nth) => ({ key: entryKey(list, next + nth), value })),
      ...fresh.map(({ id }, nth) => ({ key: idKey(list, id), value: next + nth })),
      { key: list, value: { next: length } satisfies Head },
    ])
    return length
  }

  /** Puts another entry into the place of the one called `id`, which keeps finding that place. */
  async replace(list: string, id: string, entry: Entry): Promise<boolean> {
    const place = await this.placeOf(list, id)
    if (place === undefined) return false
    await this.#keyv.setMany<unknown>([
      { key: entryKey(list, place), value: entry },
      { key: idKey(list, entry.id), value: place },
    ])
    return true
  }

  /** Puts entries into their places: all of them, or none where the store is atomic. Which ids find them stays. */
  async overwrite(
    list: string,
    entries: readonly { readonly place: number; readonly entry: Entry }[],
  ): Promise<void> {
    if (entries.length === 0) return
    await this.#keyv.setMany<unknown>(
      entries.map(({ place, entry }) => ({ key: entryKey(list, place), value: entry })),
    )
  }

  /** Every entry of every list, read a page at a time; also what an append left beyond the head and nobody sees. */
  async *all(): AsyncGenerator<{ readonly list: string; readonly place: number; readonly entry: Entry }> {
    if (this.#keyv.iterator === undefined) return
    for await (const [key, entry] of this.#keyv.iterator()) {
      const [, list, place] = ENTRY_KEY.exec(String(key)) ?? []
      if (list !== undefined) yield { list, place: Number(place), entry: entry as Entry }
    }
  }

  /** The sequence number of an entry; 0 is the oldest. */
  async placeOf(list: string, id: string): Promise<number | undefined> {
    const place = await this.#keyv.get<number>(idKey(list, id))
    return place !== undefined && place < (await this.length(list)) ? place : undefined
  }

  async get(list: string, id: string): Promise<Entry | undefined> {
    const place = await this.placeOf(list, id)
    return place === undefined ? undefined : this.#keyv.get<Entry>(entryKey(list, place))
  }

  /** Entries from `first` on, in order. @param before the first one that is left out. */
  async from(list: string, first: number, before = Number.POSITIVE_INFINITY): Promise<Entry[]> {
    const end = Math.min(before, await this.length(list))
    if (end <= first) return []
    const keys = Array.from({ length: end - first }, (_, nth) => entryKey(list, first + nth))
    return (await this.#keyv.getMany<Entry>(keys)).filter((entry) => entry !== undefined)
  }

  async length(list: string): Promise<number> {
    return (await this.#head(list)).next
  }

  async forget(list: string): Promise<void> {
    const { next } = await this.#head(list)
    for (let first = 0; first < next; first += DELETE_CHUNK) {
      const size = Math.min(DELETE_CHUNK, next - first)
      const keys = Array.from({ length: size }, (_, nth) => entryKey(list, first + nth))
      const entries = (await this.#keyv.getMany<Entry>(keys)).filter((entry) => entry !== undefined)
      await this.#keyv.deleteMany([...keys, ...entries.map(({ id }) => idKey(list, id))])
    }
    await this.#keyv.delete(list)
  }

  async #head(list: string): Promise<Head> {
    return (await this.#keyv.get<Head>(list)) ?? { next: 0 }
  }
}

/** Names of lists have neither mark: `threadKey` escapes them. */
const ENTRY_KEY = /^([^#/]+)\/(\d+)$/
const entryKey = (list: string, sequence: number): string => `${list}/${sequence}`
const idKey = (list: string, id: string): string => `${list}#${id}`
