import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lowerBound, type Rate } from './bound.ts'
import { roundTrips } from './network.ts'
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
  write(free)
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

describe('windows that begin with a write', () => {
  /** Two writes a second, and one more for each further message. */
  const NARROW: Rate = { ...RATE, stepMs: 1_000, most: 2, mostFree: 10 }
  const area = { of: 'area' } as const

  interface Planned {
    readonly at: number
    readonly isFree: boolean
  }

  /**
   * What a reader sees of these writes; undefined where the platform would refuse one, or there are not so many further
   * messages yet. The first write comes with the first token, and is charged to nobody.
   */
  function seen(
    arrivals: readonly number[],
    free: readonly number[],
    [first, ...plan]: readonly Planned[],
    roundTrip: (at: number) => number,
  ): readonly Sight[] | undefined {
    if (first === undefined || first.at > (arrivals[0] ?? 0)) return undefined
    let [begins, count, begun] = [Number.NEGATIVE_INFINITY, 0, 0]
    let ready = first.at + roundTrip(first.at)
    const sights = [first.at]
    for (const { at, isFree } of plan) {
      if (at < ready) return undefined
      ready = at + roundTrip(at)
      sights.push(at)
      if (isFree) {
        if (at < (free[begun] ?? Number.POSITIVE_INFINITY)) return undefined
        begun += 1
        continue
      }
      const counted = at + roundTrip(at) / 2
      if (counted >= begins + NARROW.stepMs) [begins, count] = [counted, 0]
      count += 1
      if (count > NARROW.most) return undefined
    }
    if ((sights.at(-1) ?? 0) < (arrivals.at(-1) ?? 0)) return undefined
    return sights.map((at) => ({
      at: at + roundTrip(at),
      tokens: arrivals.filter((time) => time <= at).length,
    }))
  }

  /** Every plan on these times, whose writes are a round trip apart. */
  function* plans(times: readonly number[], from = 0): Generator<readonly Planned[]> {
    yield []
    for (let nth = from; nth < times.length; nth += 1)
      for (const rest of plans(times, nth + ROUND_TRIP_MS / 100))
        for (const isFree of [false, true]) yield [{ at: times[nth] ?? 0, isFree }, ...rest]
  }

  // Often a pause, before which or in which a window can begin.
  const anyTimes = fc
    .array(fc.oneof(fc.nat(14), fc.integer({ min: 9, max: 14 })), { minLength: 2, maxLength: 12 })
    .map((tenths) => [0, ...tenths.map((tenth) => tenth * 100)].toSorted((one, other) => one - other))

  test('the bound is below the best of all legal schedules, and near it', () => {
    const times = Array.from({ length: 17 }, (_, nth) => nth * 100)
    fc.assert(
      fc.property(anyTimes, fc.array(fc.nat(1_400), { maxLength: 2 }), (arrivals, messages) => {
        const free = messages.toSorted((a, b) => a - b)
        let best = Number.POSITIVE_INFINITY
        for (const plan of plans(times)) {
          const sights = seen(arrivals, free, plan, () => ROUND_TRIP_MS)
          if (sights !== undefined) best = Math.min(best, stalenessOf(arrivals, sights).area)
        }
        const least = lowerBound([{ arrivals, free }], NARROW, () => ROUND_TRIP_MS, area, CELL_MS)
        expect(least).toBeLessThanOrEqual(best + 1e-6)
        expect(least).toBeGreaterThan(best / 2)
      }),
      { numRuns: 20, endOnFailure: true },
    )
  })

  test('no schedule is below it while the network drifts', () => {
    const anyPlan = fc.array(fc.record({ wait: fc.nat(900), isFree: fc.boolean() }), { maxLength: 20 })
    let legal = 0
    fc.assert(
      fc.property(fc.nat(50), anyTimes, anyPlan, fc.nat(8_000), (seed, times, waits, origin) => {
        const roundTrip = roundTrips(seed)
        const arrivals = times.map((time) => origin + 4 * time)
        const free = arrivals.slice(1, 4)
        let at = origin
        const plan: Planned[] = [{ at, isFree: true }]
        // What the platform would refuse, or is too soon for a message, is left out; the last write always happens.
        for (const { wait, isFree } of [
          ...waits,
          { wait: 6_000, isFree: false },
          { wait: 1_100, isFree: false },
        ]) {
          const next = { at: at + roundTrip(at) + wait, isFree }
          const ended = { at: Math.max(next.at, arrivals.at(-1) ?? 0) + 1_100, isFree: false }
          if (seen(arrivals, free, [...plan, next, ended], roundTrip) === undefined) continue
          plan.push(next)
          at = next.at
        }
        const sights = seen(arrivals, free, plan, roundTrip)
        if (sights === undefined) return
        legal += 1
        const least = lowerBound([{ arrivals, free }], NARROW, roundTrip, area, CELL_MS)
        expect(stalenessOf(arrivals, sights).area).toBeGreaterThanOrEqual(least - 1e-6)
      }),
      { numRuns: 150, endOnFailure: true },
    )
    expect(legal).toBeGreaterThan(100)
  })

  test('what a pause leaves cannot be hoarded', () => {
    const crowd = Array.from({ length: 50 }, (_, nth) => 20_000 + nth * 100)
    const least = lowerBound(
      [{ arrivals: [0, ...crowd], free: [] }],
      RATE,
      () => ROUND_TRIP_MS,
      area,
      CELL_MS,
    )
    expect(least / 5_000).toBeGreaterThan(330)
    // A window begins in the pause, for nothing, so that the second half of the crowd has five writes for itself.
    const writes = [0, 17_500, 20_000, 20_600, 21_200, 21_800, 22_510, 23_100, 23_700, 24_300, 24_900]
    const sights = writes.map((at) => ({
      at: at + ROUND_TRIP_MS,
      tokens: 1 + crowd.filter((time) => time <= at).length,
    }))
    expect(least).toBeLessThan(stalenessOf([0, ...crowd], sights).area)
  })
})
