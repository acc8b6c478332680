import { REASON_LABELS, REASON_TAGS } from '#core/feedback/desk.ts'
import type { FeedbackStats, Tally } from '#core/feedback/stats.ts'

/** More lines of one table than people read; `--json` has them all. The newest days, or what has the most votes. */
const MOST_ROWS = 14

/** The same as `--json`, for reading. */
export function statsForPeople(stats: FeedbackStats): string {
  const { votes, labels } = stats
  const head = [
    `${stats.events} events on ${stats.replies} replies by ${stats.raters} people who voted`,
    `${votes.good} good, ${votes.bad} bad${shareOf(votes)}`,
    `Replies: ${labels.good} good, ${labels.bad} bad, ${labels.none} neither`,
    `${stats.retracted} votes taken back, ${stats.changes} changes of mind, ${stats.conflicted} people in two minds`,
    `${stats.corrections} better replies written`,
  ]
  const tables = [
    table('By day', stats.byDay.slice(-MOST_ROWS)),
    table('By platform', stats.byPlatform),
    table('By model', stats.byModel.slice(0, MOST_ROWS)),
    table('By prompt version', stats.byPromptVersion.slice(0, MOST_ROWS)),
    reasons(stats.reasons),
  ].filter((lines) => lines.length > 0)
  return [head, ...tables].map((lines) => `${lines.join('\n')}\n`).join('\n')
}

function table(title: string, tallies: readonly Tally[]): readonly string[] {
  if (tallies.length === 0) return []
  const width = Math.max(...tallies.map(({ name }) => name.length))
  const rows = tallies.map(
    (tally) =>
      `  ${tally.name.padEnd(width)}  ${count(tally.good)} good  ${count(tally.bad)} bad${shareOf(tally)}`,
  )
  return [title, ...rows]
}

const count = (value: number): string => String(value).padStart(6)

const shareOf = ({ share }: Tally): string =>
  share === null ? '' : `  ${percent(share.share)} good (${percent(share.low)} to ${percent(share.high)})`

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

function reasons(found: FeedbackStats['reasons']): readonly string[] {
  if (found.length === 0) return []
  const labels = new Map<string, string>(REASON_TAGS.map((tag) => [tag, REASON_LABELS[tag]]))
  const width = Math.max(...found.map(({ tag }) => (labels.get(tag) ?? tag).length))
  return [
    'Reasons',
    ...found.map(({ tag, count: n }) => `  ${(labels.get(tag) ?? tag).padEnd(width)}  ${count(n)}`),
  ]
}
