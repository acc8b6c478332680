import { expect, test } from 'vitest'
import { pairwiseAgreement } from '#core/feedback/statistics/agreement.ts'
import { krippendorffAlpha } from '#core/feedback/statistics/alpha.ts'
import { kendallTau, meanKendallTau } from '#core/feedback/statistics/kendall.ts'
import { placeUnits, preferenceUnits } from '#core/feedback/statistics/units.ts'
import { seeded } from '#test/seeded.ts'
import { judged } from './simulate.ts'

const ranked = (...places: readonly number[]) => ({ places, slots: places.map((_, at) => at) })

test.each([1, 2, 3, 4, 5])(
  'raters who are right 73 times in 100 agree on .73² + .27² of all pairs (seed %i)',
  (seed) => {
    const random = seeded(seed)
    const tasks = Array.from({ length: 10_000 }, () => [judged(0.73, random), judged(0.73, random)])
    const agreement = pairwiseAgreement(tasks)
    expect(Math.abs((agreement?.share ?? 0) - 0.606)).toBeLessThan(0.02)
    expect(agreement?.low).toBeLessThan(0.606)
    expect(agreement?.high).toBeGreaterThan(0.606)
  },
)

test('F6: ties are left out of agreement', () => {
  // Of three pairs one is tied by the second person, one is seen alike, one otherwise.
  expect(pairwiseAgreement([[ranked(0, 1, 2), ranked(0, 2, 0)]])).toMatchObject({
    hits: 1,
    of: 2,
    share: 0.5,
  })
  expect(pairwiseAgreement([[ranked(0, 1)], [ranked(0, 0), ranked(0, 1)], []])).toBeNull()
})

test('the pairs of one task are not as many answers as they look: the interval is wider', () => {
  const alike = [ranked(0, 1, 2, 3), ranked(0, 1, 2, 3)]
  const opposed = [ranked(0, 1, 2, 3), ranked(3, 2, 1, 0)]
  const few = pairwiseAgreement([alike, alike, alike, opposed])
  expect(few).toMatchObject({ hits: 18, of: 24, share: 0.75 })
  // As wide as for three or four answers, not for 24: Wilson's would begin at .55.
  expect(few?.low).toBeLessThan(0.35)
  expect(pairwiseAgreement([alike])?.low).toBeLessThan(0.3)
})

test.each([
  ['the same order', [0, 1, 2], [0, 1, 2], 1],
  ['the reverse', [0, 1, 2], [2, 1, 0], -1],
  ['one pair the other way', [0, 1, 2, 3], [1, 0, 2, 3], 4 / 6],
  ['a tie in one of them', [0, 0, 2], [0, 1, 2], 2 / Math.sqrt(6)],
  ['all tied', [0, 0, 0], [0, 1, 2], null],
])("Kendall's tau-b: %s", (_, one, other, tau) => {
  const found = kendallTau(ranked(...one), ranked(...other))
  if (tau === null) expect(found).toBeNull()
  else expect(found).toBeCloseTo(tau, 12)
})

test('the mean tau is over every two people of a task', () => {
  const people = [ranked(0, 1, 2), ranked(0, 1, 2), ranked(2, 1, 0)]
  expect(meanKendallTau([people, [ranked(0, 1)]])).toEqual({ tau: -1 / 3, of: 3 })
  expect(meanKendallTau([])).toBeNull()
})

test('rankings as units: one for each pair, one for each answer, ties in the middle', () => {
  const tasks = [[ranked(0, 1, 1), ranked(2, 0, 1)], [ranked(0, 1)]]
  expect([...preferenceUnits(tasks)]).toEqual([[-1, 1], [-1, 1], [0, -1], [-1]])
  expect([...placeUnits(tasks)]).toEqual([[0, 1], [0.75, 0], [0.75, 0.5], [0], [1]])
  expect(krippendorffAlpha(placeUnits([[ranked(0, 1, 2), ranked(0, 1, 2)]]), 'ordinal')).toBe(1)
})
