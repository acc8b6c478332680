/** What `parley learn simulate` runs: a seed, rounds of a seed, a sweep over beta. */
import { gate, MOST_KL, type Verdict } from '#core/learning/evaluation/gate.ts'
import type { Model, Ranking, Trainer } from '#core/learning/local/trainer.ts'
import {
  CI,
  type Extent,
  improve,
  judge,
  type Point,
  seedFor,
  teach,
  type Watch,
  type Workshop,
} from './loop.ts'
import { BATCH } from './people.ts'
import { tryOut } from './trial.ts'

/** Weight of the KL penalty per token, when nobody says otherwise. */
export const USUAL_BETA = 0.05
/** Of a sweep and of rounds: the policy has time to find what is wrong with its reward. */
const SWEEP_ITERATIONS = 20
const ROUND_ITERATIONS = 15

/** An answer is four words here, and a fifth that thanks is what people ask for. */
const MOST_LONGER = 1.6

export interface RoundReport {
  readonly rmAccuracy: number
  readonly ceiling: number
  readonly bestOf4Lift: number
  readonly gold: number
  readonly kl: number
  readonly curve: readonly Point[]
  readonly verdict: Verdict
}

export interface SeedReport {
  readonly seed: number
  readonly beta: number
  readonly sftGold: number
  readonly losses: readonly number[]
  readonly rounds: readonly RoundReport[]
}

export interface SweepPoint {
  readonly beta: number
  readonly gold: number
  /** What the reward model thinks of the last completions: it does not know better. */
  readonly reward: number
  readonly kl: number
  readonly verdict: Verdict
}

export interface Request {
  readonly trainer: Trainer
  readonly seed: number
  readonly extent: Extent
  readonly beta: number
  readonly rounds: number
  readonly watch: Watch
  readonly signal: AbortSignal
}

/**
 * Every round samples from the policy of the round before, learns a reward model from all rankings so far, and trains
 * from the supervised model, which stays the reference.
 */
export async function simulate(request: Request): Promise<SeedReport> {
  const { seed, beta, rounds, extent } = request
  const shop: Workshop = request
  const sft = await teach(shop)
  const reports: RoundReport[] = []
  let current = sft.model
  let rankings: readonly Ranking[] = []
  for (let round = 1; round <= rounds; round += 1) {
    const judged = await judge(shop, sft.model, current, rankings, round)
    const better = await improve(shop, sft.model, judged.model, {
      ...{ beta, round, iterations: extent.ppoIterations },
    })
    const verdict = await verdictOf(shop, better, sft.model)
    reports.push({
      ...{ rmAccuracy: judged.accuracy, ceiling: judged.ceiling, bestOf4Lift: judged.bestOf4Lift },
      ...{ gold: better.gold, kl: better.kl, curve: better.curve, verdict },
    })
    current = better.model
    rankings = judged.rankings
  }
  return { seed, beta, sftGold: sft.gold, losses: sft.losses, rounds: reports }
}

/** The same beginning, then PPO with every beta: without the penalty the policy learns what the score gets wrong. */
export async function sweep(
  request: Omit<Request, 'beta' | 'rounds'>,
  betas: readonly number[],
): Promise<readonly SweepPoint[]> {
  const shop: Workshop = request
  const sft = await teach(shop)
  const judged = await judge(shop, sft.model, sft.model, [], 1)
  const points: SweepPoint[] = []
  for (const beta of betas) {
    const { gold, kl, curve, model } = await improve(shop, sft.model, judged.model, {
      ...{ beta, round: 1, iterations: SWEEP_ITERATIONS },
    })
    const verdict = await verdictOf(shop, { model, kl }, sft.model)
    points.push({ beta, gold, kl, reward: curve.at(-1)?.reward ?? Number.NaN, verdict })
  }
  return points
}

export const CI_ROUNDS: Extent = { ...CI, ppoIterations: ROUND_ITERATIONS }

async function verdictOf(
  { trainer, seed, signal }: Workshop,
  candidate: { readonly model: Model; readonly kl: number },
  production: Model,
): Promise<Verdict> {
  const evidence = await tryOut(
    trainer.policy(candidate.model, BATCH),
    trainer.policy(production, BATCH),
    candidate.kl,
    { seed: seedFor(seed, 'trial'), temperature: 1, signal },
  )
  return gate(evidence, { mostKl: MOST_KL, mostLonger: MOST_LONGER })
}
