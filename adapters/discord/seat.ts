import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/errors.ts'
import type { Lease, Leases } from '#core/turns/leases.ts'

/** How often a replica that has no connection looks whether it may have one: with the lease, a takeover in 15 s. */
const LOOK_MS = 2_000
/** After a connection ended for good, or could not be made. IDENTIFYs are counted: a thousand a day. */
const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 5 * 60_000
/** Two replicas with the same token would hear everything twice, and use up twice as many IDENTIFYs. */
const LEASE = 'discord gateway'

/** A connection on which events flow. */
export interface Connection {
  /** Resolves with the reason when it is over and will not come back by itself. */
  readonly over: Promise<string>
  /** Why nothing is heard on it at the moment; undefined where all is well. */
  readonly trouble: string | undefined
  stop(): Promise<void>
}

export interface SeatDeps {
  /** Left out: nobody else wants it. */
  readonly leases: Leases | undefined
  readonly clock: Clock
  readonly log: Logger
  /** @throws PlatformError */
  connect(): Promise<Connection>
}

/**
 * Keeps one connection to the gateway over all replicas, and makes another when it ends: whatever Discord said, it may
 * say otherwise later. Who has none writes replies all the same.
 */
export class Seat {
  readonly #deps: SeatDeps
  readonly #stopping = new AbortController()
  #connection: Connection | undefined
  #trouble: string | undefined
  #kept: Promise<void> = Promise.resolve()

  constructor(deps: SeatDeps) {
    this.#deps = deps
  }

  get trouble(): string | undefined {
    return this.#trouble ?? this.#connection?.trouble
  }

  /** Resolves when events flow, here or in another replica. @throws PlatformError when Discord takes us not even once. */
  async start(): Promise<void> {
    const begun = Promise.withResolvers<void>()
    this.#kept = this.#keep(begun)
    await begun.promise
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('Discord is stopping'))
    await this.#kept
  }

  async #keep(begun: PromiseWithResolvers<void>): Promise<void> {
    const { leases, clock, log } = this.#deps
    const stopping = this.#stopping.signal
    let isFirst = true
    let pause = FIRST_PAUSE_MS
    while (!stopping.aborted) {
      let wait = LOOK_MS
      let discordAsked = false
      try {
        const lease = leases === undefined ? FOR_EVER : await leases.take(LEASE)
        discordAsked = lease !== undefined
        const seated =
          lease === undefined
            ? 'elsewhere'
            : await this.#sit(lease, () => {
                begun.resolve()
                isFirst = false
                pause = FIRST_PAUSE_MS
              })
        if (seated === 'elsewhere') this.#trouble = undefined
        // What begins well is tried again at once, and less and less often when it always ends.
        if (seated === 'over') wait = pause
        begun.resolve()
        isFirst = false
      } catch (error) {
        if (isFirst) return begun.reject(error)
        const known = this.#trouble
        this.#trouble = reasonOf(error)
        // A store that is away costs no IDENTIFY: as soon as it is back, somebody listens.
        if (discordAsked) {
          wait = pause
          pause = Math.min(2 * pause, LONGEST_PAUSE_MS)
        }
        if (discordAsked || this.#trouble !== known) log.error({ retryInMs: wait }, this.#trouble)
      }
      if (!stopping.aborted) await clock.sleep(wait, stopping).catch(() => {})
    }
    begun.resolve()
  }

  /** Holds the connection as long as it lasts. @returns what ended it. */
  async #sit(lease: Lease, begin: () => void): Promise<'lost' | 'over'> {
    const { log } = this.#deps
    let connection: Connection | undefined
    try {
      connection = await this.#deps.connect()
      this.#connection = connection
      this.#trouble = undefined
      begin()
      const lost = ended(lease.lost)
      const why = await Promise.race([connection.over, lost, ended(this.#stopping.signal)])
      if (why === undefined) {
        if (lease.lost.aborted)
          log.warn('Discord: another replica may hold the gateway by now; letting go of it')
        return 'lost'
      }
      this.#trouble = why
      return 'over'
    } finally {
      this.#connection = undefined
      await connection
        ?.stop()
        .catch((error: unknown) => log.warn({ reason: reasonOf(error) }, 'Discord: not closed'))
      await lease.release()
    }
  }
}

const FOR_EVER: Lease = { lost: new AbortController().signal, release: async () => {} }

const ended = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
