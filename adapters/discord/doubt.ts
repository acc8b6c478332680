import type { Clock } from '#core/clock.ts'
import { faultOf } from './fault.ts'

/**
 * Discord knows a nonce for a few minutes. A post that may have arrived and is older than this is looked for before it
 * is tried again.
 */
const NONCE_TRUSTED_MS = 60_000

/** Whether it is known that the newest post arrived (rule T1). */
export class Doubt {
  readonly #clock: Clock
  /** When a post first met no answer, and none has since; our clock. */
  #since: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** True when a post may stand there whose nonce is forgotten by now. */
  get isOld(): boolean {
    return this.#since !== undefined && this.#clock.now() - this.#since > NONCE_TRUSTED_MS
  }

  clear(): void {
    this.#since = undefined
  }

  /** @throws what the post throws */
  async about<T>(post: () => Promise<T>): Promise<T> {
    try {
      const posted = await post()
      this.clear()
      return posted
    } catch (error) {
      if (faultOf(error)?.kind === 'unavailable') this.#since ??= this.#clock.now()
      throw error
    }
  }
}
