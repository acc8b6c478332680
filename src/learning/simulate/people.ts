/** What the people of the planted world are asked, and what a policy is worth to them. */
import { Random } from '#core/learning/local/random.ts'
import { pairsOf } from '#core/learning/local/reward.ts'
import type { Completion, Policy, Ranking, SampleOptions, Scorer } from '#core/learning/local/trainer.ts'
import { ask, demonstration, goldOf, RANKED, rank, TOPICS, topicOf } from './world.ts'

/** Answered at once. */
export const BATCH = 64

export function demonstrations(seed: number, count: number): readonly Completion[] {
  const random = new Random(seed, 'demonstrations')
  return Array.from({ length: count }, () => demonstration(random))
}

/** @returns `count` rankings of what the policy says: up to four different answers of a prompt, two at least. */
export async function askPeople(
  policy: Policy,
  count: number,
  { seed, ...options }: SampleOptions,
): Promise<readonly Ranking[]> {
  const random = new Random(seed, 'rankings')
  const rankings: Ranking[] = []
  while (rankings.length < count) {
    const topics = groups(BATCH / RANKED, rankings.length)
    const answers = await policy.sample(topics.map(ask), { ...options, seed: random.below(2 ** 31) })
    for (let at = 0; at < topics.length; at += RANKED) {
      const different = [...new Set(answers.slice(at, at + RANKED))]
      if (different.length > 1) rankings.push(rank(topics[at] ?? '', different, random))
    }
  }
  return rankings.slice(0, count)
}

/** Mean planted reward of what the policy says. */
export async function worthOf(policy: Policy, count: number, options: SampleOptions): Promise<number> {
  const topics = groups(count, 0, 1)
  const answers = await policy.sample(topics.map(ask), options)
  return mean(answers.map((answer, nth) => goldOf(topics[nth] ?? '', answer)))
}

/** Mean planted reward of the one in four that the scorer likes best, beyond that of any. */
export async function bestOfFourLift(
  policy: Policy,
  scorer: Scorer,
  count: number,
  options: SampleOptions,
  signal: AbortSignal,
): Promise<number> {
  const topics = groups(count, 0)
  const answers = await policy.sample(topics.map(ask), options)
  const rows = answers.map((completion, nth) => ({ prompt: ask(topics[nth] ?? ''), completion }))
  const scores = await scorer(rows, signal)
  const gold = answers.map((answer, nth) => goldOf(topics[nth] ?? '', answer))
  const best = Array.from({ length: count }, (_, group) => {
    const ofGroup = scores.slice(group * RANKED, (group + 1) * RANKED)
    return gold[group * RANKED + ofGroup.indexOf(Math.max(...ofGroup))] ?? Number.NaN
  })
  return mean(best) - mean(gold)
}

/** Share of the pairs in which people chose as the planted reward says: nobody who learns from them can do better. */
export function ceilingOf(rankings: readonly Ranking[]): number {
  const agreed = rankings.flatMap((ranking) => {
    const topic = topicOf(ranking.prompt)
    const worth = ranking.candidates.map((answer) => goldOf(topic, answer))
    return pairsOf(ranking).map(([better, worse]) => (worth[better] ?? 0) > (worth[worse] ?? 0))
  })
  return agreed.filter(Boolean).length / agreed.length
}

/** Topics in turn, each `times` times. */
const groups = (count: number, first: number, times = RANKED): readonly string[] =>
  Array.from(
    { length: count * times },
    (_, nth) => TOPICS[(first + Math.floor(nth / times)) % TOPICS.length] ?? '',
  )

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length
