/**
 * The whole loop on the planted world: demonstrations, rankings of what the policy says, a reward model, the best of
 * four, PPO, and round again (InstructGPT, figure 2). Every number follows from the seed (rule L5).
 */
import { Random } from '#core/learning/local/random.ts'
import { type Hooks, type Model, type Ranking, type Trainer, USUAL } from '#core/learning/local/trainer.ts'
import { askPeople, BATCH, bestOfFourLift, ceilingOf, demonstrations, mean, worthOf } from './people.ts'
import { ask, goldOf, TOPICS, topicOf, WORLD_CONFIG } from './world.ts'

export interface Extent {
  readonly sftSteps: number
  /** Ranked prompts to learn from, in every round. */
  readonly prompts: number
  readonly rewardEpochs: number
  readonly ppoIterations: number
}

/** Below four minutes on two cores. */
export const CI: Extent = { sftSteps: 120, prompts: 256, rewardEpochs: 2, ppoIterations: 12 }
export const FULL: Extent = { sftSteps: 150, prompts: 512, rewardEpochs: 3, ppoIterations: 30 }

/** Ranked prompts that are kept from the reward model, to see what it learned. */
const HELD_OUT = 96
const DEMONSTRATIONS = 8192
/** Samples that a mean planted reward is taken of: its standard error is about .04. */
const MEASURED = 512
/** Groups of four. */
const GROUPS = 128

/** @param figures of a step, such as `loss`. */
export type Watch = (
  stage: string,
  step: number,
  total: number,
  figures: Readonly<Record<string, number>>,
) => void

export interface Workshop {
  readonly trainer: Trainer
  readonly seed: number
  readonly extent: Extent
  readonly watch: Watch
  readonly signal: AbortSignal
}

export interface Judged {
  readonly model: Model
  /** All there are so far: the next round learns from them too. */
  readonly rankings: readonly Ranking[]
  /** Share of held-out pairs that it puts in the people's order, and the share that can be had. */
  readonly accuracy: number
  readonly ceiling: number
  readonly bestOf4Lift: number
}

/** One iteration of PPO: what the reward model thinks, what is true, and how far the policy has moved. */
export interface Point {
  readonly reward: number
  readonly gold: number
  readonly kl: number
}

export interface Improved {
  readonly model: Model
  readonly gold: number
  /** Nats per answer from the supervised model. */
  readonly kl: number
  readonly curve: readonly Point[]
}

export interface Taught {
  readonly model: Model
  readonly gold: number
  readonly losses: readonly number[]
}

/** Supervised learning on what people answered. */
export async function teach(shop: Workshop): Promise<Taught> {
  const { trainer, seed, extent } = shop
  const losses: number[] = []
  const { model } = await trainer.sft(
    {
      ...USUAL.sft,
      seed,
      steps: extent.sftSteps,
      config: WORLD_CONFIG,
      demonstrations: demonstrations(seed, DEMONSTRATIONS),
    },
    hooksOf(shop, 'sft', ({ loss = Number.NaN }) => losses.push(loss)),
  )
  return { model, gold: await measure(shop, model, 'sft'), losses }
}

/** People rank what the policy says, and a reward model learns from all rankings so far. */
export async function judge(
  shop: Workshop,
  sft: Model,
  policyModel: Model,
  earlier: readonly Ranking[],
  round: number,
): Promise<Judged> {
  const { trainer, seed, extent, signal } = shop
  const policy = trainer.policy(policyModel, BATCH)
  const draw = (what: string) => ({ seed: seedFor(seed, `${what} ${round}`), temperature: 1, signal })
  shop.watch('rankings', 0, extent.prompts + HELD_OUT, {})
  const all = await askPeople(policy, extent.prompts + HELD_OUT, draw('rankings'))
  const rankings = [...earlier, ...all.slice(0, extent.prompts)]
  const heldOut = all.slice(extent.prompts)
  const { model, metrics } = await trainer.reward(
    {
      ...USUAL.reward,
      seed: seedFor(seed, `reward ${round}`),
      epochs: extent.rewardEpochs,
      base: sft,
      rankings,
      heldOut,
      demonstrations: demonstrations(seed, DEMONSTRATIONS),
    },
    hooksOf(shop, 'reward model'),
  )
  const scorer = trainer.scorer(model)
  const bestOf4Lift = await bestOfFourLift(policy, scorer, GROUPS, draw('best of four'), signal)
  return {
    model,
    rankings,
    accuracy: metrics.accuracy ?? Number.NaN,
    ceiling: ceilingOf(heldOut),
    bestOf4Lift,
  }
}

/** PPO from the supervised model, with the supervised model as its reference. */
export async function improve(
  shop: Workshop,
  sft: Model,
  reward: Model,
  { beta, iterations, round }: { readonly beta: number; readonly iterations: number; readonly round: number },
): Promise<Improved> {
  const { trainer, seed, signal } = shop
  const scorer = trainer.scorer(reward)
  const golds: number[] = []
  const curve: Point[] = []
  const name = `ppo ${round} ${beta}`
  const { model } = await trainer.ppo(
    {
      ...USUAL.ppo,
      ...{ seed: seedFor(seed, `ppo ${round}`), beta, iterations, base: sft, value: reward },
      prompts: TOPICS.map(ask),
      // The planted truth is written down beside the score; the policy never learns of it.
      reward: async (rows) => {
        golds.push(mean(rows.map(({ prompt, completion }) => goldOf(topicOf(prompt), completion))))
        return scorer(rows, signal)
      },
    },
    hooksOf(shop, `ppo, beta ${beta}`, ({ reward: score = Number.NaN, kl = Number.NaN }) =>
      curve.push({ reward: score, kl, gold: golds.at(-1) ?? Number.NaN }),
    ),
  )
  const draws = { seed: seedFor(seed, `${name} kl`), temperature: 1, signal, batch: BATCH }
  const prompts = Array.from({ length: MEASURED / 2 }, (_, nth) => ask(TOPICS[nth % TOPICS.length] ?? ''))
  const kl = await trainer.divergence(model, sft, prompts, draws)
  return { model, gold: await measure(shop, model, name), kl, curve }
}

const measure = ({ trainer, seed, signal }: Workshop, model: Model, name: string): Promise<number> =>
  worthOf(trainer.policy(model, BATCH), MEASURED, {
    seed: seedFor(seed, `${name} worth`),
    temperature: 1,
    signal,
  })

function hooksOf(
  { watch, signal }: Workshop,
  stage: string,
  also: (figures: Readonly<Record<string, number>>) => unknown = () => undefined,
): Hooks {
  return {
    signal,
    metric: (step, total, figures) => {
      also(figures)
      watch(stage, step, total, figures)
    },
  }
}

export const seedFor = (seed: number, name: string): number => new Random(seed, name).below(2 ** 31)
