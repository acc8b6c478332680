/**
 * How often two people who compared the same two answers preferred the same one.
 *
 * L. Ouyang et al. (2022), Training language models to follow instructions with human feedback (arXiv 2203.02155),
 * section 3.4: their labelers agree 72.6 ± 1.5 % of the time. Ties are dropped, as they are from its training data.
 */
import { type Cluster, clusteredProportion, NO_CLUSTERS, type Proportion, withCluster } from './proportion.ts'
import { couples, pairsOf, preference, type Ranked } from './ranked.ts'

/** Of the people who trained InstructGPT, for comparison. */
export const PUBLISHED_AGREEMENT = 0.726

/** Those who ranked one task, each once. */
export function taskAgreement(people: readonly Ranked[]): Cluster {
  let hits = 0
  let of = 0
  for (const [one, other] of couples(people)) {
    for (const pair of pairsOf(one.places.length)) {
      const product = preference(one, pair) * preference(other, pair)
      if (product !== 0) of += 1
      if (product > 0) hits += 1
    }
  }
  return { hits, of }
}

/** Over tasks. The pairs of one task hang together, which the interval allows for. */
export function pairwiseAgreement(tasks: Iterable<readonly Ranked[]>): Proportion | null {
  let sums = NO_CLUSTERS
  for (const people of tasks) sums = withCluster(sums, taskAgreement(people))
  return clusteredProportion(sums)
}
