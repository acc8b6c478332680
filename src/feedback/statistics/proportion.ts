/**
 * A share of something, and how far the truth may lie from it.
 *
 * Wilson's score interval: E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference,
 * JASA 22, 209-212. For answers that come in clusters (several pairs of one task, several tasks of one prompt) it is
 * taken at the effective sample size, n / design effect: N. Dean, M. Pagano (2015), Evaluating confidence interval
 * methods for binomial proportions in clustered surveys, J. Survey Statistics and Methodology 3(4), 484-503.
 */

/** `low` and `high` bound it with the asked confidence. All three lie between 0 and 1. */
export interface Proportion {
  readonly hits: number
  readonly of: number
  readonly share: number
  readonly low: number
  readonly high: number
}

/** Of the standard normal distribution: 95 % of it lies within ±z. */
export const Z_95 = 1.959964
/** 99 % of it lies within ±z: a share outside of such an interval differs with p < .01. */
export const Z_99 = 2.575829

/** @returns `null` when there is nothing to take a share of. */
export function proportion(hits: number, of: number, z = Z_95): Proportion | null {
  return of === 0 ? null : { hits, of, share: hits / of, ...wilson(hits / of, of, z) }
}

/** Answers of one cluster: they may hang together. */
export interface Cluster {
  readonly hits: number
  readonly of: number
}

/** What an interval over clusters needs of them: it does not grow with their number. */
export interface ClusterSums {
  readonly count: number
  readonly hits: number
  readonly of: number
  readonly hitsSquared: number
  readonly product: number
  readonly ofSquared: number
}

export const NO_CLUSTERS: ClusterSums = { count: 0, hits: 0, of: 0, hitsSquared: 0, product: 0, ofSquared: 0 }

export const withCluster = (sums: ClusterSums, { hits, of }: Cluster): ClusterSums => ({
  count: sums.count + (of === 0 ? 0 : 1),
  hits: sums.hits + hits,
  of: sums.of + of,
  hitsSquared: sums.hitsSquared + hits ** 2,
  product: sums.product + hits * of,
  ofSquared: sums.ofSquared + of ** 2,
})

/**
 * The same for clustered answers. A single cluster counts as a single answer, and clusters that are all of one
 * opinion as one answer each: nothing is known then of how much they vary.
 *
 * @returns `null` when there is nothing to take a share of.
 */
export function clusteredProportion(sums: ClusterSums, z = Z_95): Proportion | null {
  const { hits, of } = sums
  return of === 0 ? null : { hits, of, share: hits / of, ...wilson(hits / of, effectiveSize(sums), z) }
}

/** As many answers that know nothing of each other would tell as much. */
function effectiveSize({ count, hits, of, hitsSquared, product, ofSquared }: ClusterSums): number {
  const share = hits / of
  // Sum of (hits - share * of)^2 over the clusters: how far each is from what its size lets expect.
  const spread = hitsSquared - 2 * share * product + share ** 2 * ofSquared
  const clustered = count < 2 ? 0 : ((count / (count - 1)) * spread) / of ** 2
  const alone = (share * (1 - share)) / (of - 1)
  const effective = share === 0 || share === 1 || clustered <= 0 ? count : (of * alone) / clustered
  return Math.min(Math.max(effective, 1), of)
}

function wilson(share: number, of: number, z: number): { readonly low: number; readonly high: number } {
  const square = z ** 2
  const middle = (share + square / (2 * of)) / (1 + square / of)
  const half = (z / (1 + square / of)) * Math.sqrt((share * (1 - share)) / of + square / (4 * of ** 2))
  // The ends hold the share itself, which rounding may leave a hair outside.
  return {
    low: Math.max(0, Math.min(share, middle - half)),
    high: Math.min(1, Math.max(share, middle + half)),
  }
}
