/** Supervised learning: completions become likelier, token by token; prompts are not learned. */
import { newBlocks } from './gpt.ts'
import type { Network } from './network.ts'
import type { Weights } from './numerics.ts'
import { completionsOf } from './policy.ts'
import { Random } from './random.ts'
import { attentionInput, completionInput, sequencesOf, tokensInput } from './sequences.ts'
import {
  batchOf,
  blocksOf,
  fallingRate,
  freeLearner,
  learnerBlocks,
  learnerOf,
  runSteps,
  some,
  stepsDone,
} from './stage.ts'
import type { Completion, Hooks, SftOptions, Trained } from './trainer.ts'
import { promptTokens } from './vocabulary.ts'

/** Completions that are shown when it is done. */
const SHOWN = 4

/** @throws LearningError */
export async function trainSft(network: Network, options: SftOptions, hooks: Hooks): Promise<Trained> {
  const { base, seed, steps, batch, learningRate, resume } = options
  const { config, numerics } = network
  const rows = new Random(seed, 'sft rows').shuffled(some(options.demonstrations, 'demonstrations'))
  const from = stepsDone('sft', steps, resume)
  const learner = learnerOf(numerics, base?.blocks ?? newBlocks(config, seed), resume, 'policy', from)
  const run = {
    ...({ stage: 'sft', total: steps, from, hooks, checkpointEvery: options.checkpointEvery } as const),
    blocks: () => learnerBlocks(numerics, 'policy', learner),
  }
  try {
    const metrics = await runSteps(run, async (nth) => {
      const inputs = sftInputs(network, batchOf(rows, nth, batch))
      return { loss: await network.trainSft(learner, fallingRate(learningRate, nth, steps), inputs) }
    })
    await show(network, learner.weights, rows.slice(0, SHOWN), seed, steps, hooks)
    return { model: { config, blocks: await blocksOf(numerics, learner.weights) }, metrics }
  } finally {
    freeLearner(numerics, learner)
  }
}

/** What the model says now to prompts of some demonstrations. */
async function show(
  network: Network,
  weights: Weights,
  rows: readonly Completion[],
  seed: number,
  step: number,
  { sample, signal }: Hooks,
): Promise<void> {
  if (sample === undefined) return
  const { config, vocabulary } = network
  const prompts = rows.map(({ prompt }) => promptTokens(config, vocabulary, prompt))
  const draws = { random: new Random(seed, 'sft samples'), temperature: 1, signal }
  const said = completionsOf(config, vocabulary, await network.sample(weights, prompts, draws))
  for (const [nth, { prompt }] of rows.entries()) {
    await sample(step, { prompt, completion: said[nth] ?? '' })
  }
}

export function sftInputs({ config, vocabulary }: Network, rows: readonly Completion[]) {
  const sequences = sequencesOf(config, vocabulary, rows)
  return {
    tokens: tokensInput(config, sequences),
    attention: attentionInput(config, sequences),
    counts: completionInput(config, sequences),
  }
}
