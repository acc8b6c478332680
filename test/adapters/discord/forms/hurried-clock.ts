import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '#core/clock.ts'

/** Real time, until a test that waits for something to be given up makes every further pause so many times shorter. */
export class HurriedClock implements Clock {
  #speed = 1

  hurry(speed = 100): void {
    this.#speed = speed
  }

  now(): number {
    return Date.now()
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await delay(ms / this.#speed, undefined, signal === undefined ? {} : { signal })
  }
}
