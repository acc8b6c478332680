import { expect, test } from 'vitest'
import { chiSquareTail } from '#core/feedback/statistics/chi-square.ts'
import { lengthBias, taskLengths } from '#core/feedback/statistics/length-bias.ts'
import { positionBias } from '#core/feedback/statistics/position-bias.ts'
import { NO_CLUSTERS, withCluster } from '#core/feedback/statistics/proportion.ts'
import { seeded } from '#test/seeded.ts'
import { choosy } from './simulate.ts'

// NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4, upper critical values.
test.each([
  [3.841, 1, 0.05],
  [6.635, 1, 0.01],
  [7.815, 3, 0.05],
  [11.345, 3, 0.01],
  [16.266, 3, 0.001],
  [20.09, 8, 0.01],
  [124.342, 100, 0.05],
  [0.584, 3, 0.9],
])('chi-square %f with %i degrees of freedom is p = %f', (statistic, degrees, p) => {
  expect(Math.abs(chiSquareTail(statistic, degrees) - p)).toBeLessThan(2e-4 * Math.sqrt(p))
})

test('chi-square: 0 is sure, infinity never, and nonsense is refused', () => {
  expect(chiSquareTail(0, 3)).toBe(1)
  expect(chiSquareTail(Infinity, 3)).toBe(0)
  expect(chiSquareTail(1e6, 3)).toBe(0)
  expect(() => chiSquareTail(-1, 3)).toThrow('statistic: got -1')
  expect(() => chiSquareTail(Number.NaN, 3)).toThrow(RangeError)
  expect(() => chiSquareTail(1, 0)).toThrow('degrees: got 0')
})

const SIMULATIONS = 1_000
const FIRST_SEED = 1_000

/** Share of simulated studies in which the first place is flagged. */
function flagged(excess: number, rankings: number): number {
  console.log(`position bias: seeds ${FIRST_SEED} to ${FIRST_SEED + SIMULATIONS - 1}`)
  let count = 0
  for (let study = 0; study < SIMULATIONS; study++) {
    const random = seeded(FIRST_SEED + study)
    if (positionBias(Array.from({ length: rankings }, () => choosy(excess, random)))?.flagged) count += 1
  }
  return count / SIMULATIONS
}

test('F6: a first place that wins 10 points too often is flagged in at least 95 % of studies of 600', () => {
  expect(flagged(0.1, 600)).toBeGreaterThanOrEqual(0.95)
})

test('F6: a fair reader is flagged in fewer than 2 % of studies', () => {
  expect(flagged(0, 600)).toBeLessThan(0.02)
})

test('F6: nor on few rankings, where chance alone is 5 points off in every fourth study', () => {
  expect(flagged(0, 100)).toBeLessThan(0.02)
})

test('F6: what is certain and small is not flagged: 2 points in 20,000 rankings', () => {
  const random = seeded(FIRST_SEED)
  const bias = positionBias(Array.from({ length: 20_000 }, () => choosy(0.02, random)))
  expect(bias?.p).toBeLessThan(0.001)
  expect(bias?.flagged).toBe(false)
})

const shownIn = (slots: readonly number[], ...places: readonly number[]) => ({ places, slots })

test('position: winners are counted where they stood; shared first places tell nothing', () => {
  const bias = positionBias([
    shownIn([1, 0], 0, 1),
    shownIn([0, 1], 0, 1),
    shownIn([0, 1], 0, 0),
    shownIn([2, 0, 1], 1, 2, 0),
    shownIn([0], 0),
  ])
  expect(bias).toMatchObject({ of: 3, degrees: 3, enough: false, flagged: false })
  expect(bias?.slots.map(({ wins }) => wins)).toEqual([1, 2, 0])
  expect(bias?.slots[0]?.expected).toBeCloseTo(1 + 1 / 3, 12)
  expect(bias?.slots[2]?.expected).toBeCloseTo(1 / 3, 12)
  expect(positionBias([shownIn([0, 1], 0, 0)])).toBeNull()
})

test('position: few rankings are never flagged, however one-sided', () => {
  const first = Array.from({ length: 19 }, () => shownIn([0, 1, 2, 3], 0, 1, 2, 3))
  expect(positionBias(first)).toMatchObject({ enough: false, flagged: false, excess: 0.75 })
  expect(positionBias([...first, ...first.slice(0, 1)])).toMatchObject({ enough: true, flagged: true })
})

test('length: the longer of two is counted when it was preferred; equal lengths and ties tell nothing', () => {
  const people = [shownIn([0, 1, 2], 0, 1, 2), shownIn([0, 1, 2], 0, 0, 2)]
  expect(taskLengths(people, [30, 20, 20])).toEqual({ hits: 3, of: 3 })
  expect(taskLengths(people, [20, 30, 20])).toEqual({ hits: 2, of: 3 })
  expect(lengthBias(NO_CLUSTERS)).toBeNull()
})

test('length: a lean is flagged, in either direction, a fair share and a few tasks are not', () => {
  const tasks = (count: number, hits: number) =>
    Array.from({ length: count }, (_, at) => ({ hits: at % 10 < hits ? 1 : 0, of: 1 })).reduce(
      withCluster,
      NO_CLUSTERS,
    )
  expect(lengthBias(tasks(300, 7))).toMatchObject({ flagged: true, longerPreferred: { share: 0.7 } })
  expect(lengthBias(tasks(300, 3))?.flagged).toBe(true)
  expect(lengthBias(tasks(300, 5))?.flagged).toBe(false)
  expect(lengthBias(tasks(20, 7))?.flagged).toBe(false)
})
