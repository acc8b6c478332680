/**
 * Best-of-n: several answers to one prompt, of which the reward model's choice is given. A model like any other to
 * whoever asks it; whoever wants the best of several says so with `bestOf`, and everybody else gets the model itself.
 * Rules L5 (drawn by a seed that is recorded), M5 (the choice is recorded with the reply), T4 and T5.
 *
 * The conservative score of an ensemble decides, so that an answer which only one head likes does not win. The reward
 * model never costs anybody an answer: when it fails, is slow or only watches, the first answer is given. Nothing is
 * shown before the choice, so such a reply is not streamed.
 */
import { randomInt } from 'node:crypto'
import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import { bounded } from '#core/learning/reward/bounded.ts'
import type { RewardModel } from '#core/learning/reward/reward-model.ts'
import { ModelError } from '#core/model/error.ts'
import type { Choice, LanguageModel, ModelEvent, Prompt, StreamOptions } from '#core/model/model.ts'
import { type Candidates, eligible, highest, usageOf } from './candidates.ts'
import { draw } from './draw.ts'

export interface BestOfNDeps {
  /** Goes on opening it when nobody waits any more, and tries again after it failed. @throws ModelError, LearningError */
  readonly reward: () => Promise<RewardModel>
  readonly clock: Clock
  readonly log: Logger
  /** A random one when left out. */
  readonly seed?: () => number
}

/** Candidates, as in rankings. */
export const MOST_CANDIDATES = 9
/** The reader has waited for the slowest answer already: the choice takes no longer than this, in milliseconds. */
const CHOICE_MS = 800
/** Servers take seeds of 32 bits. */
const SEEDS = 2 ** 31 - MOST_CANDIDATES

export const createBestOfN = (model: LanguageModel, deps: BestOfNDeps): LanguageModel => ({
  get label() {
    return model.label
  },
  async *stream(prompt, { bestOf = 1, ...options }) {
    if (bestOf < 2) yield* model.stream(prompt, options)
    else yield* best(model, prompt, options, Math.min(bestOf, MOST_CANDIDATES), deps)
  },
})

async function* best(
  model: LanguageModel,
  prompt: Prompt,
  options: StreamOptions,
  n: number,
  deps: BestOfNDeps,
): AsyncGenerator<ModelEvent> {
  const { clock, log } = deps
  const seed = (deps.seed ?? (() => randomInt(SEEDS)))()
  const candidates = await draw(model, prompt, options, { n, seed, clock })
  const judged = eligible(candidates)
  const verdict = await choose(prompt, judged, options.signal, deps)
  const given = judged[verdict.chosen] ?? judged[0]
  const scores = Array.from({ length: n }, (_, nth) => {
    const place = judged.findIndex((each) => each.nth === nth)
    return verdict.scores[place] ?? null
  })
  const { rewardModel, by } = verdict
  const choice: Choice = {
    ...{ n, seed, scores, chosen: given.nth, by },
    ...(rewardModel === undefined ? {} : { rewardModel }),
  }
  log.debug({ ...choice, came: candidates.length }, 'an answer was chosen')
  const usage = usageOf(candidates)
  const { finish, model: name, refused, text } = given
  if (text !== '') yield { type: refused ? 'refusal' : 'text', delta: text }
  yield { type: 'done', finish, model: name, choice, ...(usage === undefined ? {} : { usage }) }
}

interface Verdict extends Pick<Choice, 'by' | 'rewardModel'> {
  /** Places among those that were judged. */
  readonly chosen: number
  readonly scores: readonly number[]
}

const FIRST = { chosen: 0, scores: [] } as const

/** Never fails but by the caller's own signal. */
async function choose(
  prompt: Prompt,
  judged: Candidates,
  signal: AbortSignal,
  { reward, clock, log }: BestOfNDeps,
): Promise<Verdict> {
  if (judged.length === 1) return { ...FIRST, by: 'only' }
  const over = new AbortController()
  const asking = AbortSignal.any([signal, over.signal])
  let model: RewardModel | undefined
  const scored = async (): Promise<Verdict> => {
    model = await reward()
    const conversation = [
      ...(prompt.system === '' ? [] : [{ role: 'system' as const, content: prompt.system }]),
      ...prompt.turns,
    ]
    const answers = judged.map(({ text }) => ({ conversation, answer: text }))
    const given = (await model.score(answers, asking)).map((score) => bounded(score).conservative)
    if (given.length !== judged.length) throw new ModelError('server', 'the reward model left an answer out')
    return model.shadow
      ? { ...FIRST, scores: given, by: 'shadow' }
      : { chosen: highest(given), scores: given, by: 'score' }
  }
  try {
    const late = clock.sleep(CHOICE_MS, asking).then(() => 'late' as const)
    const verdict = await Promise.race([scored(), late])
    if (verdict !== 'late') return named(verdict)
    log.warn({ ms: CHOICE_MS }, 'the reward model was too slow; the first answer is given')
    return named({ ...FIRST, by: 'late' })
  } catch (error) {
    if (signal.aborted) throw new ModelError('aborted', 'the request was cancelled', { cause: error })
    log.warn({ err: error }, 'the reward model could not choose; the first answer is given')
    return named({ ...FIRST, by: 'failed' })
  } finally {
    over.abort()
  }

  function named(verdict: Verdict): Verdict {
    return model === undefined ? verdict : { ...verdict, rewardModel: model.id }
  }
}
