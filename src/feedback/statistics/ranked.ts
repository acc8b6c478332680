/**
 * One person's ranking of one task, as the statistics read it. Answers are numbered in an order that is the same for
 * everyone who ranked the task.
 */
export interface Ranked {
  /** By answer: how many are better than it. Answers as good as each other share a place; 0 is the best. */
  readonly places: ArrayLike<number>
  /** By answer: where it was shown, 0 first (rule F6). */
  readonly slots: ArrayLike<number>
}

/** Two answers of a task. */
export type Pair = readonly [first: number, second: number]

export function* pairsOf(count: number): Generator<Pair> {
  for (let first = 0; first < count; first++)
    for (let second = first + 1; second < count; second++) yield [first, second]
}

/** Which of the two is better: -1 the first, 1 the second, 0 neither. */
export const preference = ({ places }: Pick<Ranked, 'places'>, [first, second]: Pair): number =>
  Math.sign((places[first] ?? 0) - (places[second] ?? 0))

/** The one answer that is better than every other, if there is one. */
export function winnerOf({ places }: Pick<Ranked, 'places'>): number | undefined {
  const best = Array.from(places).flatMap((place, answer) => (place === 0 ? [answer] : []))
  return best.length === 1 ? best[0] : undefined
}

/** Every two of the people who ranked one task. */
export function* couples<T>(people: readonly T[]): Generator<readonly [T, T]> {
  for (const [at, one] of people.entries()) for (const other of people.slice(at + 1)) yield [one, other]
}
