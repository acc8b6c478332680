import type { PersonalData } from '#core/safety/personal-data.ts'
import type { Pseudonyms } from '#core/safety/pseudonyms.ts'
import type { ShownReplies } from '#core/store/shown-replies.ts'
import type { Store } from '#core/store/store.ts'
import { Ballots } from './ballots.ts'
import { Suggestions } from './console/suggestions.ts'
import { Demonstrations } from './demonstrations.ts'
import { Ledger, type LedgerDeps } from './ledger.ts'
import { Rankings } from './rankings.ts'
import { ComparisonTasks } from './tasks.ts'

export interface FeedbackRecords {
  readonly ledger: Ledger
  readonly demonstrations: Demonstrations
  readonly suggestions: Suggestions
  readonly tasks: ComparisonTasks
  readonly rankings: Rankings
  readonly ballots: Ballots
  /** All of them, for what a person asks about themselves (rule S3). */
  readonly personalData: readonly PersonalData[]
}

export interface OpenFeedbackDeps extends Pick<LedgerDeps, 'replies' | 'transcripts'> {
  readonly shownReplies: ShownReplies
  readonly pseudonyms: Pseudonyms
}

/** Every record of feedback in its place of the store. */
export function openFeedback(store: Pick<Store, 'keyv'>, deps: OpenFeedbackDeps): FeedbackRecords {
  const { shownReplies, pseudonyms, ...judging } = deps
  const records = {
    ledger: new Ledger({ events: store.keyv('ledger'), shown: shownReplies, pseudonyms, ...judging }),
    demonstrations: new Demonstrations(store.keyv('demonstrations'), pseudonyms),
    suggestions: new Suggestions(store.keyv('suggestions'), pseudonyms),
    tasks: new ComparisonTasks(store.keyv('tasks'), pseudonyms),
    rankings: new Rankings(store.keyv('rankings'), pseudonyms),
    ballots: new Ballots(store.keyv('ballots'), pseudonyms),
  }
  return { ...records, personalData: Object.values(records) }
}
