import { expect, test } from 'vitest'
import { createJudge, experienceInputs } from '#core/learning/local/experience.ts'
import { newBlocks } from '#core/learning/local/gpt.ts'
import { Network } from '#core/learning/local/network.ts'
import { type Formula, loadNumerics, named } from '#core/learning/local/numerics.ts'
import { mixedLoss, policyLoss, ratioFormula, valueLoss } from '#core/learning/local/ppo-losses.ts'
import { Random } from '#core/learning/local/random.ts'
import { createStep } from '#core/learning/local/sampler.ts'
import { attentionInput, tokensInput } from '#core/learning/local/sequences.ts'
import { sftInputs } from '#core/learning/local/sft.ts'
import { sftLoss } from '#core/learning/local/sft-loss.ts'
import type { Blocks } from '#core/learning/local/trainer.ts'
import { PAD, promptTokens, vocabularyOf } from '#core/learning/local/vocabulary.ts'
import { anyTokens, rows, TINY } from './given.ts'

const SEED = 5
const vocabulary = vocabularyOf(TINY)

const numerics = await loadNumerics()
const network = new Network(numerics, TINY)

function given() {
  const blocks = newBlocks(TINY, SEED)
  return { numerics, network, gpt: network.gpt, blocks, weights: numerics.weights(blocks) }
}

/** The same numbers but one. */
function nudged(blocks: Blocks, name: string, at: number, by: number): Blocks {
  const { shape, values } = named(blocks, name)
  return { ...blocks, [name]: { shape, values: values.with(at, (values[at] ?? 0) + by) } }
}

const CHECKED = ['tokens', 'places', '0.attention.in', '1.attention.out', '1.feed.out', '0.feed.norm', 'norm']

test('a derivative is what a small change shows, to a hundredth', async () => {
  const { numerics, gpt, network, blocks, weights } = given()
  const inputs = sftInputs(network, rows)
  const { gradient } = await numerics.differentiate(sftLoss(gpt))(weights, inputs)
  const evaluate = numerics.evaluate(sftLoss(gpt))
  for (const name of CHECKED) {
    const slopes = named(gradient, name)
    const steepest = slopes.reduce(
      (best, each, at) => (Math.abs(each) > Math.abs(slopes[best] ?? 0) ? at : best),
      0,
    )
    const lossAt = async (by: number): Promise<number> => {
      const changed = numerics.weights(nudged(blocks, name, steepest, by))
      return (await evaluate(changed, inputs))[0] ?? Number.NaN
    }
    const STEP = 1e-2
    const shown = ((await lossAt(STEP)) - (await lossAt(-STEP))) / (2 * STEP)
    expect(Math.abs(shown - (slopes[steepest] ?? 0)) / Math.abs(shown), name).toBeLessThan(1e-2)
  }
})

/** Kingma and Ba 2015, algorithm 1, of one number; gradients of steps so far, shortened already. */
function adamByDefinition(weight: number, gradients: readonly number[], rate: number): number {
  let [at, first, second] = [weight, 0, 0]
  for (const [nth, gradient] of gradients.entries()) {
    first = 0.9 * first + 0.1 * gradient
    second = 0.99 * second + 0.01 * gradient ** 2
    const [m, v] = [first / (1 - 0.9 ** (nth + 1)), second / (1 - 0.99 ** (nth + 1))]
    at -= (rate * m) / (Math.sqrt(v) + 1e-8)
  }
  return at
}

test('a step of Adam is that of its authors, with a gradient of length 1 at most', async () => {
  const { gpt, network, blocks, weights } = given()
  const inputs = sftInputs(network, rows)
  const differentiate = numerics.differentiate(sftLoss(gpt))
  const learner = numerics.learner(weights)
  const RATE = 0.01
  const shortened: Record<string, number>[] = []
  for (let step = 0; step < 3; step += 1) {
    const { gradient, loss } = await differentiate(learner.weights, inputs)
    const squares = Object.values(gradient).map((slopes) => slopes.reduce((sum, each) => sum + each ** 2, 0))
    const scale = Math.min(1, 1 / Math.sqrt(squares.reduce((sum, each) => sum + each, 0)))
    shortened.push(Object.fromEntries(CHECKED.map((name) => [name, scale * (named(gradient, name)[7] ?? 0)])))
    expect(await network.trainSft(learner, RATE, inputs)).toBeCloseTo(loss, 5)
  }
  for (const name of CHECKED) {
    const slopes = shortened.map((of) => named(of, name))
    const expected = adamByDefinition(named(blocks, name).values[7] ?? Number.NaN, slopes, RATE)
    expect((await numerics.read(named(learner.weights, name).ref))[7], name).toBeCloseTo(expected, 4)
  }
})

test('what the sampler computes place by place is what the whole network computes, to 1e-4', async () => {
  const { numerics, gpt, weights } = given()
  const count = 3
  const sequences = { count, tokens: anyTokens(TINY, count, vocabulary.size, SEED) }
  const formula: Formula<'tokens' | 'attention'> = (all, { tokens, attention }) =>
    gpt.logits(all, tokens, attention)
  const whole = await numerics.evaluate(formula)(weights, {
    tokens: tokensInput(TINY, sequences),
    attention: attentionInput(TINY, sequences),
  })
  const step = createStep(numerics, gpt)
  let memory = step.empty(count)
  let [worst, compared] = [0, 0]
  for (let place = 0; place < TINY.context; place += 1) {
    const [logits, next] = step.at(weights, memory, sequences, place)
    memory = next
    const read = await numerics.read(logits)
    for (let row = 0; row < count; row += 1) {
      if (sequences.tokens[row * TINY.context + place] === PAD) continue
      for (let token = 0; token < vocabulary.size; token += 1) {
        const expected = whole[(row * TINY.context + place) * vocabulary.size + token] ?? Number.NaN
        worst = Math.max(worst, Math.abs((read[row * vocabulary.size + token] ?? Number.NaN) - expected))
        compared += 1
      }
    }
  }
  expect(compared).toBe((count * TINY.context - 3) * vocabulary.size)
  expect(worst).toBeLessThan(1e-4)
})

