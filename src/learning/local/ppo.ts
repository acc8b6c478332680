/**
 * Proximal policy optimisation (Schulman et al. 2017) as for InstructGPT: the reward comes at the end of a completion,
 * every token pays for moving away from the supervised model, and a value network, which begins as the reward model,
 * says what was to be expected.
 */
import { LearningError } from '#core/learning/engine.ts'
import { createJudge, type Experience, experienceInputs } from './experience.ts'
import type { Network } from './network.ts'
import type { Learner } from './numerics.ts'
import { completionsOf } from './policy.ts'
import { Random } from './random.ts'
import { rewardScorer } from './reward.ts'
import { sftInputs } from './sft.ts'
import {
  batchOf,
  blocksOf,
  freeLearner,
  learnerBlocks,
  learnerOf,
  runSteps,
  some,
  stepsDone,
} from './stage.ts'
import type { Hooks, PpoOptions, Trained } from './trainer.ts'
import { promptTokens } from './vocabulary.ts'

/** Of an iteration's completions. */
const MINIBATCHES = 2
/** Completions of an iteration that are shown. */
const SHOWN = 2

/** @throws LearningError */
export async function trainPpo(network: Network, options: PpoOptions, hooks: Hooks): Promise<Trained> {
  const { base, seed, batch, iterations, epochs, reward, resume } = options
  const { config, numerics, vocabulary } = network
  const prompts = some(options.prompts, 'prompts')
  if (batch < MINIBATCHES) {
    throw new LearningError(
      `A batch of ${batch} is too small. PPO takes ${MINIBATCHES} completions at least.`,
    )
  }
  const from = stepsDone('ppo', iterations, resume)
  const made = from * epochs * MINIBATCHES
  const isScorer = typeof reward === 'function'
  const score = isScorer ? reward : rewardScorer(network, reward)
  const hopeful = options.value ?? (isScorer ? base : reward)
  const policy = learnerOf(numerics, base.blocks, resume, 'policy', made)
  const value = learnerOf(numerics, hopeful.blocks, resume, 'value', made)
  const reference = numerics.weights(base.blocks)
  const judge = createJudge(network, options.beta)
  const learn = createLearning(network, options)
  const run = {
    ...({ stage: 'ppo', total: iterations, from, hooks, checkpointEvery: options.checkpointEvery } as const),
    blocks: async () => ({
      ...(await learnerBlocks(numerics, 'policy', policy)),
      ...(await learnerBlocks(numerics, 'value', value)),
    }),
  }
  try {
    const metrics = await runSteps(run, async (nth) => {
      const random = new Random(seed, `ppo ${nth}`)
      const asked = Array.from({ length: batch }, () => random.pick(prompts))
      const rows = asked.map((prompt) => promptTokens(config, vocabulary, prompt))
      const draws = { random, temperature: 1, signal: hooks.signal }
      const sequences = await network.sample(policy.weights, rows, draws)
      const said = completionsOf(config, vocabulary, sequences)
      const completions = asked.map((prompt, row) => ({ prompt, completion: said[row] ?? '' }))
      const rewards = await score(completions, hooks.signal)
      for (const [row, completion] of completions.slice(0, SHOWN).entries()) {
        await hooks.sample?.(nth + 1, { ...completion, reward: rewards[row] ?? Number.NaN })
      }
      const networks = { policy: policy.weights, reference, value: value.weights }
      const { experience, kl } = await judge(networks, sequences, rewards)
      const losses = await learn(policy, value, experience, nth)
      return { reward: mean(rewards), kl, length: mean(said.map((each) => each.length)), ...losses }
    })
    return { model: { config, blocks: await blocksOf(numerics, policy.weights) }, metrics }
  } finally {
    for (const each of [policy, value]) freeLearner(numerics, each)
    numerics.free(reference)
  }
}

/** Passes over an experience in minibatches, policy and value in turn. */
function createLearning(network: Network, options: PpoOptions) {
  const { seed, batch, epochs, learningRate, valueLearningRate, pretraining } = options
  const size = Math.ceil(batch / MINIBATCHES)
  const gamma = { shape: [], values: Float32Array.from([pretraining?.gamma ?? 0]) }
  const shown =
    pretraining &&
    new Random(seed, 'ppo pretraining').shuffled(some(pretraining.rows, 'demonstrations to mix in'))
  return async (policy: Learner, value: Learner, experience: Experience, nth: number) => {
    let losses = { loss: 0, valueLoss: 0 }
    for (let step = 0; step < epochs * MINIBATCHES; step += 1) {
      const from = (step % MINIBATCHES) * size
      const { seen, forPolicy, forValue } = experienceInputs(network, experience, from, size)
      const own = { ...seen, ...forPolicy }
      const ofShown = () => {
        const rows = batchOf(shown ?? [], nth * epochs * MINIBATCHES + step, size)
        const { tokens, attention, counts } = sftInputs(network, rows)
        return { shownTokens: tokens, shownAttention: attention, shownCounts: counts, gamma }
      }
      losses = {
        loss:
          shown === undefined
            ? await network.trainPolicy(policy, learningRate, own)
            : await network.trainMixed(policy, learningRate, { ...own, ...ofShown() }),
        valueLoss: await network.trainValue(value, valueLearningRate, { ...seen, ...forValue }),
      }
    }
    return losses
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length
