import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pairsOf } from '#core/feedback/pairs.ts'
import type { RankingRecord } from '#core/feedback/rankings.ts'
import { recordId } from '#core/feedback/record-id.ts'

const ranking = (rater: string, order: string[][], more: Partial<RankingRecord> = {}): RankingRecord => {
  const at = more.at ?? 1
  return {
    ...{ schema: 1, id: recordId(at, `${rater} ${JSON.stringify(order)}`), at, provenance: 'web' },
    ...{ task: 't', rater, displayed: order.flat(), order, allBad: false },
    ...more,
  }
}

test('four answers in an order are six pairs, which together weigh as much as one prompt', () => {
  const pairs = pairsOf([ranking('p1', [['a'], ['b'], ['c'], ['d']])])
  expect(pairs.map(({ chosen, rejected }) => chosen + rejected)).toEqual(['ab', 'ac', 'ad', 'bc', 'bd', 'cd'])
  for (const pair of pairs) expect(pair).toMatchObject({ share: 1, raters: 1, weight: 1 / 6 })
})

test('ties are dropped', () => {
  const pairs = pairsOf([ranking('p1', [['a'], ['b', 'c']])])
  expect(pairs.map(({ chosen, rejected }) => chosen + rejected)).toEqual(['ab', 'ac'])
})

test('raters who disagree make a soft label: the share of their votes', () => {
  const raters = [[['a'], ['b']], [['a'], ['b']], [['b'], ['a']], [['a', 'b']]]
  expect(pairsOf(raters.map((order, nth) => ranking(`p${nth}`, order)))).toEqual([
    { task: 't', chosen: 'a', rejected: 'b', share: 2 / 3, weight: 3 / 4, raters: 4 },
  ])
})

test('a change of mind counts once, by the newest, in whatever order they are read', () => {
  const older = ranking('p1', [['a'], ['b']], { at: 1 })
  const newer = ranking('p1', [['b'], ['a']], { at: 2 })
  const expected = [{ task: 't', chosen: 'b', rejected: 'a', share: 1, weight: 1, raters: 1 }]
  expect(pairsOf([older, newer])).toEqual(expected)
  expect(pairsOf([newer, older, newer])).toEqual(expected)
})

test('any rankings of any tasks: no task weighs more than 1, and each has every strict preference in it', () => {
  const one = fc.record({
    rater: fc.constantFrom('p1', 'p2', 'p3'),
    task: fc.constantFrom('t1', 't2'),
    at: fc.nat({ max: 5 }),
    places: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 4 }),
  })
  fc.assert(
    fc.property(fc.array(one, { maxLength: 12 }), (given) => {
      const rankings = given.map(({ rater, task, at, places }) => {
        const order = [1, 2, 3, 4].map((place) =>
          ['a', 'b', 'c', 'd'].filter((_, nth) => places[nth] === place),
        )
        return ranking(
          rater,
          order.filter((group) => group.length > 0),
          { task, at },
        )
      })
      const pairs = pairsOf(rankings)
      for (const task of ['t1', 't2']) {
        const mine = pairs.filter((pair) => pair.task === task)
        expect(mine.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(1 + 1e-9)
        expect(new Set(mine.map(({ chosen, rejected }) => [chosen, rejected].toSorted().join())).size).toBe(
          mine.length,
        )
      }
      for (const { share, weight } of pairs) {
        expect(share).toBeGreaterThanOrEqual(0.5)
        expect(weight).toBeGreaterThan(0)
      }
    }),
  )
})
