/**
 * What best-of-n would give: over a dataset's prompts, the score of the first answer against that of the best. The same
 * reward model chooses and judges, so this says how far apart a model's answers lie, and never that people would like
 * them better (rule L4): a blinded win rate does that. Beside it stands the length, which a head may like.
 */
import type { Clock } from '#core/clock.ts'
import type { Turn } from '#core/learning/dataset/dataset.ts'
import { LearningError } from '#core/learning/engine.ts'
import type { RewardModel } from '#core/learning/reward/reward-model.ts'
import { ModelError } from '#core/model/error.ts'
import type { LanguageModel, Sampling } from '#core/model/model.ts'
import { MOST_CANDIDATES } from './best-of-n.ts'
import { divergenceOf, eligible, highest } from './candidates.ts'
import { draw } from './draw.ts'

export interface EvaluationRequest {
  readonly prompts: AsyncIterable<readonly Turn[]>
  readonly n: number
  /** The first prompt's; those that follow are drawn by seeds of their own (rule L5). */
  readonly seed: number
  readonly model: LanguageModel
  readonly sampling: Sampling
  readonly reward: RewardModel
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Told after each prompt. */
  readonly onPrompt?: (done: number) => void
}

export interface BestOfNReport {
  readonly n: number
  readonly seed: number
  /** As the server named it. */
  readonly model: string
  readonly rewardModel: string
  /** It learned from too little to choose in the bot. */
  readonly shadow: boolean
  /** Those that were answered and judged. */
  readonly prompts: number
  readonly failed: number
  /** Mean conservative scores. */
  readonly first: number
  readonly best: number
  readonly lift: number
  /** Standard error of the lift; 0 for a single prompt. */
  readonly liftError: number
  /** How often the first was the best already. */
  readonly firstIsBest: number
  /** Nats at most from the model itself. */
  readonly divergence: number
  /** Characters, on average. */
  readonly firstLength: number
  readonly bestLength: number
}

interface Compared {
  readonly model: string
  readonly first: number
  readonly best: number
  readonly firstLength: number
  readonly bestLength: number
}

/** @throws LearningError when not one prompt could be answered and judged */
export async function evaluateBestOfN(request: EvaluationRequest): Promise<BestOfNReport> {
  const { prompts, n, seed, reward, signal, onPrompt } = request
  const compared: Compared[] = []
  let failure: ModelError | undefined
  let nth = 0
  let failed = 0
  for await (const prompt of prompts) {
    try {
      compared.push(await compare(prompt, seed + nth * MOST_CANDIDATES, request))
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof ModelError)) throw error
      failure = error
      failed += 1
    }
    nth += 1
    onPrompt?.(nth)
  }
  const [some] = compared
  if (some === undefined)
    throw new LearningError(
      failure === undefined
        ? 'There are no prompts. Give a dataset with more of them, or another --split.'
        : `Not one prompt of ${failed} was answered and judged: ${failure.message}. Check the model and the embeddings.`,
    )
  const mean = (of: (each: Compared) => number) => meanOf(compared.map(of))
  const lifts = compared.map(({ first, best }) => best - first)
  return {
    ...{ n, seed, failed },
    ...{ model: some.model, rewardModel: reward.id, shadow: reward.shadow, prompts: compared.length },
    first: mean(({ first }) => first),
    best: mean(({ best }) => best),
    lift: meanOf(lifts),
    liftError: standardError(lifts),
    firstIsBest: meanOf(lifts.map((lift) => Number(lift === 0))),
    divergence: divergenceOf(n),
    firstLength: mean(({ firstLength }) => firstLength),
    bestLength: mean(({ bestLength }) => bestLength),
  }
}

async function compare(prompt: readonly Turn[], seed: number, request: EvaluationRequest): Promise<Compared> {
  const { n, model, sampling, reward, clock, signal } = request
  const drawn = await draw(model, promptOf(prompt), { sampling, signal }, { n, seed, clock })
  const answers = eligible(drawn)
  const judged = answers.map(({ text }) => ({ conversation: prompt, answer: text }))
  const scores = (await reward.score(judged, signal)).map(({ conservative }) => conservative)
  const place = highest(scores)
  const [first, best] = [scores[0], scores[place]]
  if (first === undefined || best === undefined)
    throw new ModelError('server', 'the reward model left an answer out')
  return {
    ...{ model: answers[0].model, first, best },
    firstLength: answers[0].text.length,
    bestLength: answers[place]?.text.length ?? 0,
  }
}

const promptOf = (prompt: readonly Turn[]) => ({
  system: prompt.flatMap(({ role, content }) => (role === 'system' ? [content] : [])).join('\n\n'),
  turns: prompt.flatMap(({ role, content }) => (role === 'system' ? [] : [{ role, content }])),
})

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

function standardError(values: readonly number[]): number {
  if (values.length < 2) return 0
  const mean = meanOf(values)
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1) / values.length)
}
