/** What a reward model says, and what it learns from pairs. */
import type { Gpt } from './gpt.ts'
import type { Formula, Numerics } from './numerics.ts'

/** @returns the head's number at the end of every row. */
export const scoreFormula =
  (gpt: Gpt): Formula<'tokens' | 'attention' | 'ends'> =>
  (weights, { tokens, attention, ends }) =>
    gpt.numbers(weights, tokens, attention).mul(ends.ref).sum(-1)

/** `pairs`: [rows, rows], how much it counts that the first is better than the second. */
export const pairLoss =
  (numerics: Numerics, gpt: Gpt): Formula<'tokens' | 'attention' | 'ends' | 'pairs'> =>
  (weights, inputs) => {
    const scores = scoreFormula(gpt)(weights, inputs)
    const [rows = 0] = scores.shape
    const apart = scores.ref.reshape([1, rows]).sub(scores.reshape([rows, 1]))
    return numerics.op.softplus(apart).mul(inputs.pairs.ref).sum()
  }
