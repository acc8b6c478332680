import type { Source } from './example.ts'
import { SOURCES } from './example.ts'

/** Why something that was given is not in a dataset: each with what it means and what to do, for people. */
export const DROPS = {
  unfinished: 'not submitted yet, or turned down in the review. Finish and submit it in the trainer console.',
  incomplete: 'without a question or an answer.',
  unranked:
    'nobody whose ranking may be used has ranked it. Rank it: "Compare answers" below a reply, or the console.',
  undecided: 'votes that disagree, or none left. One more vote may settle it.',
  withdrawn: 'a comparison that was withdrawn, or asks the same person again.',
  deleted: 'its question or its reply was deleted.',
  changed: 'something in its conversation was edited or deleted since.',
  source: 'from a place whose text may not train a model here.',
  consent:
    'somebody whose words or judgement are in it has not agreed. People agree for themselves: /parley privacy, or the privacy page of the web workspace.',
  duplicate: 'the same words as an earlier one.',
  'near-duplicate': 'nearly the same words as an earlier one (Jaccard 0.8 or more).',
  bridge: 'it would join conversations of two splits, for example train and test.',
  limit: 'somebody in it is in as many examples as allowed. Raise --per-person to take more.',
  mix: 'more of its source than --mix asks for.',
} as const
export type Drop = keyof typeof DROPS

export interface DropCount {
  readonly source: Source
  readonly reason: Drop
  readonly count: number
}

/** How many of each source were left out, and why; and how many came. */
export class Tally {
  readonly #seen = new Map<Source, number>()
  readonly #dropped = new Map<Source, Map<Drop, number>>()

  saw(source: Source): void {
    this.#seen.set(source, (this.#seen.get(source) ?? 0) + 1)
  }

  drop(source: Source, reason: Drop): void {
    const reasons = this.#dropped.get(source) ?? new Map<Drop, number>()
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    this.#dropped.set(source, reasons)
  }

  seen(source: Source): number {
    return this.#seen.get(source) ?? 0
  }

  /** Sorted by source and reason, so that the same records give the same bytes. */
  get drops(): readonly DropCount[] {
    return SOURCES.flatMap((source) =>
      [...(this.#dropped.get(source) ?? [])]
        .map(([reason, count]) => ({ source, reason, count }))
        .toSorted((a, b) => (a.reason < b.reason ? -1 : 1)),
    )
  }
}
