/**
 * All that is done with feedback, on the records of one store. Rules F1 to F6. A Parley that serves loads this with the
 * first thing that somebody does of it (`late-feedback.ts`).
 */
import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import type { LanguageModel, Sampling } from '#core/model/model.ts'
import type { PersonalData } from '#core/safety/personal-data.ts'
import type { Pseudonyms } from '#core/safety/pseudonyms.ts'
import type { ShownReplies } from '#core/store/shown-replies.ts'
import type { Store } from '#core/store/store.ts'
import type { Transcripts } from '#core/store/transcripts.ts'
import { Comparisons } from './comparisons.ts'
import type { ConsoleDesk } from './console-desk.ts'
import type { FeedbackDesk } from './desk.ts'
import { type EmojiMeaning, polarityFrom } from './emoji.ts'
import { createFeedbackDesk } from './feedback-desk.ts'
import type { ReplyFeedback } from './fold.ts'
import type { Insights } from './insights/view.ts'
import { createInsights, type InsightSources } from './insights.ts'
import type { Replies } from './judged-reply.ts'
import type { Ledger } from './ledger.ts'
import { openFeedback } from './open-feedback.ts'
import { takeBack } from './taken-back.ts'

export interface FeedbackDeps {
  readonly store: Pick<Store, 'keyv'>
  readonly shownReplies: ShownReplies
  readonly transcripts: Transcripts
  readonly replies: Replies
  readonly pseudonyms: Pseudonyms
  /** What reactions mean; see `polarityFrom`. */
  readonly emoji: {
    readonly everywhere: readonly EmojiMeaning[]
    readonly workspaces: Readonly<Record<string, EmojiMeaning>>
  }
  /** Suggests to trainers. */
  readonly model: LanguageModel
  readonly sampling: Sampling
  readonly contextTokens: number
  /** How many are drawn for a suggestion, of which the best is given; one when left out. */
  readonly bestOf?: number | undefined
  readonly clock: Clock
  readonly log: Logger
  /** Aborts when Parley stops. */
  readonly signal: AbortSignal
}

export interface Feedback {
  readonly ledger: Ledger
  readonly desk: FeedbackDesk
  readonly comparisons: Comparisons
  readonly replies: Replies
  /** All records, for what a person asks about themselves (rule S3). */
  readonly personalData: readonly PersonalData[]
  console(): Promise<ConsoleDesk>
  insights(): Promise<Insights>
  /** Every reply that people did something about. */
  repliesWithFeedback(): AsyncIterable<ReplyFeedback>
  /** A message was deleted, and what copied it goes too (rule T6). */
  takeBack(thread: string, place: number): Promise<void>
}

export function createFeedback(deps: FeedbackDeps): Feedback {
  const { store, shownReplies, transcripts, replies, pseudonyms, emoji, clock, log, signal } = deps
  const records = openFeedback(store, { shownReplies, transcripts, pseudonyms, replies })
  const { ledger, demonstrations, suggestions, tasks, rankings, ballots } = records
  const repliesWithFeedback = async function* () {
    const { repliesWithFeedback } = await import('./replies-with-feedback.ts')
    yield* repliesWithFeedback(ledger.events(), polarityFrom(emoji.everywhere, emoji.workspaces))
  }
  const sources: InsightSources = {
    replies: repliesWithFeedback,
    rankings: () => rankings.all(),
    tasks: () => tasks.all(),
    demonstrations: () => demonstrations.all(),
  }
  return {
    ...{ ledger, replies, repliesWithFeedback, personalData: records.personalData },
    desk: createFeedbackDesk({ replies, shown: shownReplies, ledger, demonstrations, pseudonyms }),
    comparisons: new Comparisons({ replies, tasks, rankings, ballots, pseudonyms, clock, log, signal }),
    console: async () => {
      const { createConsole } = await import('./console/console.ts')
      const { model, sampling, contextTokens, bestOf } = deps
      const suggesting = { suggestions, pseudonyms, model, sampling, contextTokens, bestOf, clock }
      return createConsole({ demonstrations, ...suggesting })
    },
    insights: createInsights(sources, clock),
    takeBack: (thread, place) => takeBack(thread, place, { tasks, demonstrations, replies }),
  }
}
