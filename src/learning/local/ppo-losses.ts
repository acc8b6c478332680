/** What PPO makes small. All are means over the tokens of completions. */
import type { Gpt } from './gpt.ts'
import type { Formula, Numerics } from './numerics.ts'
import { meanOf, sftLoss } from './sft-loss.ts'

/** How far a ratio of probabilities, and a value, may move in one iteration. */
const CLIP = 0.2

type Seen = 'tokens' | 'attention' | 'counts'

/** Likelier or less likely than when it was sampled: exactly 1 before the first step. [rows, context - 1] */
export const ratioFormula =
  (numerics: Numerics, gpt: Gpt): Formula<Seen | 'old'> =>
  (weights, { tokens, attention, counts, old }) =>
    numerics.op.exp(gpt.logProbabilities(weights, tokens, attention).sub(old.ref).mul(counts.ref))

/** Better than expected becomes likelier, but not by more than the clip in one iteration. */
export const policyLoss =
  (numerics: Numerics, gpt: Gpt): Formula<Seen | 'old' | 'advantages'> =>
  (weights, inputs) => {
    const { minimum, clip } = numerics.op
    const { advantages, counts } = inputs
    const ratio = ratioFormula(numerics, gpt)(weights, inputs)
    const free = ratio.ref.mul(advantages.ref)
    return meanOf(minimum(free, clip(ratio, 1 - CLIP, 1 + CLIP).mul(advantages.ref)), counts).mul(-1)
  }

/** PPO-ptx: `gamma` times what the model could do before, shown again so that it is not forgotten. */
export const mixedLoss =
  (
    numerics: Numerics,
    gpt: Gpt,
  ): Formula<Seen | 'old' | 'advantages' | 'shownTokens' | 'shownAttention' | 'shownCounts' | 'gamma'> =>
  (weights, { shownTokens, shownAttention, shownCounts, gamma, ...inputs }) => {
    const shown = { tokens: shownTokens, attention: shownAttention, counts: shownCounts }
    return policyLoss(numerics, gpt)(weights, inputs).add(sftLoss(gpt)(weights, shown).mul(gamma.ref))
  }

/** Half the square, of the worse of the new value and the new value kept near the old. */
export const valueLoss =
  (numerics: Numerics, gpt: Gpt): Formula<Seen | 'expected' | 'returns'> =>
  (weights, { tokens, attention, counts, expected, returns }) => {
    const { square, maximum, clip } = numerics.op
    const values = gpt.numbers(weights, tokens, attention).slice([], [0, gpt.config.context - 1])
    const near = expected.ref.add(clip(values.ref.sub(expected.ref), -CLIP, CLIP))
    return meanOf(maximum(square(values.sub(returns.ref)), square(near.sub(returns.ref))), counts).mul(0.5)
  }
