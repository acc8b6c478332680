import type { Keyv } from 'keyv'

const MARK = 'mark/'
/** Whoever comes back later reads what is new of the channel, as it would without a mark. */
const LIVES_MS = 2 * 24 * 3_600_000
/** About 100 bytes each; those that were quiet for the longest are forgotten first. */
const MOST_CHANNELS = 10_000

/**
 * How far each channel was taken in, by the newest message up to which all is known. A server tells at every return
 * what is newest in its channels: those whose newest is known hide no question, and need not be read before others
 * (`missed.ts`). Without this, a process that never lives for long would read the same channels at every start, and
 * have no calls left for its answers.
 */
export class Marks {
  readonly #memory: Pick<Keyv, 'setMany'> | undefined
  /** The one that changed last is last. */
  readonly #marks = new Map<string, string>()
  /** Channels whose mark is newer than what the store has. */
  #unkept = new Set<string>()

  /** @param memory left out: nothing outlives the process. */
  constructor(memory: Pick<Keyv, 'setMany'> | undefined) {
    this.#memory = memory
  }

  /** Of what is in the store, what is a mark. */
  load(key: string, value: unknown): void {
    if (key.startsWith(MARK) && typeof value === 'string') this.#set(key.slice(MARK.length), value)
  }

  /** Everything in the channel is taken in, up to this message. */
  mark(channel: string, message: string): void {
    if (this.#set(channel, message)) this.#unkept.add(channel)
  }

  knows(channel: string, message: string): boolean {
    const mark = this.#marks.get(channel)
    return mark !== undefined && !isNewer(message, mark)
  }

  /** Keeps what is new since it was last called. @throws when the store does not take it; it is kept the next time. */
  async keep(): Promise<void> {
    const channels = [...this.#unkept]
    if (channels.length === 0) return
    this.#unkept = new Set()
    const entries = channels.flatMap((channel) => {
      const value = this.#marks.get(channel)
      return value === undefined ? [] : [{ key: `${MARK}${channel}`, value, ttl: LIVES_MS }]
    })
    try {
      await this.#memory?.setMany(entries)
    } catch (error) {
      this.#unkept = new Set([...channels, ...this.#unkept])
      throw error
    }
  }

  #set(channel: string, message: string): boolean {
    const mark = this.#marks.get(channel)
    if (mark !== undefined && !isNewer(message, mark)) return false
    this.#marks.delete(channel)
    this.#marks.set(channel, message)
    const [oldest] = this.#marks.keys()
    if (this.#marks.size > MOST_CHANNELS && oldest !== undefined) this.#marks.delete(oldest)
    return true
  }
}

/** Discord numbers its messages upwards. */
const isNewer = (message: string, other: string): boolean =>
  message.length === other.length ? message > other : message.length > other.length