/** A new network, and completions that it sampled. */
async function sampled() {
  const all = given()
  const { network, weights } = all
  const prompts = rows.map(({ prompt }) => promptTokens(TINY, vocabulary, prompt))
  const random = new Random(SEED, 'sample')
  const sequences = await network.sample(weights, prompts, { random, temperature: 1 })
  return { ...all, sequences }
}

test('before its first step PPO has moved nowhere: every ratio is 1 and KL is 0, exactly', async () => {
  const { numerics, gpt, network, weights, sequences } = await sampled()
  const judge = createJudge(network, 0.05)
  const networks = { policy: weights, reference: weights, value: weights }
  const { experience, kl } = await judge(networks, sequences, [1, -1, 0.5, 0])
  expect(kl).toBe(0)
  const ratio = numerics.evaluate(ratioFormula(numerics, gpt))
  for (const [from, size] of [
    [0, 4],
    [2, 2],
  ] as const) {
    const { seen, forPolicy } = experienceInputs(network, experience, from, size)
    expect(new Set(await ratio(weights, { ...seen, old: forPolicy.old }))).toEqual(new Set([1]))
  }
})

/** What PPO learns from when these completions are rewarded and moving away costs nothing; the head is of zeros. */
async function experienced() {
  const all = await sampled()
  const { network, weights, sequences } = all
  const judge = createJudge(network, 0)
  const networks = { policy: weights, reference: weights, value: weights }
  const { experience } = await judge(networks, sequences, [1, 2, 3, 4])
  return { ...all, experience, ...experienceInputs(network, experience, 0, 4) }
}

test('PPO: a ratio counts no further than the clip where that helps, and in full where it hurts', async () => {
  const { numerics, gpt, weights, experience, seen, forPolicy } = await experienced()
  const evaluate = numerics.evaluate(policyLoss(numerics, gpt))
  const lossOf = async (advantage: number): Promise<number> => {
    const { shape } = forPolicy.old
    const old = { shape, values: experience.old.map((each) => each - Math.log(2)) }
    const advantages = { shape, values: experience.counts.map((count) => count * advantage) }
    return (await evaluate(weights, { ...seen, old, advantages }))[0] ?? Number.NaN
  }
  expect(await lossOf(1)).toBeCloseTo(-1.2, 5)
  expect(await lossOf(-1)).toBeCloseTo(2, 5)
})

test('PPO: a value counts as if it had moved no further than the clip', async () => {
  const { numerics, gpt, weights, experience, seen, forValue } = await experienced()
  const all = (value: number) => ({
    shape: forValue.returns.shape,
    values: experience.counts.map(() => value),
  })
  // The head is new and says 0: kept near 1 that is .8, which is further from 0 than it is itself.
  const loss = await numerics.evaluate(valueLoss(numerics, gpt))(weights, {
    ...seen,
    expected: all(1),
    returns: all(0),
  })
  expect(loss[0]).toBeCloseTo(0.5 * 0.8 ** 2, 5)
})

test('PPO-ptx: demonstrations weigh gamma', async () => {
  const { numerics, gpt, network, weights, seen, forPolicy } = await experienced()
  const shown = sftInputs(network, rows)
  const gamma = { shape: [], values: Float32Array.of(3) }
  const of = { shownTokens: shown.tokens, shownAttention: shown.attention, shownCounts: shown.counts, gamma }
  const own = { ...seen, ...forPolicy }
  const [mixed = Number.NaN] = await numerics.evaluate(mixedLoss(numerics, gpt))(weights, { ...own, ...of })
  const [alone = Number.NaN] = await numerics.evaluate(policyLoss(numerics, gpt))(weights, own)
  const [ofShown = Number.NaN] = await numerics.evaluate(sftLoss(gpt))(weights, shown)
  expect(mixed - alone).toBeCloseTo(3 * ofShown, 4)
})

test('PPO: every token pays for moving away, and the last one gets the reward', async () => {
  const { numerics, network, weights, blocks, sequences } = await sampled()
  const reference = numerics.weights(nudged(blocks, 'tokens', 40, 0.5))
  const BETA = 0.5
  const rewards = [1, 2, 3, 4]
  const judge = createJudge(network, BETA)
  const { experience, kl } = await judge({ policy: weights, reference, value: weights }, sequences, rewards)
  const inputs = experienceInputs(network, experience, 0, 4).seen
  const before = await network.logProbabilities(reference, inputs)
  const width = TINY.context - 1
  const moved = experience.old.map((each, at) => (experience.counts[at] ?? 0) * (each - (before[at] ?? 0)))
  expect(kl).toBeCloseTo(moved.reduce((sum, each) => sum + each, 0) / 4, 4)
  expect(kl).not.toBe(0)
  for (const [row, reward] of rewards.entries()) {
    const last = experience.counts.lastIndexOf(1, (row + 1) * width - 1)
    // The head is new and expects nothing: what the last token brings is all there is.
    expect(experience.returns[last]).toBeCloseTo(reward - BETA * (moved[last] ?? 0), 4)
  }
})
