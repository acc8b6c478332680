import { LearningError } from '#core/learning/engine.ts'
import { bounded } from '../bounded.ts'
import { sigmoid } from '../logistic.ts'
import type { Embedder, Judged, RewardModel, Score } from '../reward-model.ts'
import { featuresOf, jointText } from './features.ts'
import { type HeadFile, isShadow, readHead } from './file.ts'
import { dot } from './lbfgs.ts'

/** A reward model that also tells how sure it is of a difference. */
export interface HeadRewardModel extends RewardModel {
  /** The chance that people find an answer with this score better than one with the other, calibrated. */
  chance(score: number, other: number): number
}

/**
 * @param address see `readHead`
 * @throws LearningError when there is no whole model there, or it was trained on other embeddings
 */
export async function openHead(address: string, embedder: Embedder): Promise<HeadRewardModel> {
  return createHead(await readHead(address), embedder)
}

/** @throws LearningError when it was trained on other embeddings */
export function createHead(file: HeadFile, embedder: Embedder): HeadRewardModel {
  refuseOtherEmbeddings(file, embedder)
  return new LinearRewardModel(file, embedder)
}

/** @throws LearningError: weights for one model's embeddings mean nothing on another's */
export function refuseOtherEmbeddings(file: HeadFile, embedder: Embedder): void {
  const { model, dimensions } = file.embedding
  if (embedder.model !== model || embedder.dimensions !== dimensions)
    throw new LearningError(
      `Reward model ${file.id} was trained on ${model} with ${dimensions} dimensions; these are ${embedder.model} with ` +
        `${embedder.dimensions}. Use the same embeddings, or train it again on these.`,
    )
}

interface Weighted {
  readonly weights: Float64Array
  readonly offset: number
}

class LinearRewardModel implements HeadRewardModel {
  readonly id: string
  readonly shadow: boolean
  readonly #embedder: Embedder
  readonly #slope: number
  /** At least one; the first gives the score. */
  readonly #heads: readonly Weighted[]

  constructor(file: HeadFile, embedder: Embedder) {
    this.id = file.id
    this.shadow = isShadow(file)
    this.#embedder = embedder
    this.#slope = file.slope
    this.#heads = file.heads.map(({ weights, offset }) => ({ weights: Float64Array.from(weights), offset }))
  }

  async score(judged: readonly Judged[], signal: AbortSignal): Promise<readonly Score[]> {
    const points = await this.#embedder.embed(judged.map(jointText), signal)
    return judged.map((each, nth) => {
      const point = points[nth]
      if (point === undefined) throw new Error('an embedder gives as many points as texts')
      return this.#scoreOf(Float64Array.from(featuresOf(point, each)))
    })
  }

  chance(score: number, other: number): number {
    return sigmoid(this.#slope * (score - other))
  }

  #scoreOf(features: Float64Array): Score {
    const scores = this.#heads.map(({ weights, offset }) => dot(weights, features) + offset)
    const value = scores[0] ?? Number.NaN
    return bounded({ value, conservative: value - deviationOf(scores) })
  }
}

function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}
