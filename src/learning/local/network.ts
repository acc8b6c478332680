/** What is done with models of one configuration, compiled once: compiling takes longer than many small steps. */
import { LearningError } from '#core/learning/engine.ts'
import { Gpt } from './gpt.ts'
import type { Formula, Inputs, Learner, Numerics, Weights } from './numerics.ts'
import { mixedLoss, policyLoss, valueLoss } from './ppo-losses.ts'
import { pairLoss, scoreFormula } from './reward-losses.ts'
import { createSampler, type Sampler } from './sampler.ts'
import { sftLoss } from './sft-loss.ts'
import type { ModelConfig } from './trainer.ts'
import { type Vocabulary, vocabularyOf } from './vocabulary.ts'

type NamesOf<F> = F extends Formula<infer Name> ? Name : never
type Evaluate<Name extends string> = (weights: Weights, inputs: Inputs<Name>) => Promise<Float32Array>
/** @returns the loss before the step. */
type Train<Name extends string> = (learner: Learner, rate: number, inputs: Inputs<Name>) => Promise<number>

export class Network {
  readonly numerics: Numerics
  readonly gpt: Gpt
  readonly config: ModelConfig
  readonly vocabulary: Vocabulary
  readonly sample: Sampler
  /** Log-probability of every token after the first: [rows, context - 1] */
  readonly logProbabilities: Evaluate<'tokens' | 'attention'>
  /** What the head says at every place: [rows, context] */
  readonly numbers: Evaluate<'tokens' | 'attention'>
  /** What the head says at the end: [rows] */
  readonly scores: Evaluate<NamesOf<ReturnType<typeof scoreFormula>>>
  readonly trainSft: Train<NamesOf<ReturnType<typeof sftLoss>>>
  readonly trainPairs: Train<NamesOf<ReturnType<typeof pairLoss>>>
  readonly trainPolicy: Train<NamesOf<ReturnType<typeof policyLoss>>>
  readonly trainMixed: Train<NamesOf<ReturnType<typeof mixedLoss>>>
  readonly trainValue: Train<NamesOf<ReturnType<typeof valueLoss>>>

  /** @throws LearningError when no such network can be made. */
  constructor(numerics: Numerics, config: ModelConfig) {
    const { width, heads, context, promptTokens } = config
    if (width % heads !== 0 || promptTokens < 1 || promptTokens >= context) {
      throw new LearningError(
        `A network of width ${width} with ${heads} heads and ${promptTokens} of ${context} tokens for the prompt cannot be made. Let heads divide the width, and leave tokens for the answer.`,
      )
    }
    const gpt = new Gpt(numerics, config)
    this.numerics = numerics
    this.gpt = gpt
    this.config = config
    this.vocabulary = vocabularyOf(config)
    this.sample = createSampler(numerics, gpt)
    this.logProbabilities = numerics.evaluate((weights, { tokens, attention }) =>
      gpt.logProbabilities(weights, tokens, attention),
    )
    this.numbers = numerics.evaluate((weights, { tokens, attention }) =>
      gpt.numbers(weights, tokens, attention),
    )
    this.scores = numerics.evaluate(scoreFormula(gpt))
    this.trainSft = numerics.train(sftLoss(gpt))
    this.trainPairs = numerics.train(pairLoss(numerics, gpt))
    this.trainPolicy = numerics.train(policyLoss(numerics, gpt))
    this.trainMixed = numerics.train(mixedLoss(numerics, gpt))
    this.trainValue = numerics.train(valueLoss(numerics, gpt))
  }
}
