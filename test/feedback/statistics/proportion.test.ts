import { expect, test } from 'vitest'
import {
  type Cluster,
  clusteredProportion,
  NO_CLUSTERS,
  proportion,
  withCluster,
} from '#core/feedback/statistics/proportion.ts'
import { seeded } from '#test/seeded.ts'

// Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, method 3.
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])("Wilson's interval of %i in %i as published", (hits, of, low, high) => {
  const found = proportion(hits, of)
  expect(found?.low).toBeCloseTo(low, 4)
  expect(found?.high).toBeCloseTo(high, 4)
})

test('the interval holds the share itself, exactly', () => {
  for (let of = 1; of < 400; of++) {
    expect(proportion(of, of)?.high).toBe(1)
    expect(proportion(0, of)?.low).toBe(0)
  }
})

test('a share of nothing is none', () => {
  expect(proportion(0, 0)).toBeNull()
  expect(over([])).toBeNull()
  expect(over([{ hits: 0, of: 0 }])).toBeNull()
})

test('clusters of one answer each are plain answers', () => {
  const single = Array.from({ length: 30 }, (_, at) => ({ hits: at < 11 ? 1 : 0, of: 1 }))
  expect(over(single)?.low).toBeCloseTo(proportion(11, 30)?.low ?? 0, 12)
})

test('clusters that hang together count as one answer each', () => {
  const together = Array.from({ length: 100 }, (_, at) => ({ hits: at < 40 ? 10 : 0, of: 10 }))
  const found = over(together)
  const asOne = proportion(40, 100)
  expect(found?.share).toBe(0.4)
  expect(found?.low).toBeCloseTo(asOne?.low ?? 0, 2)
  expect(found?.high).toBeCloseTo(asOne?.high ?? 0, 2)
})

test('one cluster, and clusters of one opinion, promise no more than they know', () => {
  expect(over([{ hits: 6, of: 6 }])).toMatchObject(expectedLimits(proportion(1, 1)))
  expect(
    over([
      { hits: 6, of: 6 },
      { hits: 6, of: 6 },
    ]),
  ).toMatchObject(expectedLimits(proportion(2, 2)))
})

test('the clustered interval holds the truth in about 95 of 100 samples, where the plain one does not', () => {
  const seed = 20_261_123
  console.log(`clustered interval: seed ${seed}`)
  const random = seeded(seed)
  const samples = 1_000
  let clusteredHolds = 0
  let plainHolds = 0
  for (let sample = 0; sample < samples; sample++) {
    // Each task is easy (.9) or hard (.3): .6 in truth, six pairs a task.
    const clusters = Array.from({ length: 60 }, () => {
      const chance = random() < 0.5 ? 0.9 : 0.3
      return { hits: Array.from({ length: 6 }, random).filter((drawn) => drawn < chance).length, of: 6 }
    })
    const hits = clusters.reduce((sum, cluster) => sum + cluster.hits, 0)
    if (holds(over(clusters), 0.6)) clusteredHolds += 1
    if (holds(proportion(hits, 360), 0.6)) plainHolds += 1
  }
  expect(clusteredHolds / samples).toBeGreaterThan(0.93)
  expect(clusteredHolds / samples).toBeLessThan(0.98)
  expect(plainHolds / samples).toBeLessThan(0.85)
})

const over = (clusters: readonly Cluster[]) => clusteredProportion(clusters.reduce(withCluster, NO_CLUSTERS))

type Found = ReturnType<typeof proportion>
const holds = (found: Found, truth: number): boolean =>
  found !== null && found.low <= truth && truth <= found.high
const expectedLimits = (found: Found) => ({ low: found?.low, high: found?.high })
