import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Candidate, divergenceOf, eligible, highest } from '#core/learning/best-of-n/candidates.ts'

const candidate = fc.record({
  text: fc.constantFrom('', ' ', 'word', 'words'),
  refused: fc.boolean(),
  finish: fc.constantFrom('stop' as const, 'length' as const, 'filtered' as const),
  model: fc.constant('m'),
})
const candidates = fc
  .array(candidate, { minLength: 1, maxLength: 9 })
  .map((all) => all.map((each, nth): Candidate => ({ ...each, nth })))

test('any answers: some are eligible, in their order, and none is worse than one that is not', () => {
  const rank = ({ text, finish }: Candidate): number =>
    text.trim() === '' ? 0 : { filtered: 1, length: 2, stop: 3 }[finish]
  fc.assert(
    fc.property(candidates, (all) => {
      const [first, ...rest] = all
      if (first === undefined) throw new Error('no candidates')
      const found = eligible([first, ...rest])
      expect(found.map(({ nth }) => nth)).toEqual(found.map(({ nth }) => nth).toSorted((a, b) => a - b))
      expect(Math.min(...found.map(rank))).toBe(Math.max(...all.map(rank)))
      const whole = all.filter((each) => rank(each) === 3)
      const refusals = whole.filter(({ refused }) => refused).length
      if (whole.length > 0) {
        const declines = refusals > 0 && refusals * 2 >= whole.length
        expect(found).toHaveLength(declines ? refusals : whole.length)
      }
    }),
  )
})

test('the highest score, and of equal ones the first', () => {
  expect(highest([1, 3, 2, 3])).toBe(1)
  expect(highest([-5, -5])).toBe(0)
})

test('the divergence of the best of n is bounded by ln n − (n−1)/n nats', () => {
  expect(divergenceOf(1)).toBe(0)
  expect(divergenceOf(4)).toBeCloseTo(0.636, 3)
})
