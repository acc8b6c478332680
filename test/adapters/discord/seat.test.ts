import { expect, onTestFinished, test } from 'vitest'
import { type Connection, Seat } from '#adapters/discord/seat.ts'
import type { Clock } from '#core/clock.ts'
import type { Lease, Leases } from '#core/turns/leases.ts'
import { quietLog } from '#test/quiet-log.ts'

/** How often something fails before it works again: by doubling, the last pause would be minutes. */
const FAILURES = 8

/** A clock on which nothing takes any time, and what it was asked to wait for. */
function impatient(): Clock & { readonly waits: number[] } {
  const waits: number[] = []
  return {
    waits,
    now: () => 0,
    sleep: async (ms, signal) => {
      waits.push(ms)
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
    },
  }
}

/** Seated once; then it loses its place, and `leases` or `connect` fail for a while. */
async function unseated(what: 'the store' | 'Discord'): Promise<readonly number[]> {
  const clock = impatient()
  const first = new AbortController()
  const again = Promise.withResolvers<void>()
  let [taken, connected, failed] = [0, 0, 0]
  const fails = (which: typeof what): void => {
    if (what !== which || failed === FAILURES) return
    failed += 1
    throw new Error(`${what} is away`)
  }
  const leases: Leases = {
    take: async (): Promise<Lease> => {
      taken += 1
      if (taken > 1) fails('the store')
      return { lost: taken === 1 ? first.signal : new AbortController().signal, release: async () => {} }
    },
  }
  const connect = async (): Promise<Connection> => {
    connected += 1
    if (connected > 1) {
      fails('Discord')
      again.resolve()
    }
    return { over: new Promise(() => {}), trouble: undefined, stop: async () => {} }
  }
  const seat = new Seat({ leases, clock, log: quietLog, connect })
  onTestFinished(() => seat.stop())
  await seat.start()
  first.abort()
  await again.promise
  return clock.waits.slice(-FAILURES)
}

test('T3: when the store was away, somebody listens to Discord again as soon as it is back', async () => {
  expect(new Set(await unseated('the store'))).toEqual(new Set([2_000]))
})

test('a Discord that takes us no more is asked less and less often: every time counts', async () => {
  const waits = await unseated('Discord')
  expect(waits.slice(0, 3)).toEqual([5_000, 10_000, 20_000])
  expect(waits.at(-1)).toBe(300_000)
})
