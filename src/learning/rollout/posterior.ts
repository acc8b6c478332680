/**
 * How likely one share is worse than another by a margin, given what was seen of both: each has a Beta posterior over
 * a uniform prior (Gelman et al., Bayesian Data Analysis, section 2.4), and the two are compared on a grid.
 */

/** So many of so many. */
export interface Tally {
  readonly hits: number
  readonly of: number
}

/** Steps over [0, 1]: at ten thousand exposures a posterior is still ten steps wide. */
const STEPS = 1_000

/** At the middle of each step: the same for every posterior, and dear to compute. */
const LOG_OF_SHARE = Float64Array.from({ length: STEPS }, (_, step) => Math.log((step + 0.5) / STEPS))
const LOG_OF_REST = LOG_OF_SHARE.toReversed()

/** @param margin in shares: 0.02 is two points. @returns the probability that `a`'s true share exceeds `b`'s by it. */
export function probabilityAbove(a: Tally, b: Tally, margin: number): number {
  const [densityOfA, densityOfB] = [density(a), density(b)]
  const shift = Math.round(margin * STEPS)
  let below = 0
  let sum = 0
  for (let step = 0; step < STEPS; step += 1) {
    // What of `b` lies a margin below this step of `a`; of the same step, half does.
    const here = densityOfB[step - shift] ?? 0
    sum += (densityOfA[step] ?? 0) * (below + here / 2)
    below += here
  }
  return sum
}

/** Beta(hits + 1, misses + 1) over the middles of the steps; its sum is 1. In logarithms, where nothing underflows. */
function density({ hits, of }: Tally): Float64Array {
  const weights = new Float64Array(STEPS)
  let highest = Number.NEGATIVE_INFINITY
  for (let step = 0; step < STEPS; step += 1) {
    const log = hits * (LOG_OF_SHARE[step] ?? 0) + (of - hits) * (LOG_OF_REST[step] ?? 0)
    weights[step] = log
    if (log > highest) highest = log
  }
  let total = 0
  for (let step = 0; step < STEPS; step += 1) {
    const weight = Math.exp((weights[step] ?? 0) - highest)
    weights[step] = weight
    total += weight
  }
  return weights.map((each) => each / total)
}
