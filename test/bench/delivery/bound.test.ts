import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lowerBound, type Rate } from './bound.ts'
import { quantile, type Sight, stalenessOf, timeAbove } from './staleness.ts'

const ROUND_TRIP_MS = 200
const WINDOW_MS = 5_000
const MOST = 5
const CELL_MS = 10

const RATE: Rate = {
  ...{ stepMs: WINDOW_MS, stretchSteps: 1, most: MOST, holds: 'from start' },
  ...{ lastIsFree: false, mostFree: 0, leastGapMs: 0 },
  takes: (roundTrip) => ({ busy: roundTrip, visible: roundTrip }),
}
/** A write is taken to begin with its cell, so a stretch must be shorter than the window by one. */
const SLIDING: Rate = { ...RATE, stepMs: (WINDOW_MS - CELL_MS) / 5, stretchSteps: 5, holds: 'any stretch' }

/** When a platform that took these writes takes the next one. */
type Limiter = (taken: readonly number[], at: number) => number

const inSlidingWindow: Limiter = (taken, at) => Math.max(at, (taken.at(-MOST) ?? -WINDOW_MS) + WINDOW_MS)

/** Windows begin with the first write after the one before. */
const inFixedWindow: Limiter = (taken, at) => {
  let [begins, count] = [Number.NEGATIVE_INFINITY, 0]
  for (const time of taken) {
    if (time >= begins + WINDOW_MS) [begins, count] = [time, 0]
    count += 1
  }
  return count < MOST ? at : Math.max(at, begins + WINDOW_MS)
}

test('staleness is the age of the oldest token that is not visible', () => {
  // Two tokens wait for 300 and 200 ms, one for 100: the oldest one counts.
  const { area, ramps } = stalenessOf(
    [0, 100, 1_000],
    [
      { at: 300, tokens: 2 },
      { at: 1_100, tokens: 3 },
    ],
  )
  expect(area).toBe(300 ** 2 / 2 + 100 ** 2 / 2)
  expect(timeAbove(200, ramps)).toBe(100)
  expect(quantile(ramps, 100)).toBeCloseTo(200, 0)
})

/** Writes at these times that keep to the round trip and to the limit, and end with all shown. */
function kept(arrivals: readonly number[], wanted: readonly number[], limiter: Limiter): readonly Sight[] {
  const sights: Sight[] = []
  const taken: number[] = []
  let free = arrivals[0] ?? 0
  const write = (from: number) => {
    let at = Math.max(from, free)
    // The first write of a reply is charged to another account.
    if (sights.length > 0) {
      at = limiter(taken, at)
      taken.push(at)
    }
    free = at + ROUND_TRIP_MS
    sights.push({ at: free, tokens: arrivals.filter((time) => time <= at).length })
  }
  for (const at of wanted.toSorted((a, b) => a - b)) write(at)
  write(arrivals.at(-1) ?? 0)
  return sights
}

const anyReply = fc
  .array(fc.nat(12_000), { minLength: 1, maxLength: 40 })
  .map((times) => [0, ...times].toSorted((a, b) => a - b))

test.each([
  ['in a window that slides', SLIDING, inSlidingWindow],
  ['in windows that begin with a write', RATE, inFixedWindow],
] as const)(
  'no schedule that keeps the limit %s is below the bound, whatever it writes when',
  (_, rate, limiter) => {
    fc.assert(
      fc.property(
        anyReply,
        fc.array(fc.nat(12_000), { maxLength: 16 }),
        fc.nat(3_000),
        (arrivals, wanted, age) => {
          const { area, ramps } = stalenessOf(arrivals, kept(arrivals, wanted, limiter))
          const least = (cost: Parameters<typeof lowerBound>[3]) =>
            lowerBound([{ arrivals, free: [] }], rate, () => ROUND_TRIP_MS, cost, CELL_MS)
          expect(area).toBeGreaterThanOrEqual(least({ of: 'area' }) - 1e-6)
          expect(timeAbove(age, ramps)).toBeGreaterThanOrEqual(least({ of: 'time above', age }) - 1e-6)
        },
      ),
      { numRuns: 200, endOnFailure: true },
    )
  },
)

test('a window that slides bounds what comes in the middle of a minute more than blocks do', () => {
  // Both halves of a crowd are within a window, and in two blocks.
  const arrivals = Array.from({ length: 200 }, (_, nth) => 2_500 + nth * 25)
  const replies = [{ arrivals: [0, ...arrivals, 10_000], free: [] }]
  const of = (rate: Rate) => lowerBound(replies, rate, () => ROUND_TRIP_MS, { of: 'area' }, CELL_MS)
  expect(of(SLIDING)).toBeGreaterThan(of({ ...SLIDING, stepMs: WINDOW_MS, stretchSteps: 1 }))
})

test('the bound of a steady stream is what even spacing reaches', () => {
  const arrivals = Array.from({ length: 2_000 }, (_, nth) => nth * 10)
  const area = lowerBound([{ arrivals, free: [] }], RATE, () => ROUND_TRIP_MS, { of: 'area' }, 2)
  // One write a second: half of a second of waiting and a round trip on average.
  expect(area / 20_000).toBeGreaterThan(650)
  expect(area / 20_000).toBeLessThan(700)
})

test('replies that share a limit have a bound together above the sum of theirs alone', () => {
  const arrivals = Array.from({ length: 400 }, (_, nth) => nth * 25)
  const of = (count: number) =>
    lowerBound(
      Array.from({ length: count }, () => ({ arrivals, free: [] })),
      RATE,
      () => ROUND_TRIP_MS,
      { of: 'area' },
      10,
    )
  expect(of(3)).toBeGreaterThan(3 * of(1))
})
