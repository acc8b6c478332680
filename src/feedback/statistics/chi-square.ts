/**
 * How likely a chi-square statistic at least this large is by chance.
 *
 * The regularised incomplete gamma function by its series and its continued fraction: W. H. Press et al., Numerical
 * Recipes, 3rd edition, section 6.2; checked against NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4. The
 * kept libraries that have it bring a hundred packages and native code, or only a table.
 */

/** Far below any p that is looked at, and above what double precision can tell. */
const PRECISION = 1e-14
const MOST_STEPS = 10_000
/** Stands in for 0 in a denominator. */
const TINY = 1e-300

/** @throws RangeError for less than one degree of freedom, and for a statistic below 0 or not a number. */
export function chiSquareTail(statistic: number, degrees: number): number {
  if (!(degrees >= 1)) throw new RangeError(`degrees: got ${degrees}, expected 1 or more`)
  if (!(statistic >= 0)) throw new RangeError(`statistic: got ${statistic}, expected 0 or more`)
  if (statistic === 0) return 1
  if (statistic === Infinity) return 0
  const shape = degrees / 2
  const x = statistic / 2
  const scale = Math.exp(shape * Math.log(x) - x - logGamma(shape))
  return x < shape + 1 ? 1 - scale * series(shape, x) : scale * fraction(shape, x)
}

function series(shape: number, x: number): number {
  let term = 1 / shape
  let sum = term
  for (let step = 1; step < MOST_STEPS && term > sum * PRECISION; step++) {
    term *= x / (shape + step)
    sum += term
  }
  return sum
}

/** Lentz's method. */
function fraction(shape: number, x: number): number {
  let b = x + 1 - shape
  let c = 1 / TINY
  let d = 1 / b
  let product = d
  for (let step = 1; step < MOST_STEPS; step++) {
    const a = -step * (step - shape)
    b += 2
    d = 1 / nonZero(a * d + b)
    c = nonZero(b + a / c)
    product *= d * c
    if (Math.abs(d * c - 1) < PRECISION) break
  }
  return product
}

const nonZero = (value: number): number => (Math.abs(value) < TINY ? TINY : value)

/** Only halves of whole numbers come here, so the recurrence from Γ(1/2) = √π and Γ(1) = 1 is exact and short. */
function logGamma(half: number): number {
  let sum = Number.isInteger(half) ? 0 : Math.log(Math.PI) / 2
  for (let factor = Number.isInteger(half) ? 1 : 0.5; factor < half; factor++) sum += Math.log(factor)
  return sum
}
