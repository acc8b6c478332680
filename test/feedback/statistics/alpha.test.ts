import fc from 'fast-check'
import { expect, test } from 'vitest'
import { krippendorffAlpha, LEVELS } from '#core/feedback/statistics/alpha.ts'

/** Krippendorff (2011), example C: four observers, twelve units, seven values missing. */
const OBSERVERS = [
  '1 2 3 3 2 1 4 1 2 . . .',
  '1 2 3 3 2 2 4 1 2 5 . 3',
  '. 3 3 3 2 3 4 2 2 5 1 .',
  '1 2 3 3 2 4 4 1 2 5 1 .',
].map((row) => row.split(' '))
const UNITS = Array.from({ length: 12 }, (_, unit) =>
  OBSERVERS.flatMap((row) => (row[unit] === '.' ? [] : [Number(row[unit])])),
)

test.each([
  ['nominal', 0.743],
  ['ordinal', 0.815],
  ['interval', 0.849],
] as const)("Krippendorff's alpha, %s: the published example gives %f", (level, published) => {
  expect(Math.abs((krippendorffAlpha(UNITS, level) ?? 0) - published)).toBeLessThan(0.001)
})

test("Krippendorff's alpha: two observers, nominal, as published (2011, example B)", () => {
  const one = [1, 1, 2, 2, 4, 3, 3, 3, 5, 4, 4, 1]
  const other = [1, 2, 2, 2, 2, 3, 3, 3, 5, 4, 4, 4]
  const units = one.map((value, at) => [value, other[at] ?? 0])
  expect(krippendorffAlpha(units, 'nominal')).toBeCloseTo(0.692, 3)
})

test.each(LEVELS)('%s alpha is not defined without two judgements, or with a single value', (level) => {
  expect(krippendorffAlpha([], level)).toBeNull()
  expect(krippendorffAlpha([[], [1], [2]], level)).toBeNull()
  expect(krippendorffAlpha([[3, 3], [3, 3, 3], [1]], level)).toBeNull()
})

test('alpha is 1 exactly when all agree, and does not depend on any order', () => {
  const units = fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 }), { maxLength: 8 })
  fc.assert(
    fc.property(units, fc.constantFrom(...LEVELS), (given, level) => {
      const alpha = krippendorffAlpha(given, level)
      const reversed = given.toReversed().map((values) => values.toReversed())
      const again = krippendorffAlpha(reversed, level)
      expect(again === null ? null : again.toFixed(9)).toBe(alpha === null ? null : alpha.toFixed(9))
      if (alpha === null) return
      expect(alpha).toBeLessThanOrEqual(1)
      expect(alpha === 1).toBe(given.every((values) => new Set(values).size < 2))
    }),
  )
})
