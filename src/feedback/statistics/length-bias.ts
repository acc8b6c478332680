/**
 * Whether longer answers win. Unlike a place, length may matter for good reasons: it is a warning to look, and to
 * hold every reward model against one that knows length alone (facts of the learning half, 3.2).
 */
import { type Cluster, type ClusterSums, clusteredProportion, type Proportion, Z_99 } from './proportion.ts'
import { pairsOf, preference, type Ranked } from './ranked.ts'

/** Share of pairs beyond one half: 5 percentage points. */
const NOTABLE_EXCESS = 0.05

export interface LengthBias {
  /** How often the longer of two answers was preferred; pairs that tie, or are as long as each other, are left out. */
  readonly longerPreferred: Proportion
  /** Beyond one half by more than 5 points, with p < .01. */
  readonly flagged: boolean
}

/** One task: the pairs of everyone who ranked it. `lengths` by answer, in characters. */
export function taskLengths(people: readonly Ranked[], lengths: ArrayLike<number>): Cluster {
  let hits = 0
  let of = 0
  for (const ranked of people) {
    for (const pair of pairsOf(ranked.places.length)) {
      const longer = Math.sign((lengths[pair[0]] ?? 0) - (lengths[pair[1]] ?? 0))
      const better = -preference(ranked, pair)
      if (longer * better !== 0) of += 1
      if (longer * better > 0) hits += 1
    }
  }
  return { hits, of }
}

/** @returns `null` when no pair tells anything. */
export function lengthBias(tasks: ClusterSums): LengthBias | null {
  const longerPreferred = clusteredProportion(tasks)
  const sure = clusteredProportion(tasks, Z_99)
  if (longerPreferred === null || sure === null) return null
  const beyondChance = sure.low > 0.5 || sure.high < 0.5
  return {
    longerPreferred,
    flagged: beyondChance && Math.abs(longerPreferred.share - 0.5) > NOTABLE_EXCESS,
  }
}
