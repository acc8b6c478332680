/** What supervised learning makes small. */
import type { Gpt } from './gpt.ts'
import type { Formula, Tensor } from './numerics.ts'

/** Of the tokens of the completions, mean. */
export const sftLoss =
  (gpt: Gpt): Formula<'tokens' | 'attention' | 'counts'> =>
  (weights, { tokens, attention, counts }) =>
    meanOf(gpt.logProbabilities(weights, tokens, attention), counts).mul(-1)

/** Over the places that count. Uses up `values`. */
export const meanOf = (values: Tensor, counts: Tensor): Tensor =>
  values.mul(counts.ref).sum().div(counts.ref.sum())
