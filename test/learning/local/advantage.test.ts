import fc from 'fast-check'
import { expect, test } from 'vitest'
import { advantagesOf } from '#core/learning/local/advantage.ts'

/** By its definition: every later surprise, weighed by how far away it is. */
function byDefinition(
  rewards: readonly number[],
  values: readonly number[],
  lambda: number,
): readonly number[] {
  const surprises = rewards.map((reward, at) => reward + (values[at + 1] ?? 0) - (values[at] ?? 0))
  return surprises.map((_, at) =>
    surprises.slice(at).reduce((sum, surprise, away) => sum + lambda ** away * surprise, 0),
  )
}

test('an advantage is the sum of its definition, to 1e-6, for any rewards and values', () => {
  const number = fc.double({ min: -10, max: 10, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 40 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (tokens, lambda) => {
        const rewards = tokens.map(([reward]) => reward)
        const values = tokens.map(([, value]) => value)
        const { advantages, returns } = advantagesOf(rewards, values, lambda)
        for (const [at, expected] of byDefinition(rewards, values, lambda).entries()) {
          expect(Math.abs((advantages[at] ?? Number.NaN) - expected)).toBeLessThan(1e-6)
          expect(Math.abs((returns[at] ?? Number.NaN) - expected - (values[at] ?? 0))).toBeLessThan(1e-6)
        }
      },
    ),
  )
})
