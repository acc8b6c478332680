import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lowerBound, type Rate } from './bound.ts'
import { quantile, type Sight, stalenessOf, timeAbove } from './staleness.ts'

const RATE: Rate = {
  ...{ blockMs: 5_000, most: () => 5, holds: 'each', lastIsFree: false, mostFree: 0, leastGapMs: 0 },
  takes: (roundTrip) => ({ busy: roundTrip, visible: roundTrip }),
}
const ROUND_TRIP_MS = 200

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

/** Writes at these times that keep to the round trip, the blocks of the limit, and end with all shown. */
function kept(arrivals: readonly number[], wanted: readonly number[]): readonly Sight[] {
  const sights: Sight[] = []
  const perBlock = new Map<number, number>()
  let free = arrivals[0] ?? 0
  const write = (from: number) => {
    let at = Math.max(from, free)
    while ((perBlock.get(Math.floor(at / RATE.blockMs)) ?? 0) >= RATE.most(0))
      at = (Math.floor(at / RATE.blockMs) + 1) * RATE.blockMs
    const block = Math.floor(at / RATE.blockMs)
    // The first write of a reply is charged to another account.
    if (sights.length > 0) perBlock.set(block, (perBlock.get(block) ?? 0) + 1)
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

test('no schedule that keeps the limits is below the bound, whatever it writes when', () => {
  fc.assert(
    fc.property(
      anyReply,
      fc.array(fc.nat(12_000), { maxLength: 12 }),
      fc.nat(3_000),
      (arrivals, wanted, age) => {
        const { area, ramps } = stalenessOf(arrivals, kept(arrivals, wanted))
        const least = (cost: Parameters<typeof lowerBound>[3]) =>
          lowerBound([{ arrivals, free: [] }], RATE, () => ROUND_TRIP_MS, cost, 10)
        expect(area).toBeGreaterThanOrEqual(least({ of: 'area' }) - 1e-6)
        expect(timeAbove(age, ramps)).toBeGreaterThanOrEqual(least({ of: 'time above', age }) - 1e-6)
      },
    ),
    { numRuns: 300, endOnFailure: true },
  )
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
