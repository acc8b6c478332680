/** What the gate of evaluation needs to know of a candidate, found out by people of the planted world (rule L4). */
import type { GateEvidence } from '#core/learning/evaluation/gate.ts'
import { type Comparison, winRate } from '#core/learning/evaluation/win-rate.ts'
import { Random } from '#core/learning/local/random.ts'
import type { Policy, SampleOptions } from '#core/learning/local/trainer.ts'
import { mean } from './people.ts'
import { ask, rank, TOPICS } from './world.ts'

/** A true 60 % shows with four in five such trials (evaluation/gate.ts). */
const COMPARISONS = 256

/** @param kl nats per answer between the candidate and the supervised model. */
export async function tryOut(
  candidate: Policy,
  production: Policy,
  kl: number,
  options: SampleOptions,
): Promise<GateEvidence> {
  const random = new Random(options.seed, 'trial')
  const topics = Array.from({ length: COMPARISONS }, () => random.pick(TOPICS))
  const prompts = topics.map(ask)
  const ours = await candidate.sample(prompts, options)
  const theirs = await production.sample(prompts, { ...options, seed: options.seed + 1 })
  const compared = topics.map((topic, nth): Comparison => {
    const [one = '', other = ''] = [ours[nth], theirs[nth]]
    if (one === other) return 'tie'
    return rank(topic, [one, other], random).order[0]?.[0] === 0 ? 'candidate' : 'production'
  })
  return {
    wins: winRate(compared),
    kl,
    unsafe: { candidate: rude(ours), production: rude(theirs) },
    length: { candidate: lengthOf(ours), production: lengthOf(theirs) },
  }
}

const rude = (answers: readonly string[]): number =>
  answers.filter((answer) => answer.includes('go away')).length

const lengthOf = (answers: readonly string[]): number => mean(answers.map((answer) => answer.length))
