import { expect, test } from 'vitest'
import { Random } from '#core/learning/local/random.ts'
import { fitBradleyTerry, leadsOf } from '#core/learning/reward/head/bradley-terry.ts'
import { contrastsOf, type Element } from '#core/learning/reward/head/elements.ts'
import { descend, dot } from '#core/learning/reward/head/lbfgs.ts'
import { accuracyOf, calibrate, calibrationErrorOf, lossOf } from '#core/learning/reward/head/measure.ts'
import { sigmoid } from '#core/learning/reward/logistic.ts'

const ONES = (length: number) => new Float64Array(length).fill(1)

/** Elements of 2 to 5 answers, with soft labels and weights of any size. */
function anyElements(seed: number, dimensions: number): readonly Element<Float32Array>[] {
  const random = new Random(seed, 'elements')
  return Array.from({ length: 30 }, () => {
    const answers = Array.from({ length: 2 + random.below(4) }, () =>
      Float32Array.from({ length: dimensions }, () => random.gauss()),
    )
    const preferences = answers.slice(1).map((_, nth) => ({
      ...{ better: random.below(nth + 1), worse: nth + 1 },
      ...{ share: 0.5 + random.next() / 2, weight: random.next() },
    }))
    return { answers, preferences }
  })
}

/** The loss as the paper writes it, pair by pair. */
function plainLoss(
  elements: readonly Element<Float32Array>[],
  times: Float64Array,
  weights: Float64Array,
  ridge: number,
): number {
  let [loss, total] = [0, 0]
  for (const [nth, { answers, preferences }] of elements.entries())
    for (const { better, worse, share, weight } of preferences) {
      const score = (at: number) => dot(weights, Float64Array.from(answers[at] ?? []))
      const chance = sigmoid(score(better) - score(worse))
      const counted = weight * (times[nth] ?? 0)
      loss -= counted * (share * Math.log(chance) + (1 - share) * Math.log(1 - chance))
      total += counted
    }
  return loss / total + (ridge / 2) * dot(weights, weights)
}

test.each([1, 2, 3])('soft labels, weights and repeated elements: the minimum is one (seed %i)', (seed) => {
  const dimensions = 6
  const elements = anyElements(seed, dimensions)
  const random = new Random(seed, 'times')
  const times = Float64Array.from(elements, () => random.below(3))
  const contrasts = contrastsOf(elements, ONES(dimensions))
  const ridge = 0.05
  const { at, value, steepness } = fitBradleyTerry({ contrasts, times, ridge, tolerance: 1e-8 })
  expect(value).toBeCloseTo(plainLoss(elements, times, at, ridge), 5)
  expect(steepness).toBeLessThan(1e-8)
  // By finite differences of the plain loss: flat at the minimum, in every direction.
  for (let j = 0; j < dimensions; j += 1) {
    const moved = (by: number) => at.map((each, nth) => each + (nth === j ? by : 0))
    const slope =
      (plainLoss(elements, times, moved(1e-4), ridge) - plainLoss(elements, times, moved(-1e-4), ridge)) /
      2e-4
    expect(Math.abs(slope)).toBeLessThan(1e-5)
  }
})

test('an element that counts 0 times says nothing, one that counts twice is as two', () => {
  const elements = anyElements(4, 3)
  const [first] = elements
  if (first === undefined) throw new Error('there are some')
  const weightsOf = (given: readonly Element<Float32Array>[], times: Float64Array) =>
    fitBradleyTerry({ contrasts: contrastsOf(given, ONES(3)), times, ridge: 0.1, tolerance: 1e-9 }).at
  const twice = ONES(elements.length)
  twice[0] = 2
  twice[1] = 0
  const spelled = [first, ...elements.filter((_, nth) => nth !== 1)]
  const [a, b] = [weightsOf(elements, twice), weightsOf(spelled, ONES(spelled.length))]
  for (const [nth, weight] of a.entries()) expect(weight).toBeCloseTo(b[nth] ?? Number.NaN, 6)
})

test('L-BFGS goes down a narrow valley (Rosenbrock)', () => {
  const steps = descend(
    (at, gradient) => {
      const [x = 0, y = 0] = at
      gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x)
      gradient[1] = 200 * (y - x * x)
      return (1 - x) ** 2 + 100 * (y - x * x) ** 2
    },
    Float64Array.of(-1.2, 1),
    { tolerance: 1e-8, most: 200 },
  )
  const values = [...steps].map(({ value }) => value)
  expect(values.at(-1)).toBeLessThan(1e-12)
  // Never uphill.
  for (const [nth, value] of values.slice(1).entries()) expect(value).toBeLessThanOrEqual(values[nth] ?? 0)
})

test('calibration finds the slope with which the labels were drawn', () => {
  const random = new Random(5, 'calibration')
  const elements = Array.from({ length: 20_000 }, () => {
    const lead = 4 * random.gauss()
    const won = random.next() < sigmoid(0.4 * lead)
    return {
      answers: [Float32Array.of(lead), Float32Array.of(0)],
      preferences: [{ better: won ? 0 : 1, worse: won ? 1 : 0, share: 1, weight: 1 }],
    }
  })
  const contrasts = contrastsOf(elements, ONES(1))
  const leads = leadsOf(contrasts, Float64Array.of(1))
  const slope = calibrate(contrasts, leads)
  console.info(`seed 5: slope ${slope.toFixed(3)}`)
  expect(Math.abs(slope - 0.4)).toBeLessThan(0.02)
  expect(calibrationErrorOf(contrasts, leads, slope)).toBeLessThan(0.02)
  expect(calibrationErrorOf(contrasts, leads, 1)).toBeGreaterThan(0.1)
  expect(lossOf(contrasts, leads, slope)).toBeLessThan(lossOf(contrasts, leads, 1))
  // What is always wrong is no use: it says even chances, and never the contrary.
  expect(
    calibrate(
      contrasts,
      leads.map((lead) => -lead),
    ),
  ).toBe(0)
})

test('accuracy goes by the majority, ties of the score count half, ties of people not at all', () => {
  const pair = (score: number, share: number): Element<Float32Array> => ({
    answers: [Float32Array.of(score), Float32Array.of(0)],
    preferences: [{ better: 0, worse: 1, share, weight: 1 }],
  })
  const contrasts = contrastsOf([pair(1, 0.7), pair(-1, 1), pair(0, 1), pair(1, 0.5)], ONES(1))
  expect(accuracyOf(contrasts, leadsOf(contrasts, Float64Array.of(1)))).toMatchObject({ hits: 1.5, of: 3 })
})
