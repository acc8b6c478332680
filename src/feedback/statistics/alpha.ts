/**
 * Krippendorff's alpha: 1 when people judge alike, 0 when they judge as if by chance, below 0 when they contradict
 * each other. Any number of people, any of whom may have left things out.
 *
 * K. Krippendorff (2011), Computing Krippendorff's alpha-reliability, University of Pennsylvania: the coincidence
 * matrix (C and D of that paper), and its metric differences for nominal, ordinal and interval data. For reading it:
 * Content Analysis, 2nd edition, p. 241: rely on .800 and above, draw tentative conclusions from .667.
 */
export type Level = 'nominal' | 'ordinal' | 'interval'

export const LEVELS: readonly Level[] = ['nominal', 'ordinal', 'interval']

/** Krippendorff's own bounds. */
export const TENTATIVE = 0.667
export const RELIABLE = 0.8

/** The coincidence matrix. It grows with the number of different values only, not with what was judged. */
export class Coincidences {
  /** How often two people gave these two values to one unit, weighted so that each judgement counts once. */
  readonly #matrix = new Map<number, Map<number, number>>()
  /** Row sums of the matrix. */
  readonly #totals = new Map<number, number>()

  /** One unit: the values it was given, in any order. One value alone says nothing of agreement and does not count. */
  add(values: readonly number[]): void {
    if (values.length < 2) return
    const counts = countOf(values)
    for (const [value, count] of counts) {
      add(this.#totals, value, count)
      const row = this.#matrix.get(value) ?? new Map<number, number>()
      this.#matrix.set(value, row)
      for (const [other, others] of counts)
        add(row, other, (count * (value === other ? others - 1 : others)) / (values.length - 1))
    }
  }

  /** `null` when no two people judged the same thing, or all gave one single value: it is not defined then. */
  alpha(level: Level): number | null {
    const values = [...this.#totals.keys()].toSorted((a, b) => a - b)
    const difference = DIFFERENCES[level](values, this.#totals)
    let judgements = 0
    let observed = 0
    let expected = 0
    for (const [at, one] of values.entries()) {
      const total = this.#totals.get(one) ?? 0
      judgements += total
      for (const other of values.slice(at + 1)) {
        const squared = difference(one, other)
        observed += (this.#matrix.get(one)?.get(other) ?? 0) * squared
        expected += total * (this.#totals.get(other) ?? 0) * squared
      }
    }
    return expected === 0 ? null : 1 - ((judgements - 1) * observed) / expected
  }
}

/** @param units what was judged; of each, the values that it was given, missing ones left out. */
export function krippendorffAlpha(units: Iterable<readonly number[]>, level: Level): number | null {
  const coincidences = new Coincidences()
  for (const values of units) coincidences.add(values)
  return coincidences.alpha(level)
}

/** The squared difference of two values, the first the lower one. */
type Difference = (one: number, other: number) => number
type Totals = ReadonlyMap<number, number>

const DIFFERENCES: Readonly<Record<Level, (values: readonly number[], totals: Totals) => Difference>> = {
  nominal: () => () => 1,
  interval: () => (one, other) => (one - other) ** 2,
  // How many judgements lie between two values; each end counts half.
  ordinal: (values, totals) => {
    const middles = new Map<number, number>()
    let before = 0
    for (const value of values) {
      const count = totals.get(value) ?? 0
      middles.set(value, before + count / 2)
      before += count
    }
    return (one, other) => ((middles.get(other) ?? 0) - (middles.get(one) ?? 0)) ** 2
  },
}

function countOf(values: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const value of values) add(counts, value, 1)
  return counts
}

const add = (counts: Map<number, number>, value: number, count: number): void => {
  counts.set(value, (counts.get(value) ?? 0) + count)
}
