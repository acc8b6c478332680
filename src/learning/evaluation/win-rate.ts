/** Blinded comparisons of two models, counted: how often one won, and how sure that is. */
import { type Proportion, proportion } from '#core/feedback/statistics/proportion.ts'

/** One comparison, by a person or by a grader model, that saw two answers without a name. */
export type Comparison = 'candidate' | 'production' | 'tie'

/** One-sided: 95 % of the standard normal distribution lies below it. */
const Z_ONE_SIDED_95 = 1.644854

/** A tie is half a win. `low` is the one-sided 95 % Wilson bound. @returns undefined without a comparison. */
export function winRate(comparisons: readonly Comparison[]): Proportion | undefined {
  const wins = comparisons.reduce((sum, each) => sum + POINTS[each], 0)
  return proportion(wins, comparisons.length, Z_ONE_SIDED_95) ?? undefined
}

const POINTS: Readonly<Record<Comparison, number>> = { candidate: 1, tie: 0.5, production: 0 }

/**
 * What a grader says in both orders counts only where it says the same: a grader that always takes the first answer
 * says nothing.
 *
 * @param first its choice with the candidate shown first; `second` with the candidate shown second.
 */
export function agreed(first: 'first' | 'second' | 'tie', second: 'first' | 'second' | 'tie'): Comparison {
  if (first === 'first' && second === 'second') return 'candidate'
  if (first === 'second' && second === 'first') return 'production'
  return 'tie'
}
