import type { Keyv } from 'keyv'
import type { Logger } from 'pino'
import { reasonOf } from '#core/errors.ts'
import { Marks } from './marks.ts'

const UNTIL = 'heard until'
const DIRECT = 'direct/'
/** People who have not written for so long are not asked about. */
const DIRECT_LIVES_MS = 30 * 24 * 3_600_000
/** One call each when Parley comes back. */
const MOST_DIRECT = 200

type Memory = Pick<Keyv, 'get' | 'set' | 'setMany' | 'iterator'>

/**
 * How far Discord was heard, kept in the store: one time for everything, so that whoever connects next knows from when
 * on to look for what nobody heard, and how far each channel was taken in. And the direct message channels there are:
 * Discord lists them nowhere.
 */
export class Heard {
  /** How far each channel was taken in. */
  readonly marks: Marks
  readonly #memory: Memory | undefined
  readonly #log: Logger
  #until: number | undefined
  readonly #direct = new Map<string, number>()

  /** @param memory left out: nothing outlives the process. */
  constructor(memory: Memory | undefined, log: Logger) {
    this.#memory = memory
    this.marks = new Marks(memory)
    this.#log = log
  }

  /** Everything that was sent before this was taken in; undefined on the first start. Milliseconds since the epoch. */
  get until(): number | undefined {
    return this.#until
  }

  /** Channels of direct messages, the latest first. */
  get direct(): readonly string[] {
    const latest = [...this.#direct].toSorted(([, one], [, other]) => other - one)
    return latest.slice(0, MOST_DIRECT).map(([channel]) => channel)
  }

  /** What an earlier process, or another replica, has kept. @throws when the store does not answer. */
  async load(): Promise<void> {
    if (this.#memory === undefined) return
    const until: unknown = await this.#memory.get(UNTIL)
    if (typeof until === 'number') this.#until = Math.max(until, this.#until ?? 0)
    if (this.#memory.iterator === undefined) return
    for await (const [key, value] of this.#memory.iterator()) {
      if (typeof key !== 'string') continue
      this.marks.load(key, value)
      if (key.startsWith(DIRECT) && typeof value === 'number')
        this.#direct.set(key.slice(DIRECT.length), value)
    }
  }

  /** Never throws: what is not kept now is kept the next time, and at worst is heard twice (rule T1). */
  async advance(until: number): Promise<void> {
    await this.marks.keep().catch((error: unknown) => this.#notKept(error))
    if (until <= (this.#until ?? 0)) return
    this.#until = until
    await this.#keep(UNTIL, until)
  }

  /** Never throws. Cheap from the second call of a day on. */
  async hearDirect(channel: string, at: number): Promise<void> {
    const known = this.#direct.get(channel) ?? 0
    if (at - known < DIRECT_LIVES_MS / 30) return
    this.#direct.set(channel, at)
    await this.#keep(`${DIRECT}${channel}`, at, DIRECT_LIVES_MS)
  }

  /** Whether the store answers. */
  async isKept(): Promise<boolean> {
    return (
      this.#memory === undefined ||
      this.#memory.get(UNTIL).then(
        () => true,
        () => false,
      )
    )
  }

  async #keep(key: string, value: number, ttl?: number): Promise<void> {
    await this.#memory?.set(key, value, ttl).catch((error: unknown) => this.#notKept(error))
  }

  #notKept(error: unknown): void {
    this.#log.debug({ reason: reasonOf(error) }, 'Discord: how far it was heard could not be kept')
  }
}
