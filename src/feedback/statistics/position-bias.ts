/**
 * Whether where an answer was shown decides whether it wins. Answers are shown in an order drawn for each person
 * (rule F6), so that a fair reader prefers every place equally often.
 *
 * Pearson's chi-square test of the winner's slot; of rankings with different numbers of answers the statistics and
 * their degrees of freedom add up. K. Pearson (1900), Philosophical Magazine 50, 157-175.
 */
import { chiSquareTail } from './chi-square.ts'
import { type Ranked, winnerOf } from './ranked.ts'

/** Flagged below this p, and only when the first place gains or loses more than `NOTABLE_EXCESS`. */
export const SIGNIFICANT = 0.01
/** Share of rankings: 5 percentage points. */
export const NOTABLE_EXCESS = 0.05
/** Expected winners in each slot below which the test says nothing: Cochran's rule. */
const FEWEST_EXPECTED = 5

export interface PositionBias {
  /** Rankings with one winner. */
  readonly of: number
  /** By slot, the first one first: how often the winner stood there, and how often it would by chance. */
  readonly slots: readonly { readonly wins: number; readonly expected: number }[]
  readonly chiSquare: number
  readonly degrees: number
  readonly p: number
  /** Share of rankings that the first place won beyond chance. */
  readonly excess: number
  /** False while there are too few rankings for the test. Nothing is flagged then. */
  readonly enough: boolean
  readonly flagged: boolean
}

/** @returns `null` when no ranking has one single winner among two answers or more. */
export function positionBias(rankings: Iterable<Ranked>): PositionBias | null {
  /** By number of answers: by slot, how often the winner stood there. */
  const wins = new Map<number, number[]>()
  for (const ranked of rankings) {
    const winner = winnerOf(ranked)
    const shown = ranked.places.length
    if (winner === undefined || shown < 2) continue
    const row = wins.get(shown) ?? new Array<number>(shown).fill(0)
    wins.set(shown, row)
    const slot = ranked.slots[winner] ?? 0
    row[slot] = (row[slot] ?? 0) + 1
  }
  return wins.size === 0 ? null : judge(wins)
}

function judge(wins: ReadonlyMap<number, readonly number[]>): PositionBias {
  const slots: { wins: number; expected: number }[] = []
  let of = 0
  let chiSquare = 0
  let degrees = 0
  let enough = true
  for (const [shown, row] of wins) {
    const total = row.reduce((sum, count) => sum + count, 0)
    const expected = total / shown
    of += total
    degrees += shown - 1
    enough &&= expected >= FEWEST_EXPECTED
    for (const [slot, count] of row.entries()) {
      chiSquare += (count - expected) ** 2 / expected
      const before = slots[slot] ?? { wins: 0, expected: 0 }
      slots[slot] = { wins: before.wins + count, expected: before.expected + expected }
    }
  }
  const p = chiSquareTail(chiSquare, degrees)
  const excess = ((slots[0]?.wins ?? 0) - (slots[0]?.expected ?? 0)) / of
  const flagged = enough && p < SIGNIFICANT && Math.abs(excess) > NOTABLE_EXCESS
  return { of, slots, chiSquare, degrees, p, excess, enough, flagged }
}
