import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import { SurfaceError } from '#core/delivery/surface.ts'
import type { DiscordApi } from './api.ts'
import { isUnauthorized } from './fault.ts'
import { TOKEN_FIX } from './login.ts'

/** First pause before Discord is asked again whether it takes the token; doubles up to the longest. */
const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 60_000

export interface AccessDeps {
  readonly api: Pick<DiscordApi, 'me'>
  readonly clock: Clock
  readonly log: Logger
  /** Told when Discord takes the token again. */
  readonly restored: () => void
}

/**
 * Whether Discord takes our token. While it does not, it is asked nothing but that, and seldom: ten thousand refused
 * calls in ten minutes would shut this machine out.
 */
export class Access {
  readonly #deps: AccessDeps
  readonly #stopped = new AbortController()
  /** There from a refusal until Discord takes the token again; it resolves then. */
  #refused: PromiseWithResolvers<void> | undefined

  constructor(deps: AccessDeps) {
    this.#deps = deps
  }

  /** Why nothing can be written now, and what to do; undefined where all is well. */
  get trouble(): string | undefined {
    return this.#refused === undefined ? undefined : `Discord no longer accepts the bot token. ${TOKEN_FIX}`
  }

  /** Discord has refused the token just now. */
  refused(): void {
    if (this.#refused !== undefined || this.#stopped.signal.aborted) return
    this.#refused = Promise.withResolvers()
    this.#deps.log.error(`${this.trouble} Replies wait until it does.`)
    void this.#askAgain()
  }

  /** Resolves when the token is good, as far as is known. @throws the signal's reason */
  async restored(signal: AbortSignal): Promise<void> {
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
    const { api, clock, log } = this.#deps
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      await clock.sleep(pause, this.#stopped.signal).catch(() => {})
      if (this.#stopped.signal.aborted) return
      try {
        await api.me()
        break
      } catch (error) {
        // Anything else says nothing about the token.
        if (!isUnauthorized(error)) log.debug({ err: error }, 'Discord: the token could not be tried')
      }
    }
    log.info('Discord accepts the bot token again.')
    this.#refused?.resolve()
    this.#refused = undefined
    this.#deps.restored()
  }
}

/** The same API, which is not asked while the token is refused, and tells when it is. */
export function guarded(api: DiscordApi, access: Access): DiscordApi {
  const guard =
    <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      if (access.trouble !== undefined) throw new SurfaceError({ kind: 'away' }, access.trouble)
      try {
        return await call(...args)
      } catch (error) {
        if (isUnauthorized(error)) access.refused()
        throw error
      }
    }
  return {
    ...api,
    post: guard(api.post),
    edit: guard(api.edit),
    remove: guard(api.remove),
    openThread: guard(api.openThread),
    unarchive: guard(api.unarchive),
    typing: guard(api.typing),
    message: guard(api.message),
    history: guard(api.history),
    following: guard(api.following),
  }
}
