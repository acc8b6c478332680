import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '#core/clock.ts'

/**
 * Real time that runs faster: for tests with real sockets whose pauses would take minutes. What times itself, such as a
 * platform's SDK, is not scaled.
 */
export class ScaledClock implements Clock {
  readonly #speed: number
  readonly #startedAt = performance.now()
  readonly #epoch = Date.now()

  /** @param speed milliseconds on this clock in each real one. */
  constructor(speed: number) {
    this.#speed = speed
  }

  now(): number {
    return this.#epoch + (performance.now() - this.#startedAt) * this.#speed
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await delay(ms / this.#speed, undefined, signal === undefined ? {} : { signal })
  }
}
