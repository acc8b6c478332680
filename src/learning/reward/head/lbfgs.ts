/** A smooth function to be minimised: returns its value and writes its slope into `gradient`. */
export type Slope = (at: Float64Array, gradient: Float64Array) => number

export interface Descent {
  /** Whole steps taken so far. */
  readonly iteration: number
  readonly value: number
  /** Length of the gradient. */
  readonly steepness: number
  /** The newest point; replaced, never changed. */
  readonly at: Float64Array
}

/** Pairs of steps and slopes that are remembered: more hardly help (Nocedal and Wright, section 7.2). */
const MEMORY = 10
/** Halvings of a step before it is taken as it is: 2^-25 of a step is none. */
const HALVINGS = 25
/** Of the decrease that the slope promises, a step must bring so much (Armijo). */
const ENOUGH = 1e-4

/**
 * L-BFGS with backtracking (Nocedal and Wright, Numerical Optimization, algorithm 7.5), a step at a time, so that the
 * caller can look, tell, and stop. The first one told is where it begins.
 *
 * @param tolerance it ends where the gradient is this much shorter than a gradient of length 1
 */
export function* descend(
  slope: Slope,
  start: Float64Array,
  { tolerance, most }: { readonly tolerance: number; readonly most: number },
): Generator<Descent, Descent> {
  const steps: { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }[] = []
  let at = start
  let gradient: Float64Array = new Float64Array(at.length)
  let value = slope(at, gradient)
  let descent = { iteration: 0, value, steepness: lengthOf(gradient), at }
  yield descent
  while (descent.steepness > tolerance && descent.iteration < most) {
    const direction = towards(gradient, steps)
    const promised = dot(gradient, direction)
    let next = at
    let nextGradient = gradient
    let nextValue = value
    let length = 1
    for (let halved = 0; halved <= HALVINGS; halved += 1, length /= 2) {
      next = added(at, direction, length)
      nextGradient = new Float64Array(at.length)
      nextValue = slope(next, nextGradient)
      if (nextValue <= value + ENOUGH * length * promised) break
    }
    const s = added(next, at, -1)
    const y = added(nextGradient, gradient, -1)
    const curvature = dot(s, y)
    if (curvature > 1e-12) steps.push({ s, y, rho: 1 / curvature })
    if (steps.length > MEMORY) steps.shift()
    at = next
    gradient = nextGradient
    value = nextValue
    descent = { iteration: descent.iteration + 1, value, steepness: lengthOf(gradient), at }
    yield descent
  }
  return descent
}

/** Down the hill, as the last steps showed its shape. */
function towards(
  gradient: Float64Array,
  steps: readonly { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }[],
): Float64Array {
  let q: Float64Array = Float64Array.from(gradient)
  const shares: number[] = []
  for (const { s, y, rho } of steps.toReversed()) {
    const share = rho * dot(s, q)
    shares.push(share)
    q = added(q, y, -share)
  }
  const newest = steps.at(-1)
  // Without a step to learn from: as far as the gradient is long, and no further than 1.
  const size =
    newest === undefined
      ? 1 / Math.max(1, lengthOf(gradient))
      : dot(newest.s, newest.y) / dot(newest.y, newest.y)
  q = q.map((each) => each * size)
  for (const { s, y, rho } of steps) q = added(q, s, (shares.pop() ?? 0) - rho * dot(y, q))
  return q.map((each) => -each)
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j += 1) sum += (a[j] ?? 0) * (b[j] ?? 0)
  return sum
}

function added(a: Float64Array, b: Float64Array, times: number): Float64Array {
  const sum = new Float64Array(a.length)
  for (let j = 0; j < a.length; j += 1) sum[j] = (a[j] ?? 0) + times * (b[j] ?? 0)
  return sum
}

const lengthOf = (a: Float64Array): number => Math.sqrt(dot(a, a))
