/** Derivatives of everything that is trained, held against what a small change of a weight shows. */
import { expect, test } from 'vitest'
import { newBlocks } from '#core/learning/local/gpt.ts'
import { Network } from '#core/learning/local/network.ts'
import { type Formula, type Input, type Inputs, loadNumerics, named } from '#core/learning/local/numerics.ts'
import { policyLoss, valueLoss } from '#core/learning/local/ppo-losses.ts'
import { Random } from '#core/learning/local/random.ts'
import { pairLoss } from '#core/learning/local/reward-losses.ts'
import { lastInput, sequencesOf } from '#core/learning/local/sequences.ts'
import { sftInputs } from '#core/learning/local/sft.ts'
import type { Blocks } from '#core/learning/local/trainer.ts'
import { vocabularyOf } from '#core/learning/local/vocabulary.ts'
import { rows, TINY } from './given.ts'

const SEED = 11
/** Of a weight. Larger, and values cross the clip; smaller, and rounding shows more than the change does. */
const STEP = 3e-3

const numerics = await loadNumerics()
const network = new Network(numerics, TINY)
const { gpt } = network
const random = new Random(SEED, 'derivatives')
/** A new head is 0 everywhere, and nothing below it would have a slope. */
const blocks: Blocks = {
  ...newBlocks(TINY, SEED),
  'head.weight': {
    shape: [TINY.width, 1],
    values: Float32Array.from({ length: TINY.width }, () => random.gauss()),
  },
}
const { tokens, attention, counts } = sftInputs(network, rows)
const seen = { tokens, attention, counts }
const like = ({ shape }: Input, values: Float32Array): Input => ({ shape, values })

function nudged(name: string, at: number, by: number): Blocks {
  const { shape, values } = named(blocks, name)
  return { ...blocks, [name]: { shape, values: values.with(at, (values[at] ?? 0) + by) } }
}

const INSIDE = ['tokens', 'places', '0.attention.in', '1.attention.out', '1.feed.out', '0.feed.norm', 'norm']

async function hold<Name extends string>(
  formula: Formula<Name>,
  inputs: Inputs<Name>,
  names: readonly string[],
): Promise<void> {
  const { gradient } = await numerics.differentiate(formula)(numerics.weights(blocks), inputs)
  const evaluate = numerics.evaluate(formula)
  for (const name of names) {
    const slopes = named(gradient, name)
    // What rounding makes of a slope near 0 says nothing: the steepest is looked at.
    const at = slopes.reduce(
      (best, slope, nth) => (Math.abs(slope) > Math.abs(slopes[best] ?? 0) ? nth : best),
      0,
    )
    const lossAt = async (by: number): Promise<number> =>
      (await evaluate(numerics.weights(nudged(name, at, by)), inputs))[0] ?? Number.NaN
    const shown = ((await lossAt(STEP)) - (await lossAt(-STEP))) / (2 * STEP)
    expect(Math.abs(shown), name).toBeGreaterThan(1e-3)
    expect(Math.abs(shown - (slopes[at] ?? 0)) / Math.abs(shown), name).toBeLessThan(1e-2)
  }
}

test('of pairs, from which a reward model learns', async () => {
  const pairs = new Float32Array(rows.length ** 2)
  for (const [better, worse] of [
    [0, 1],
    [2, 1],
    [3, 2],
  ] as const)
    pairs[better * rows.length + worse] = 1 / 3
  const ends = lastInput(TINY, sequencesOf(TINY, vocabularyOf(TINY), rows))
  const inputs = { tokens, attention, ends, pairs: { shape: [rows.length, rows.length], values: pairs } }
  await hold(pairLoss(numerics, gpt), inputs, [...INSIDE, 'head.weight'])
})

test('of PPO’s policy, within the clip and beyond it', async () => {
  const said = await network.logProbabilities(numerics.weights(blocks), { tokens, attention })
  // A ratio of 1.05 counts; one of 2 counts only where it hurts. None is so near the clip that a small change crosses it.
  const old = said.map((each, nth) => each - (nth % 3 === 0 ? Math.log(2) : 0.05))
  const advantages = said.map((_, nth) => (nth % 2 === 0 ? 1 : -0.5) * (1 + random.next()))
  const inputs = { ...seen, old: like(counts, old), advantages: like(counts, advantages) }
  await hold(policyLoss(numerics, gpt), inputs, INSIDE)
})

test('of PPO’s value network, within the clip and beyond it', async () => {
  const all = await network.numbers(numerics.weights(blocks), { tokens, attention })
  const width = TINY.context - 1
  const values = counts.values.map((_, nth) => all[nth + Math.floor(nth / width)] ?? 0)
  const expected = Float32Array.from(values, (each, nth) => each + (nth % 3 === 0 ? 1 : 0.02))
  const returns = Float32Array.from(values, (each) => each + 1 + random.next())
  const inputs = { ...seen, expected: like(counts, expected), returns: like(counts, returns) }
  await hold(valueLoss(numerics, gpt), inputs, [...INSIDE, 'head.weight', 'head.bias'])
})
