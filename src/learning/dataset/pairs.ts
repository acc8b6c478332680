import { lot } from './chance.ts'
import type { Ranked } from './example.ts'

/**
 * `disjoint`: each answer is in one pair at most, because trainers shuffle pairs, and seeing an answer again and again
 * within an epoch overfits (InstructGPT, 3.5). `all`: every pair that people agree on.
 */
export const PAIRINGS = ['disjoint', 'all'] as const
export type Pairing = (typeof PAIRINGS)[number]

export interface Pair {
  /** Indices of `candidates`. */
  readonly chosen: number
  readonly rejected: number
  /** How far apart they stand, averaged over the raters: 1 is best against worst. */
  readonly margin: number
}

/** What the majority of raters prefers; ties, of a rater or among raters, make no pair. */
export function pairsOf(
  ranked: Pick<Ranked, 'candidates' | 'rankings' | 'record'>,
  pairing: Pairing,
  seed: string,
) {
  const every = decided(ranked)
  if (pairing === 'all') return every
  const used = new Set<number>()
  return every
    .toSorted((a, b) => (lotOf(seed, ranked.record, a) < lotOf(seed, ranked.record, b) ? -1 : 1))
    .filter(({ chosen, rejected }) => {
      if (used.has(chosen) || used.has(rejected)) return false
      used.add(chosen).add(rejected)
      return true
    })
}

function decided({ candidates, rankings }: Pick<Ranked, 'candidates' | 'rankings'>): readonly Pair[] {
  return candidates.flatMap((_, one) =>
    candidates.slice(one + 1).flatMap((__, further) => {
      const other = one + 1 + further
      const gaps = rankings.map(({ order }) => gap(order, one, other))
      const votes = gaps.reduce((sum, each) => sum + Math.sign(each), 0)
      if (votes === 0) return []
      const margin = Math.max(0, (gaps.reduce((sum, each) => sum + each, 0) / gaps.length) * Math.sign(votes))
      return [votes > 0 ? { chosen: one, rejected: other, margin } : { chosen: other, rejected: one, margin }]
    }),
  )
}

/** Places that `one` stands before `other`, as a share of all places: -1 to 1. */
function gap(order: readonly (readonly number[])[], one: number, other: number): number {
  const place = (candidate: number): number => order.findIndex((tied) => tied.includes(candidate))
  return order.length < 2 ? 0 : (place(other) - place(one)) / (order.length - 1)
}

const lotOf = (seed: string, record: string, { chosen, rejected }: Pair): string =>
  lot(seed, `${record}/${chosen}/${rejected}`)
