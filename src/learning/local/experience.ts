/** One iteration's completions, and what follows from them. Nothing here changes a weight. */
import { advantagesOf, standardised } from './advantage.ts'
import type { Network } from './network.ts'
import type { Input, Weights } from './numerics.ts'
import { attentionInput, completionInput, part, type Sequences, tokensInput } from './sequences.ts'
import type { ModelConfig } from './trainer.ts'

/** Of generalised advantage estimation. */
const LAMBDA = 0.95

/** Values: [rows, context - 1], one for every next token; those count that belong to a completion. */
export interface Experience {
  readonly sequences: Sequences
  readonly counts: Float32Array
  /** Log-probabilities when it was sampled. */
  readonly old: Float32Array
  /** What the value network said then. */
  readonly expected: Float32Array
  /** Mean 0 and deviation 1 over all that count. */
  readonly advantages: Float32Array
  readonly returns: Float32Array
}

export interface Networks {
  readonly policy: Weights
  readonly reference: Weights
  readonly value: Weights
}

/** @param rewards of the rows. @returns also KL in nats per completion. */
export type Judge = (
  networks: Networks,
  sequences: Sequences,
  rewards: readonly number[],
) => Promise<{ readonly experience: Experience; readonly kl: number }>

/** @param beta weight of the KL penalty per token. */
export function createJudge(network: Network, beta: number): Judge {
  const { config, logProbabilities, numbers } = network
  return async ({ policy, reference, value }, sequences, rewards) => {
    const inputs = sequenceInputs(network, sequences)
    const old = await logProbabilities(policy, inputs)
    const before = await logProbabilities(reference, inputs)
    const values = await numbers(value, inputs)
    const counts = Float32Array.from(completionInput(config, sequences).values)
    const like = (): Float32Array => new Float32Array(counts.length)
    const found = { expected: like(), advantages: like(), returns: like() }
    let kl = 0
    for (const [row, reward] of rewards.entries()) {
      const { from, to } = completionPlaces(config, counts, row)
      const moved = old.slice(from, to).map((each, at) => each - (before[from + at] ?? 0))
      const paid = Float64Array.from(moved, (each) => -beta * each)
      paid[paid.length - 1] = (paid.at(-1) ?? 0) + reward
      // The value network speaks at every place, also at the last: its rows are one longer.
      const hoped = values.subarray(from + row, to + row)
      const { advantages, returns } = advantagesOf(paid, hoped, LAMBDA)
      found.expected.set(hoped, from)
      found.advantages.set(advantages, from)
      found.returns.set(returns, from)
      kl += moved.reduce((sum, each) => sum + each, 0) / rewards.length
    }
    const { mean, deviation } = standardised(found.advantages.filter((_, at) => counts[at] === 1))
    const advantages = found.advantages.map((each, at) =>
      counts[at] === 1 ? (each - mean) / (deviation + 1e-6) : 0,
    )
    return { experience: { sequences, counts, old, ...found, advantages }, kl }
  }
}

/** Nats that every row's completion is likelier under the first weights than under the second. */
export function createDivergence(network: Network) {
  const { config, logProbabilities } = network
  return async (weights: Weights, reference: Weights, sequences: Sequences): Promise<readonly number[]> => {
    const inputs = sequenceInputs(network, sequences)
    const mine = await logProbabilities(weights, inputs)
    const theirs = await logProbabilities(reference, inputs)
    const counts = Float32Array.from(completionInput(config, sequences).values)
    return Array.from({ length: sequences.count }, (_, row) => {
      const { from, to } = completionPlaces(config, counts, row)
      return mine.slice(from, to).reduce((sum, each, at) => sum + each - (theirs[from + at] ?? 0), 0)
    })
  }
}

const sequenceInputs = ({ config }: Network, sequences: Sequences) => ({
  tokens: tokensInput(config, sequences),
  attention: attentionInput(config, sequences),
})

/** Inputs of the losses, for `count` rows beginning with row `from`. */
export function experienceInputs(network: Network, experience: Experience, from: number, count: number) {
  const width = network.config.context - 1
  const rows = (all: Float32Array): Input => {
    const values = new Float32Array(count * width)
    values.set(all.subarray(from * width, (from + count) * width))
    return { shape: [count, width], values }
  }
  const { sequences, counts, old, expected, advantages, returns } = experience
  return {
    seen: { ...sequenceInputs(network, part(network.config, sequences, from, count)), counts: rows(counts) },
    forPolicy: { old: rows(old), advantages: rows(advantages) },
    forValue: { expected: rows(expected), returns: rows(returns) },
  }
}

/** Where the tokens of a row's completion are predicted, in arrays of [rows, context - 1]. */
function completionPlaces(config: ModelConfig, counts: Float32Array, row: number) {
  const width = config.context - 1
  const from = row * width + config.promptTokens - 1
  const after = counts.subarray(from, (row + 1) * width).indexOf(0)
  return { from, to: after === -1 ? (row + 1) * width : from + after }
}
