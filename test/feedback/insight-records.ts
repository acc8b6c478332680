/** Records as the stores of feedback hold them, in as few words as a test has. */
import type { RaterVote, ReplyFeedback } from '#core/feedback/fold.ts'
import type { InsightSources } from '#core/feedback/insights.ts'
import type { RankingRecord } from '#core/feedback/rankings.ts'
import { proportion } from '#core/feedback/statistics/proportion.ts'
import type { ComparisonTask } from '#core/feedback/tasks.ts'
import { exampleTask } from './examples.ts'

export const DAY_MS = 86_400_000
export const MONDAY = Date.UTC(2026, 10, 16)

export async function* stream<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) yield item
}

export interface Given {
  readonly replies?: readonly ReplyFeedback[]
  readonly rankings?: readonly RankingRecord[]
  readonly tasks?: readonly ComparisonTask[]
}
export const sources = ({ replies = [], rankings = [], tasks = [] }: Given): InsightSources => ({
  replies: () => stream(replies),
  rankings: () => stream(rankings),
  tasks: () => stream(tasks),
  demonstrations: () => stream([]),
})

export const vote = (rater: string, value: RaterVote['value'], more: Partial<RaterVote> = {}): RaterVote => ({
  ...{ rater, value, at: MONDAY, requester: false, by: 'button', conflicted: false, changes: 0 },
  ...more,
})

export function reply(name: string, ...votes: readonly RaterVote[]): ReplyFeedback {
  const good = votes.filter(({ value }) => value === 1).length
  const bad = votes.filter(({ value }) => value === -1).length
  return {
    ...{ reply: name, platform: 'web', thread: 'web:general:1', votes, good, bad },
    ...{ score: good - bad, label: 0, share: proportion(good, good + bad), reasons: [], corrections: [] },
  }
}

/** @param lengths by answer, in characters. */
export function task(
  id: string,
  lengths: Readonly<Record<string, number>>,
  more: Partial<ComparisonTask> = {},
): ComparisonTask {
  const candidates = Object.entries(lengths).map(([name, length]) => ({
    ...{ id: name, text: 'x'.repeat(length), at: 0 },
  }))
  return exampleTask({ id, candidates, wanted: candidates.length, raters: 2, ...more })
}

let rankingsMade = 0
/** `order` best first; answers that are as good as each other share an entry: `['a', 'bc']`. */
export function ranking(
  name: string,
  rater: string,
  order: readonly string[],
  more: Partial<RankingRecord> = {},
): RankingRecord {
  const groups = order.map((group) => [...group])
  rankingsMade += 1
  return {
    ...{ schema: 1, id: String(rankingsMade).padStart(13, '0'), at: 0, provenance: 'web', task: name, rater },
    ...{ displayed: groups.flat().toSorted(), order: groups, allBad: false },
    ...more,
  }
}
