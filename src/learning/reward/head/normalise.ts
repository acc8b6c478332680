import { LearningError } from '#core/learning/engine.ts'
import { dot } from './lbfgs.ts'

/** `weights · features + offset`. Over the demonstrations each head has mean 0, and the first one spread 1. */
export interface Head {
  readonly weights: Float64Array
  readonly offset: number
}

/**
 * Heads whose scores of the demonstrations have mean 0 each, and spread 1 for the first (rule L3): a score tells how an
 * answer compares with what a person would write. No order changes.
 *
 * @param weights of each head, for features as they come
 * @throws LearningError when all demonstrations score alike
 */
export function normalise(
  weights: readonly Float64Array[],
  demonstrations: readonly Float32Array[],
): { readonly heads: readonly Head[]; readonly spread: number } {
  const points = demonstrations.map((features) => Float64Array.from(features))
  const scores = weights.map((each) => points.map((point) => dot(each, point)))
  const means = scores.map(meanOf)
  const spread = Math.sqrt(meanOf((scores[0] ?? []).map((score) => (score - (means[0] ?? 0)) ** 2)))
  if (!(spread > 1e-12))
    throw new LearningError(
      'All demonstrations score alike, so scores have no unit. Build the dataset with more demonstrations, or check the embeddings.',
    )
  const heads = weights.map((each, nth) => ({
    weights: each.map((weight) => weight / spread),
    offset: -(means[nth] ?? 0) / spread,
  }))
  return { heads, spread }
}

const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length
