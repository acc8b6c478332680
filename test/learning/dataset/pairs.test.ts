import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pairsOf } from '#core/learning/dataset/pairs.ts'

const answers = (count: number) => Array.from({ length: count }, (_, nth) => `answer ${nth}`)
const task = (count: number, ...orders: readonly (readonly (readonly number[])[])[]) => ({
  ...{ record: 't', candidates: answers(count) },
  rankings: orders.map((order) => ({ order, allBad: false })),
})
const strict = fc.integer({ min: 2, max: 9 }).chain((count) =>
  fc.shuffledSubarray(
    Array.from({ length: count }, (_, nth) => nth),
    { minLength: count },
  ),
)

test('all pairs of a ranking say what it says, and the disjoint ones use each answer at most once', () => {
  fc.assert(
    fc.property(strict, fc.string(), (best, seed) => {
      const ranked = task(
        best.length,
        best.map((nth) => [nth]),
      )
      const all = pairsOf(ranked, 'all', seed)
      expect(all).toHaveLength((best.length * (best.length - 1)) / 2)
      for (const { chosen, rejected } of all)
        expect(best.indexOf(chosen)).toBeLessThan(best.indexOf(rejected))
      const disjoint = pairsOf(ranked, 'disjoint', seed)
      expect(disjoint).toHaveLength(Math.floor(best.length / 2))
      const used = disjoint.flatMap(({ chosen, rejected }) => [chosen, rejected])
      expect(new Set(used).size).toBe(used.length)
      for (const pair of disjoint) expect(all).toContainEqual(pair)
    }),
  )
})

test('L5: which pairs are taken follows from the seed', () => {
  const ranked = task(9, [[0], [1], [2], [3], [4], [5], [6], [7], [8]])
  expect(pairsOf(ranked, 'disjoint', 'a')).toEqual(pairsOf(ranked, 'disjoint', 'a'))
  expect(pairsOf(ranked, 'disjoint', 'a')).not.toEqual(pairsOf(ranked, 'disjoint', 'b'))
})

test('ties make no pair, of one rater or among several', () => {
  expect(pairsOf(task(2, [[0, 1]]), 'all', '')).toEqual([])
  expect(pairsOf(task(2, [[0], [1]], [[1], [0]]), 'all', '')).toEqual([])
  expect(
    pairsOf(task(3, [[2], [0, 1]]), 'all', '').map(({ chosen, rejected }) => [chosen, rejected]),
  ).toEqual([
    [2, 0],
    [2, 1],
  ])
})

test('the majority decides, and the margin says how far apart the answers stand', () => {
  const [pair] = pairsOf(task(2, [[0], [1]], [[0], [1]], [[1], [0]]), 'all', '')
  expect(pair).toEqual({ chosen: 0, rejected: 1, margin: expect.closeTo(1 / 3) })
  const far = pairsOf(task(3, [[0], [1], [2]]), 'all', '')
  expect(far.map(({ chosen, rejected, margin }) => [chosen, rejected, margin])).toEqual([
    [0, 1, 0.5],
    [0, 2, 1],
    [1, 2, 0.5],
  ])
})
