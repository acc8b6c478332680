/**
 * How often people who ranked the same answers prefer the same one. A reward model cannot be expected to agree with
 * people much more often than they do with each other: InstructGPT's was right in 72.4 of 100 (arXiv 2203.02155), its
 * raters agreed in 72.6.
 */
import { taskAgreement } from '#core/feedback/statistics/agreement.ts'
import {
  clusteredProportion,
  NO_CLUSTERS,
  type Proportion,
  withCluster,
} from '#core/feedback/statistics/proportion.ts'
import { SPLITS } from '#core/learning/dataset/dataset.ts'
import { FORMATS } from '#core/learning/dataset/formats.ts'
import type { Manifest } from '#core/learning/dataset/manifest.ts'
import { rowsOf } from '#core/learning/jobs/dataset.ts'
import type { RankRow } from './head/rankings.ts'

/** A row is what one person said. @returns undefined when nobody ranked what somebody else did. */
export function agreementOf(rows: Iterable<RankRow>): Proportion | undefined {
  const comparisons = Map.groupBy(rows, ({ prompt, candidates }) => JSON.stringify([prompt, candidates]))
  let sums = NO_CLUSTERS
  for (const people of comparisons.values())
    sums = withCluster(sums, taskAgreement(people.map((row) => ({ places: placesOf(row), slots: [] }))))
  return clusteredProportion(sums) ?? undefined
}

/**
 * Of a dataset directory. All splits: what people think of each other's answers is nothing a model could have learned.
 *
 * @returns metrics by name; none when nobody ranked what somebody else did.
 */
export async function agreementIn(
  folder: string,
  manifest: Manifest,
): Promise<Readonly<Record<string, number>>> {
  const splits = await Promise.all(
    SPLITS.map((split) => rowsOf(folder, manifest, ['rank', FORMATS.rank], split)),
  )
  const found = agreementOf(splits.flat())
  if (found === undefined) return {}
  const { share, low, high, of } = found
  return { agreement: share, agreementLow: low, agreementHigh: high, agreementPairs: of }
}

/** Of a reward model and of the people it learned from, from the metrics of either's making. */
export interface AgainstRaters {
  /** Share of preferences. */
  readonly accuracy: number
  /** Share of the preferences of two people; absent when nobody ranked what somebody else did. */
  readonly agreement?: number
}

/** For people: what a reward model's accuracy is worth. */
export function sayAgainstRaters(
  { accuracy, agreement }: AgainstRaters,
  metrics: Readonly<Record<string, number>> = {},
): string {
  const right = `right in ${hundredths(accuracy)} of 100`
  if (agreement === undefined)
    return `${right}; no two people ranked the same answers, so how often raters agree among themselves is not known.`
  const { agreementLow: low, agreementHigh: high, agreementPairs: pairs } = metrics
  const bounds =
    low === undefined || high === undefined || pairs === undefined
      ? ''
      : ` (95 %: ${hundredths(low)} to ${hundredths(high)}, of ${pairs} preferences)`
  return `${right}; raters agree among themselves in ${hundredths(agreement)}${bounds}.`
}

const hundredths = (share: number): number => Math.round(100 * share)

/** How many answers are better, for each. */
function placesOf({ candidates, order }: RankRow): readonly number[] {
  const places = candidates.map(() => 0)
  let better = 0
  for (const tied of order) {
    for (const answer of tied) places[answer] = better
    better += tied.length
  }
  return places
}
