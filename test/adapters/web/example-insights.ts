/** Insights for the page to show: counted from records that seeded chance made, so that every number is possible. */
import { REASON_LABELS } from '#core/feedback/desk.ts'
import type { RaterVote, ReplyFeedback } from '#core/feedback/fold.ts'
import type { Insights } from '#core/feedback/insights/view.ts'
import { foldInsights } from '#core/feedback/insights.ts'
import type { RankingRecord } from '#core/feedback/rankings.ts'
import type { ComparisonTask } from '#core/feedback/tasks.ts'
import type { TrainingView } from '#core/learning/jobs/view.ts'
import { DAY_MS, MONDAY, ranking, reply, sources, task, vote } from '#test/feedback/insight-records.ts'
import { shuffled } from '#test/feedback/statistics/simulate.ts'
import { seeded } from '#test/seeded.ts'

const PEOPLE = ['ana', 'tom', 'mira', 'jonas', 'pia', 'lena', 'omar', 'kim']
const MODELS = [
  { model: 'gpt-6-luna', good: 0.82 },
  { model: 'gpt-6-luna-mini', good: 0.64 },
  { model: 'llama-4-8b-instruct-q4_k_m', good: 0.55 },
]
const PROMPTS = ['3f9a1c07be21', 'b80d5e6641f3']

export interface Size {
  readonly replies: number
  readonly days: number
  readonly tasks: number
}

/** @param seed names all of it. */
export async function exampleInsights(seed: number, { replies, days, tasks }: Size): Promise<Insights> {
  const random = seeded(seed)
  const made = Array.from({ length: replies }, (_, nth) => judged(`reply ${nth}`, random, days))
  const compared = Array.from({ length: tasks }, (_, nth) => comparison(`task ${nth}`, random))
  const insights = await foldInsights(
    sources({
      replies: made,
      tasks: compared.map(({ asked }) => asked),
      rankings: compared.flatMap(({ ranked }) => ranked),
    }),
    MONDAY + 9.5 * 60 * 60_000,
  )
  const named = [41, 23, 17, 9, 6, 2]
  return {
    ...insights,
    reasons: Object.entries(REASON_LABELS).map(([tag, label], nth) => ({
      ...{ tag, label },
      count: Math.ceil(((named[nth] ?? 1) * replies) / 400),
    })),
    demonstrations: { draft: 3, submitted: 12, reviewed: 31, rejected: 2, corrections: 19 },
  }
}

function judged(name: string, random: () => number, days: number): ReplyFeedback {
  const { model, good } = pick(MODELS, random)
  const at = MONDAY - Math.floor(random() ** 1.4 * days) * DAY_MS
  const easy = random() < good
  const votes = shuffled(PEOPLE.length, random)
    .slice(0, 1 + Math.floor(random() ** 2 * 4))
    .map((person): RaterVote => {
      const value = random() < 0.85 ? (easy ? 1 : -1) : easy ? -1 : 1
      return vote(PEOPLE[person] ?? '', value, { at, model, promptVersion: pick(PROMPTS, random) })
    })
  return reply(name, ...votes)
}

/** Four answers, which three people rank almost in the order of what they are worth. */
function comparison(
  name: string,
  random: () => number,
): { readonly asked: ComparisonTask; readonly ranked: readonly RankingRecord[] } {
  const answers = ['a', 'b', 'c', 'd'].map((id) => ({ id, worth: random(), length: 80 + random() * 900 }))
  const asked = task(name, Object.fromEntries(answers.map(({ id, length }) => [id, Math.round(length)])))
  const ranked = shuffled(PEOPLE.length, random)
    .slice(0, 3)
    .map((person) => {
      const displayed = shuffled(4, random).map((at) => answers[at]?.id ?? '')
      const order = answers
        .map(({ id, worth, length }) => {
          // What stands first, and what is long, looks a little better than it is.
          const lean = (displayed[0] === id ? 0.18 : 0) + length / 4_000
          return { id, seems: worth + lean + (random() - 0.5) * 0.9 }
        })
        .toSorted((one, other) => other.seems - one.seems)
        .map(({ id }) => id)
      return ranking(name, PEOPLE[person] ?? '', order, { displayed, allBad: random() < 0.05 })
    })
  return { asked, ranked }
}

function pick<T>(items: readonly T[], random: () => number): T {
  const picked = items[Math.floor(random() * items.length)]
  if (picked === undefined) throw new Error('nothing to pick from')
  return picked
}

/** As a run of PPO goes that has got so far, and one that was begun a moment ago. */
export const exampleTraining: TrainingView = {
  runs: [
    {
      ...{ id: '20261123-120530-ppo-4f1a', engine: 'local', stage: 'ppo', state: 'running' },
      createdAt: Date.UTC(2026, 10, 23, 12, 5, 30),
      progress: { done: 12, total: 30, unit: 'iterations' },
      curves: [
        { name: 'loss', points: climb((nth) => 2 - nth * 0.1) },
        { name: 'reward', points: climb((nth) => 0.1 + nth * 0.08) },
        { name: 'kl', points: climb((nth) => nth * 0.12) },
      ],
    },
    {
      ...{ id: '20261123-110000-rm-00c2', engine: 'head', stage: 'rm', state: 'queued' },
      ...{ createdAt: Date.UTC(2026, 10, 23, 11), progress: null, curves: [] },
    },
    {
      ...{ id: '20261123-100000-sft-77b1', engine: 'trl', stage: 'sft', state: 'failed' },
      ...{ createdAt: Date.UTC(2026, 10, 23, 10), progress: null, curves: [] },
    },
  ],
  older: 3,
}

/** Twelve steps. Rounded, so that the table shows the very same number. */
function climb(valueAt: (nth: number) => number) {
  return Array.from({ length: 12 }, (_, nth) => ({
    step: nth + 1,
    value: Math.round(valueAt(nth) * 100) / 100,
  }))
}
