/**
 * Insights: what all the feedback comes to, for people to look at. Rules F1, F2, F5, F6.
 *
 * A fold over streams of records, so that memory does not grow with what was said; nothing is written. What the
 * numbers mean, and where their formulas come from, is said in `statistics/`.
 */
import type { Clock } from '#core/clock.ts'
import type { Demonstration } from './demonstrations.ts'
import type { ReplyFeedback } from './fold.ts'
import type { Insights } from './insights/view.ts'
import type { RankingRecord } from './rankings.ts'
import type { ComparisonTask } from './tasks.ts'

/** Each is read from its beginning whenever it is called. */
export interface InsightSources {
  /** Every reply that people did something about. */
  readonly replies: () => AsyncIterable<ReplyFeedback>
  readonly rankings: () => AsyncIterable<RankingRecord>
  readonly tasks: () => AsyncIterable<ComparisonTask>
  readonly demonstrations: () => AsyncIterable<Demonstration>
}

/** The formulas are loaded by the first who looks: a start has no use for them. */
export const loadFolds = () =>
  Promise.all([
    import('./insights/votes.ts'),
    import('./insights/demonstrations.ts'),
    import('./insights/rankings.ts'),
  ])

export async function foldInsights(sources: InsightSources, at: number): Promise<Insights> {
  const [{ foldVotes }, { foldDemonstrations }, { foldRankings }] = await loadFolds()
  const { votes, reasons } = await foldVotes(sources.replies())
  return {
    ...{ at, votes, reasons },
    demonstrations: await foldDemonstrations(sources.demonstrations()),
    rankings: await foldRankings(sources.rankings(), sources.tasks()),
  }
}

/** A page that is reloaded, or looked at by ten people at once, reads the stores once in this time. */
const KEPT_MS = 5_000

/** Counted when asked for, and kept for some seconds. Who asks meanwhile waits for the same count. */
export function createInsights(sources: InsightSources, clock: Clock): () => Promise<Insights> {
  let kept: { readonly until: number; readonly insights: Promise<Insights> } | undefined
  return () => {
    if (kept !== undefined && clock.now() < kept.until) return kept.insights
    const insights = foldInsights(sources, clock.now())
    const mine = { until: Number.POSITIVE_INFINITY, insights }
    kept = mine
    insights.then(
      () => {
        if (kept === mine) kept = { until: clock.now() + KEPT_MS, insights }
      },
      // Whoever asked is told. The next one tries again.
      () => {
        if (kept === mine) kept = undefined
      },
    )
    return insights
  }
}
