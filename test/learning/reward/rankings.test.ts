import fc from 'fast-check'
import { expect, test } from 'vitest'
import { elementsOf, type RankRow } from '#core/learning/reward/head/rankings.ts'

const row = (prompt: string, answers: readonly string[], order: number[][], weight = 1): RankRow => ({
  prompt: [{ role: 'user', content: prompt }],
  candidates: answers.map((content) => ({ role: 'assistant', content })),
  ...{ order, all_bad: false, weight },
})
/** `better > worse: share, weight` */
const told = (rows: readonly RankRow[]) =>
  elementsOf(rows).map(({ answers, preferences }) =>
    preferences.map(
      ({ better, worse, share, weight }) =>
        `${answers[better]?.answer} > ${answers[worse]?.answer}: ${share.toFixed(2)}, ${weight.toFixed(3)}`,
    ),
  )

test('a ranking of four is six pairs that weigh 1 together', () => {
  expect(told([row('q', ['a', 'b', 'c', 'd'], [[2], [0], [3], [1]])])).toEqual([
    [
      'c > a: 1.00, 0.167',
      'c > d: 1.00, 0.167',
      'c > b: 1.00, 0.167',
      'a > d: 1.00, 0.167',
      'a > b: 1.00, 0.167',
      'd > b: 1.00, 0.167',
    ],
  ])
})

test('ties are dropped, and what is all ties is left out', () => {
  expect(told([row('q', ['a', 'b', 'c'], [[0, 1], [2]])])).toEqual([
    ['a > c: 1.00, 0.333', 'b > c: 1.00, 0.333'],
  ])
  expect(told([row('q', ['a', 'b'], [[0, 1]])])).toEqual([])
})

test('raters of one prompt are one element, their disagreement a soft label', () => {
  expect(
    told([
      row('q', ['a', 'b'], [[0], [1]], 1 / 3),
      row('other', ['a', 'b'], [[1], [0]]),
      row('q', ['a', 'b'], [[1], [0]], 1 / 3),
      row('q', ['a', 'b'], [[0], [1]], 1 / 3),
    ]),
  ).toEqual([['a > b: 0.67, 1.000'], ['b > a: 1.00, 1.000']])
})

test('L1: two tasks on one prompt are one element, and the same text is the same answer', () => {
  expect(told([row('q', ['a', 'b'], [[0], [1]]), row('q', ['c', 'a'], [[0], [1]])])).toEqual([
    ['a > b: 1.00, 0.500', 'c > a: 1.00, 0.500'],
  ])
  expect(told([row('q', ['a', 'a', 'b'], [[0], [1], [2]])])).toEqual([['a > b: 1.00, 0.667']])
})

test('whatever people rank, a prompt weighs at most 1 and no label says the contrary of the majority', () => {
  const anyRow = fc
    .record({
      prompt: fc.constantFrom('p', 'q', 'r'),
      answers: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 2, maxLength: 9 }),
      groups: fc.array(fc.nat(3), { minLength: 9, maxLength: 9 }),
      weight: fc.double({ min: 0.01, max: 1, noNaN: true }),
    })
    .map(({ prompt, answers, groups, weight }) => {
      const order = [0, 1, 2, 3]
        .map((group) => answers.flatMap((_, nth) => (groups[nth] === group ? [nth] : [])))
        .filter((tied) => tied.length > 0)
      return row(prompt, answers, order, weight)
    })
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 12 }), (rows) => {
      for (const { answers, preferences } of elementsOf(rows)) {
        expect(preferences.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(1 + 1e-9)
        for (const { better, worse, share, weight } of preferences) {
          expect(better).not.toBe(worse)
          expect(Math.max(better, worse)).toBeLessThan(answers.length)
          expect(share).toBeGreaterThanOrEqual(0.5 - 1e-9)
          expect(weight).toBeGreaterThan(0)
        }
      }
    }),
    { seed: 1 },
  )
})
