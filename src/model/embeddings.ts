/** Texts as points: what is alike in meaning lies close. */
export interface EmbeddingModel {
  readonly model: string
  readonly dimensions: number
  /** As many points as texts, in their order, each of length 1. @throws ModelError */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]>
}

/**
 * The same direction with length 1, so that a model which does not promise it can be used too.
 *
 * @returns undefined for what is no point: a number that is none, or nothing but zeros
 */
export function unit(values: readonly number[] | Float32Array): Float32Array | undefined {
  const point = Float32Array.from(values)
  let squares = 0
  for (const value of point) squares += value * value
  if (!Number.isFinite(squares) || squares === 0) return undefined
  return point.map((value) => value / Math.sqrt(squares))
}
