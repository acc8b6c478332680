import { setImmediate as nextTick } from 'node:timers/promises'
import type { Clock } from '#core/clock.ts'

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/** Time that only passes when a test says so. Sleepers wake in order, each after everything before it has settled. */
export class VirtualClock implements Clock {
  #now: number
  #sleepers: Sleeper[] = []

  constructor(startsAt = 0) {
    this.#now = startsAt
  }

  now(): number {
    return this.#now
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const sleeper = { at: this.#now + Math.max(0, ms), wake: resolve }
    this.#sleepers.push(sleeper)
    signal?.addEventListener('abort', () => {
      this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
      reject(signal.reason)
    })
    return promise
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await settle()
      const next = this.#sleepers.toSorted((a, b) => a.at - b.at)[0]
      if (next === undefined || next.at > end) break
      this.#sleepers = this.#sleepers.filter((other) => other !== next)
      this.#now = next.at
      next.wake()
    }
    this.#now = end
    await settle()
  }
}

/** Lets every promise that can settle now do so: a few turns of the event loop cover the chains in use. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTick()
}
