/** What a reader saw, and how old the news was that the reader did not see. Pure. */

/** From then on, this many tokens are visible. */
export interface Sight {
  readonly at: number
  readonly tokens: number
}

export interface Staleness {
  /** Age of the oldest token that has come and is not visible, summed over time. Milliseconds squared. */
  readonly area: number
  /** Longest stretches first: between which ages the staleness grew. It grows by a second a second, so they tell all. */
  readonly ramps: readonly (readonly [from: number, to: number])[]
}

/**
 * Staleness at a moment is the age of the oldest token that has come and is not visible; zero when all are.
 *
 * @param arrivals when each token came.
 * @param sights when more became visible, in order; the last shows all.
 */
export function stalenessOf(arrivals: readonly number[], sights: readonly Sight[]): Staleness {
  let area = 0
  const ramps: [number, number][] = []
  let seen = 0
  let since = Number.NEGATIVE_INFINITY
  for (const { at, tokens } of sights) {
    const oldest = arrivals[seen]
    if (oldest !== undefined && at > oldest) {
      const from = Math.max(since, oldest) - oldest
      const to = at - oldest
      area += (to ** 2 - from ** 2) / 2
      ramps.push([from, to])
    }
    seen = Math.max(seen, tokens)
    since = at
  }
  return { area, ramps }
}

/** How long the staleness was above this, in milliseconds. */
export const timeAbove = (age: number, ramps: Staleness['ramps']): number =>
  ramps.reduce((sum, [from, to]) => sum + Math.max(0, to - Math.max(from, age)), 0)

/** The least age that staleness exceeds for at most this long. */
export function quantile(ramps: Staleness['ramps'], above: number): number {
  let [low, high] = [0, ramps.reduce((most, [, to]) => Math.max(most, to), 0)]
  while (high - low > 0.5) {
    const middle = (low + high) / 2
    if (timeAbove(middle, ramps) > above) low = middle
    else high = middle
  }
  return high
}
