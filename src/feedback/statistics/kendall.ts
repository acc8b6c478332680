/**
 * Kendall's tau-b between two rankings: 1 the same order, -1 the reverse, 0 unrelated; ties are allowed for.
 * M. G. Kendall (1945), The treatment of ties in ranking problems, Biometrika 33, 239-251.
 */
import { couples, pairsOf, preference, type Ranked } from './ranked.ts'

/** @returns `null` when one of them finds all answers equally good: there is no order to compare then. */
export function kendallTau(one: Pick<Ranked, 'places'>, other: Pick<Ranked, 'places'>): number | null {
  let agreeing = 0
  let ordered = 0
  let otherOrdered = 0
  for (const pair of pairsOf(one.places.length)) {
    const mine = preference(one, pair)
    const theirs = preference(other, pair)
    agreeing += mine * theirs
    ordered += Math.abs(mine)
    otherOrdered += Math.abs(theirs)
  }
  return ordered === 0 || otherOrdered === 0 ? null : agreeing / Math.sqrt(ordered * otherOrdered)
}

export interface MeanTau {
  readonly tau: number
  /** Pairs of people it is the mean of. */
  readonly of: number
}

/** The mean over every two people who ranked the same task. `null` when there are none. */
export function meanKendallTau(tasks: Iterable<readonly Ranked[]>): MeanTau | null {
  let sum = 0
  let of = 0
  for (const people of tasks) {
    for (const [one, other] of couples(people)) {
      const tau = kendallTau(one, other)
      if (tau === null) continue
      sum += tau
      of += 1
    }
  }
  return of === 0 ? null : { tau: sum / of, of }
}
