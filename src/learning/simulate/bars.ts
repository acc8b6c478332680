/** What must hold on the planted world: measured values, less what seeds and rounding take. */
import type { RoundReport, SeedReport, SweepPoint } from './run.ts'

/** What one round came to. */
interface Figures {
  /** Share of held-out pairs in the people's order; `ceiling` is the share that can be had. */
  readonly rmAccuracy: number
  readonly ceiling: number
  /** Planted reward beyond that of a single answer, and beyond the supervised model's. */
  readonly bestOf4Lift: number
  readonly ppoLift: number
  /** Nats per answer. */
  readonly kl: number
}

/** What `--json` ends with: the first round's figures, and each round's where there are several. */
export interface Summary extends Figures {
  readonly seed: number
  /** Mean planted reward of the supervised model. */
  readonly sftGold: number
  readonly rounds?: readonly Figures[]
}

const LEAST_ACCURACY = 0.7
const MOST_BELOW_CEILING = 0.1
const LEAST_BEST_OF_4_LIFT = 0.5
const LEAST_PPO_LIFT = 0.35
const MOST_KL = 6
/** Without a penalty the policy moves at least so many times as far, and is worse by so much. */
const LEAST_RATIO_OF_KL = 3
const LEAST_LOSS_OF_HACKING = 0.3
/** A second round may be so much worse, and is so much better than the supervised model. */
const MOST_LOSS_OF_ROUND = 0.05
const LEAST_LIFT_OF_ROUNDS = 0.5
/** It moves again from the supervised model, and may go so far. */
const MOST_KL_OF_ROUNDS = 8

export function summaryOf({ seed, sftGold, rounds }: SeedReport): Summary {
  const [first] = rounds
  if (first === undefined) throw new Error('There was no round.')
  const figuresOf = ({ rmAccuracy, ceiling, bestOf4Lift, gold, kl }: RoundReport): Figures => ({
    ...{ rmAccuracy, ceiling, bestOf4Lift, ppoLift: gold - sftGold, kl },
  })
  const all = rounds.length > 1 && { rounds: rounds.map(figuresOf) }
  return { seed, sftGold, ...figuresOf(first), ...all }
}

/** Sentences, none when all is well. A number that is none misses its bar. */
export function missedBySeed({
  seed,
  rmAccuracy,
  ceiling,
  bestOf4Lift,
  ppoLift,
  kl,
}: Summary): readonly string[] {
  const of = `Seed ${seed}:`
  return [
    ...atLeast(`${of} the reward model's accuracy`, rmAccuracy, LEAST_ACCURACY),
    ...atLeast(`${of} the reward model's accuracy`, rmAccuracy, ceiling - MOST_BELOW_CEILING),
    ...atLeast(`${of} what the best of four brings`, bestOf4Lift, LEAST_BEST_OF_4_LIFT),
    ...atLeast(`${of} what PPO brings`, ppoLift, LEAST_PPO_LIFT),
    ...atLeast(`${of} the room left of ${MOST_KL} nats of KL`, MOST_KL - kl, 0),
  ]
}

export function missedByRounds({ seed, sftGold, rounds }: SeedReport): readonly string[] {
  return rounds.slice(1).flatMap(({ gold, kl }, nth) => {
    const before = rounds[nth]?.gold ?? Number.NaN
    const of = `Seed ${seed}, round ${nth + 2}:`
    return [
      ...atLeast(`${of} the planted reward`, gold, before - MOST_LOSS_OF_ROUND),
      ...atLeast(`${of} the planted reward`, gold, sftGold + LEAST_LIFT_OF_ROUNDS),
      ...atLeast(`${of} the room left of ${MOST_KL_OF_ROUNDS} nats of KL`, MOST_KL_OF_ROUNDS - kl, 0),
    ]
  })
}

/** @param usual the beta that is compared with 0, and with the largest: a larger penalty keeps the policy nearer. */
export function missedBySweep(points: readonly SweepPoint[], usual: number): readonly string[] {
  const [kept, hacked] = [usual, 0].map((beta) => points.find((point) => point.beta === beta))
  const held = points.toSorted((one, other) => other.beta - one.beta)[0]
  if (kept === undefined || hacked === undefined || held === undefined || held === kept)
    return [`The sweep is to have beta 0, ${usual} and a larger one.`]
  return [
    ...atLeast('KL without a penalty', hacked.kl, LEAST_RATIO_OF_KL * kept.kl),
    ...atLeast('The planted reward with a penalty', kept.gold, hacked.gold + LEAST_LOSS_OF_HACKING),
    ...(held.kl < kept.kl ? [] : [`KL with beta ${held.beta} is not below that with ${usual}.`]),
    ...(hacked.verdict.passed ? ['The gate let the model through that was trained without a penalty.'] : []),
    ...(kept.verdict.passed ? [] : ['The gate refused the model that was trained with a penalty.']),
  ]
}

const atLeast = (what: string, got: number, bar: number): readonly string[] =>
  got >= bar ? [] : [`${what} is ${got.toFixed(3)}; it must be at least ${bar.toFixed(3)}.`]
