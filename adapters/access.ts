import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'

/** First pause before the platform is asked again whether it takes the token; doubles up to the longest. */
const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 60_000

export interface AccessDeps {
  /** The smallest call that needs the token. */
  readonly ask: () => Promise<unknown>
  /** Whether the platform said by this that it does not take the token. */
  readonly isRefusal: (error: unknown) => boolean
  readonly clock: Clock
  readonly log: Logger
  /** Told when the platform takes the token again. */
  readonly restored?: () => void
}

/**
 * Whether the platform takes our token. While it does not, it is asked nothing but that, and seldom: it may shut out who
 * goes on asking. What is being written waits (`SurfaceFault` `away`).
 */
export class Access {
  readonly #deps: AccessDeps
  readonly #stopped = new AbortController()
  /** There from a refusal until the platform takes the token again; it resolves then. */
  #refused: (PromiseWithResolvers<void> & { readonly why: string }) | undefined

  constructor(deps: AccessDeps) {
    this.#deps = deps
  }

  /** Why nothing can be written now, and what to do; undefined where all is well. */
  get trouble(): string | undefined {
    return this.#refused?.why
  }

  /**
   * The platform has refused the token just now.
   *
   * @param why says so, and what the operator can do: whole sentences.
   */
  refused(why: string): void {
    if (this.#refused !== undefined || this.#stopped.signal.aborted) return
    this.#refused = { ...Promise.withResolvers<void>(), why }
    this.#deps.log.error(`${why} Replies wait until it is accepted again.`)
    void this.#askAgain()
  }

  /** Resolves when the token is good, as far as is known. @throws the signal's reason */
  async open(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#refused === undefined) return
    const { promise, reject } = Promise.withResolvers<never>()
    const leave = () => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    try {
      await Promise.race([this.#refused.promise, promise])
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  /** Asks no more. */
  stop(): void {
    this.#stopped.abort()
  }

  async #askAgain(): Promise<void> {
    const { ask, isRefusal, clock, log, restored } = this.#deps
    const stopped = this.#stopped.signal
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      await clock.sleep(pause, stopped).catch(() => {})
      if (stopped.aborted) return
      try {
        await ask()
        break
      } catch (error) {
        // Anything else says nothing about the token.
        if (!isRefusal(error)) log.debug({ err: error }, 'the token could not be tried')
      }
    }
    log.info('The token is accepted again.')
    this.#refused?.resolve()
    this.#refused = undefined
    restored?.()
  }
}
