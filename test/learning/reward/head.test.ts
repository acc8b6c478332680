import { expect, test } from 'vitest'
import { Random } from '#core/learning/local/random.ts'
import { fitBradleyTerry, leadsOf } from '#core/learning/reward/head/bradley-terry.ts'
import { contrastsOf } from '#core/learning/reward/head/elements.ts'
import { SCALAR_NAMES, scalesOf } from '#core/learning/reward/head/features.ts'
import { type HeadData, type TrainedHead, trainHead } from '#core/learning/reward/head/head.ts'
import { dot } from '#core/learning/reward/head/lbfgs.ts'
import { accuracyOf } from '#core/learning/reward/head/measure.ts'
import { normalise } from '#core/learning/reward/head/normalise.ts'
import { ceilingOf, PlantedTaste, preferencesOf } from './planted.ts'

const signal = new AbortController().signal
const train = (data: HeadData, seed: number): Promise<TrainedHead> =>
  trainHead(data, { seed, heads: 4, signal })

const scoreOf = ({ heads: [head] }: TrainedHead, answer: Float32Array): number =>
  dot(head?.weights ?? new Float64Array(answer.length), Float64Array.from(answer)) + (head?.offset ?? 0)

/** d=256, 400 prompts of 4 answers: what a small team has after some months. */
function smallTeam(seed: number) {
  const taste = new PlantedTaste({ dimensions: 256, seed, scale: 2 })
  const data = {
    embedding: 256,
    train: taste.prompts('train', 400, 4),
    test: taste.prompts('test', 2_000, 4),
    demonstrations: taste.answers('demonstrations', 50),
  }
  return { taste, data }
}

test.each([1, 2, 3])(
  'A1, A4, A5: a head of 400 ranked prompts finds the planted taste (seed %i)',
  async (seed) => {
    const { data } = smallTeam(seed)
    const head = await train(data, seed)
    const { testAccuracy = 0, testLengthAccuracy = 0, accuracy = 0, calibrationError = 1 } = head.metrics
    console.info(`seed ${seed}: accuracy ${testAccuracy.toFixed(3)} of ${ceilingOf(data.test).toFixed(3)}`)
    expect(testAccuracy).toBeGreaterThanOrEqual(0.76)
    expect(Math.abs(testLengthAccuracy - 0.5)).toBeLessThan(0.05)
    // What was held out in training says the same as what training never saw.
    expect(Math.abs(accuracy - testAccuracy)).toBeLessThan(0.05)
    expect(calibrationError).toBeLessThan(0.05)

    const lift = (choose: (worth: readonly number[], answers: readonly Float32Array[]) => number) =>
      data.test.reduce((sum, { worth, answers }) => {
        const mean = worth.reduce((total, each) => total + each, 0) / worth.length
        return sum + choose(worth, answers) - mean
      }, 0)
    const chosen = lift((worth, answers) => {
      const scores = answers.map((answer) => scoreOf(head, answer))
      return worth[scores.indexOf(Math.max(...scores))] ?? 0
    })
    const oracle = lift((worth) => Math.max(...worth))
    expect(chosen / oracle).toBeGreaterThanOrEqual(0.8)

    const scores = data.demonstrations.map((answer) => scoreOf(head, answer))
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
    expect(Math.abs(mean)).toBeLessThan(1e-6)
    expect(scores.reduce((sum, score) => sum + score ** 2, 0) / scores.length).toBeCloseTo(1, 6)
  },
)

test('A2: 10,000 pairs of 1,536 numbers', () => {
  const seed = 7
  const taste = new PlantedTaste({ dimensions: 1_536, seed, scale: 3 / Math.SQRT2 })
  const ranked = taste.prompts('train', 10_000, 2)
  const scales = scalesOf(
    ranked.flatMap(({ answers }) => answers),
    1_536,
  )
  const pairs = contrastsOf(ranked, scales)
  const { at } = fitBradleyTerry({
    ...{ contrasts: pairs, times: new Float64Array(pairs.elements).fill(1) },
    ...{ ridge: 0.1, tolerance: 1e-3 },
  })
  const test = taste.prompts('test', 2_000, 2)
  const others = contrastsOf(test, scales)
  const accuracy = accuracyOf(others, leadsOf(others, at))?.share
  console.info(`seed ${seed}: accuracy ${accuracy?.toFixed(3)} of ${ceilingOf(test).toFixed(3)}`)
  expect(accuracy).toBeGreaterThanOrEqual(0.78)
})

test('A3: of labels that mean nothing, nothing is learned', async () => {
  const seed = 4
  const { data } = smallTeam(seed)
  const random = new Random(seed, 'shuffle')
  const shuffled = data.train.map(({ answers }) => ({
    answers,
    preferences: preferencesOf(random.shuffled(answers.map((_, nth) => nth))),
  }))
  const { metrics, slope } = await train({ ...data, train: shuffled }, seed)
  console.info(`seed ${seed}: accuracy ${metrics.testAccuracy}`)
  expect(Math.abs((metrics.testAccuracy ?? 0) - 0.5)).toBeLessThan(0.04)
  expect(Math.abs((metrics.accuracy ?? 0) - 0.5)).toBeLessThan(0.04)
  expect(slope).toBeLessThan(0.3)
})

