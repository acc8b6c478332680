/** What a step was worth beyond what was expected of it. */

export interface Advantages {
  readonly advantages: Float64Array
  /** What the value network should have said. */
  readonly returns: Float64Array
}

/**
 * Generalised advantage estimation (Schulman et al. 2016) without discount, as for InstructGPT: an answer is short, and
 * its reward comes at its end.
 *
 * @param rewards per token of one completion. @param values what was expected before each token; 0 after the last.
 * @param lambda 1 trusts what came, 0 what was expected next.
 */
export function advantagesOf(
  rewards: ArrayLike<number>,
  values: ArrayLike<number>,
  lambda: number,
): Advantages {
  const advantages = new Float64Array(rewards.length)
  const returns = new Float64Array(rewards.length)
  let later = 0
  for (let at = rewards.length - 1; at >= 0; at -= 1) {
    const [reward = 0, value = 0, next = 0] = [rewards[at], values[at], values[at + 1]]
    later = reward + (at === rewards.length - 1 ? 0 : next) - value + lambda * later
    advantages[at] = later
    returns[at] = later + value
  }
  return { advantages, returns }
}

/** Mean 0 and deviation 1, over all of them together. */
export function standardised(values: ArrayLike<number>): {
  readonly mean: number
  readonly deviation: number
} {
  const all = Array.from(values)
  const mean = all.reduce((sum, each) => sum + each, 0) / all.length
  const variance = all.reduce((sum, each) => sum + (each - mean) ** 2, 0) / all.length
  return { mean, deviation: Math.sqrt(variance) }
}
