import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import { PlatformError, reasonOf } from '#core/errors.ts'
import type { Host, Platform } from './platform.ts'

/** A platform that is down for a moment is back soon; one that is down for long is not asked often. */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/** Events that are being taken in end soon; a platform that does not answer must not hold up the rest. */
const STOPS_WITHIN_MS = 10_000

export type PlatformState =
  | { readonly is: 'starting' }
  | { readonly is: 'up' }
  /** It was up and does not work at the moment; the platform itself goes on trying. */
  | { readonly is: 'down'; readonly reason: string }
  /** Not reachable now; tried again. */
  | { readonly is: 'retrying'; readonly reason: string }
  /** Cannot work until somebody changes something; not tried again. */
  | { readonly is: 'failed'; readonly reason: string }

export interface SuperviseDeps {
  readonly host: Host
  readonly clock: Clock
  readonly log: Logger
  /** Ends the tries. */
  readonly signal: AbortSignal
}

/** Brings one platform up, and down again, whatever happens to the others. */
export class SupervisedPlatform {
  readonly platform: Platform
  #state: PlatformState = { is: 'starting' }
  readonly #up = Promise.withResolvers<void>()

  constructor(platform: Platform) {
    this.platform = platform
  }

  get state(): PlatformState {
    const { trouble } = this.platform
    return this.#state.is === 'up' && trouble !== undefined ? { is: 'down', reason: trouble } : this.#state
  }

  /** Resolves when the platform is up, at once where it is already. @throws the signal's reason */
  async whenUp(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { promise, reject } = Promise.withResolvers<never>()
    const leave = () => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    try {
      await Promise.race([this.#up.promise, promise])
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  /** Resolves when the platform is up or has definitively failed. Never rejects: a failure is a state. */
  async start({ host, clock, log, signal }: SuperviseDeps): Promise<void> {
    const { platform } = this
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        await platform.start(host)
        this.#state = { is: 'up' }
        this.#up.resolve()
        log.debug({ platform: platform.name }, 'platform is up')
        return
      } catch (error) {
        const reason = reasonOf(error)
        if (error instanceof PlatformError && error.fault.permanent) {
          this.#state = { is: 'failed', reason }
          log.error({ platform: platform.name }, `${reason} The other platforms go on without it.`)
          return
        }
        this.#state = { is: 'retrying', reason }
        log.warn({ platform: platform.name, retryInMs: pause }, reason)
        await clock.sleep(pause, signal).catch(() => {})
      }
    }
  }

  /** Resolves when the platform has stopped, or after ten seconds. Never rejects: a failure is logged. */
  async stop({ clock, log }: Pick<SuperviseDeps, 'clock' | 'log'>): Promise<void> {
    const about = { platform: this.platform.name }
    const waited = new AbortController()
    const late = clock.sleep(STOPS_WITHIN_MS, waited.signal).then(
      () => log.warn(about, 'the platform does not stop; going on without it'),
      () => {},
    )
    const stop = this.platform
      .stop()
      .catch((error: unknown) => log.warn({ err: error, ...about }, 'the platform did not stop cleanly'))
    await Promise.race([stop, late])
    waited.abort()
  }
}