test('the ridge is the one that is least wrong about prompts that were held out', async () => {
  const taste = new PlantedTaste({ dimensions: 64, seed: 12, scale: 2 })
  const tried: { ridge: number; loss: number }[] = []
  const data = { embedding: 64, train: taste.prompts('train', 120, 4), test: taste.prompts('test', 500, 4) }
  const head = await trainHead(
    { ...data, demonstrations: taste.answers('demonstrations', 20) },
    {
      ...{ seed: 12, heads: 4, signal },
      watch: async ({ ridge, heldOutLoss }) => {
        if (ridge !== undefined && heldOutLoss !== undefined) tried.push({ ridge, loss: heldOutLoss })
      },
    },
  )
  expect(tried.length).toBeGreaterThan(3)
  const best = Math.min(...tried.map(({ loss }) => loss))
  expect(head.ridge).toBe(tried.find(({ loss }) => loss === best)?.ridge)
  expect(Math.max(...tried.map(({ loss }) => loss))).toBeGreaterThan(best + 0.02)
  expect(head.metrics.loss).toBeCloseTo(best, 6)
})

test('where people like length, the baseline says so, and the head is said to have learned little else', async () => {
  const random = new Random(13, 'length')
  /** Embeddings that tell nothing; the longer answer is better nine times in ten. */
  const prompts = (count: number) =>
    Array.from({ length: count }, () => {
      const answers = [0, 1, 2].map(() =>
        Float32Array.from({ length: 8 + SCALAR_NAMES.length }, (_, at) => (at < 9 ? random.gauss() : 0)),
      )
      const length = (nth: number) => answers[nth]?.[8] ?? 0
      const order = [0, 1, 2].toSorted((a, b) => length(b) - length(a))
      return { answers, preferences: preferencesOf(random.next() < 0.9 ? order : order.toReversed()) }
    })
  const demonstrations = prompts(10).flatMap(({ answers }) => answers)
  const data = { embedding: 8, train: prompts(300), test: prompts(300), demonstrations }
  const { metrics } = await train(data, 13)
  const { lengthAccuracy = 0, testLengthAccuracy = 0, accuracy = 0, testAccuracy = 0 } = metrics
  expect(lengthAccuracy).toBeGreaterThan(0.85)
  expect(testLengthAccuracy).toBeGreaterThan(0.85)
  expect(Math.abs(accuracy - lengthAccuracy)).toBeLessThan(0.05)
  expect(Math.abs(testAccuracy - testLengthAccuracy)).toBeLessThan(0.05)
})

test('L5: the same seed is the same head, another seed is another ensemble', async () => {
  const taste = new PlantedTaste({ dimensions: 16, seed: 6, scale: 2 })
  const data = {
    ...{ embedding: 16, train: taste.prompts('train', 60, 3), test: [] },
    demonstrations: taste.answers('demonstrations', 20),
  }
  const head = await train(data, 1)
  expect(await train(data, 1)).toEqual(head)
  expect((await train(data, 2)).heads.at(-1)).not.toEqual(head.heads.at(-1))
  expect(head.metrics).not.toHaveProperty('testAccuracy')
})

test('L3: normalising changes no order', () => {
  const random = new Random(8, 'normalise')
  const points = Array.from({ length: 40 }, () => Float32Array.from({ length: 5 }, () => 3 + random.gauss()))
  const weights = [0, 1, 2].map(() => Float64Array.from({ length: 5 }, () => random.gauss()))
  const { heads } = normalise(weights, points)
  for (const [nth, { weights: normalised, offset }] of heads.entries()) {
    const before = points.map((point) => dot(weights[nth] ?? normalised, Float64Array.from(point)))
    const after = points.map((point) => dot(normalised, Float64Array.from(point)) + offset)
    const order = (scores: readonly number[]) =>
      scores.map((_, each) => each).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0))
    expect(order(after)).toEqual(order(before))
    expect(Math.abs(after.reduce((sum, score) => sum + score, 0) / after.length)).toBeLessThan(1e-6)
  }
  expect(() => normalise(weights, new Array(20).fill(points[0]))).toThrow('All demonstrations score alike')
})

test.each([
  ['prompts', { train: 19, demonstrations: 50 }, '19 ranked prompts to train on; a head needs 20'],
  ['demonstrations', { train: 20, demonstrations: 9 }, '9 demonstrations; 10 are needed'],
])('too few %s are refused with the next step', async (_, { train: count, demonstrations }, says) => {
  const taste = new PlantedTaste({ dimensions: 8, seed: 9, scale: 2 })
  const data = { embedding: 8, train: taste.prompts('train', count, 3), test: [] }
  const given = { ...data, demonstrations: taste.answers('demonstrations', demonstrations) }
  await expect(train(given, 1)).rejects.toThrow(says)
})

test('a feature that is no number is an error, not a model', async () => {
  const taste = new PlantedTaste({ dimensions: 8, seed: 10, scale: 2 })
  const prompts = taste.prompts('train', 30, 3)
  prompts[3]?.answers[1]?.fill(Number.NaN)
  const given = { embedding: 8, train: prompts, test: [], demonstrations: taste.answers('shown', 20) }
  await expect(train(given, 1)).rejects.toThrow('no number')
})

test('whoever cancels is heard between two steps', async () => {
  const { data } = smallTeam(11)
  const leave = new AbortController()
  let steps = 0
  const watch = async () => {
    steps += 1
    if (steps === 2) leave.abort()
  }
  await expect(trainHead(data, { seed: 1, heads: 4, signal: leave.signal, watch })).rejects.toThrow('aborted')
  expect(steps).toBe(2)
})
