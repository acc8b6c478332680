/** Supervised learning: completions become likelier, token by token; prompts are not learned. */
import { Gpt, newBlocks } from './gpt.ts'
import type { Formula, Numerics, Tensor } from './numerics.ts'
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
import { BYTE_CONFIG, type Completion, type Hooks, type SftOptions, type Trained } from './trainer.ts'
import { type Vocabulary, vocabularyOf } from './vocabulary.ts'

/** @throws LearningError */
export async function trainSft(numerics: Numerics, options: SftOptions, hooks: Hooks): Promise<Trained> {
  const { base, seed, steps, batch, learningRate, resume } = options
  const config = base?.config ?? options.config ?? BYTE_CONFIG
  const gpt = new Gpt(numerics, config)
  const vocabulary = vocabularyOf(config)
  const rows = new Random(seed, 'sft rows').shuffled(some(options.demonstrations, 'demonstrations'))
  const from = stepsDone('sft', steps, resume)
  const learner = learnerOf(numerics, base?.blocks ?? newBlocks(config, seed), resume, 'policy', from)
  const train = numerics.train(sftLoss(gpt))
  const run = {
    ...({ stage: 'sft', total: steps, from, hooks, checkpointEvery: options.checkpointEvery } as const),
    blocks: () => learnerBlocks(numerics, 'policy', learner),
  }
  try {
    const metrics = await runSteps(run, async (nth) => {
      const inputs = sftInputs(gpt, vocabulary, batchOf(rows, nth, batch))
      return { loss: await train(learner, fallingRate(learningRate, nth, steps), inputs) }
    })
    return { model: { config, blocks: await blocksOf(numerics, learner.weights) }, metrics }
  } finally {
    freeLearner(numerics, learner)
  }
}

/** Mean over the tokens of the completions. */
export const sftLoss =
  (gpt: Gpt): Formula<'tokens' | 'attention' | 'counts'> =>
  (weights, { tokens, attention, counts }) =>
    meanOf(gpt.logProbabilities(weights, tokens, attention), counts).mul(-1)

/** Over the places that count. Uses up `values`. */
export const meanOf = (values: Tensor, counts: Tensor): Tensor =>
  values.mul(counts.ref).sum().div(counts.ref.sum())

export function sftInputs({ config }: Gpt, vocabulary: Vocabulary, rows: readonly Completion[]) {
  const sequences = sequencesOf(config, vocabulary, rows)
  return {
    tokens: tokensInput(config, sequences),
    attention: attentionInput(config, sequences),
    counts: completionInput(config, sequences),
  }
}
