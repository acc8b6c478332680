/** What a turn works with: everything around the dialogue, given in by the composition root. */
import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import type { Surfaces } from '#core/delivery/surface.ts'
import type { LanguageModel, Sampling } from '#core/model/model.ts'
import type { AccessLists } from '#core/safety/access.ts'
import type { Budgets } from '#core/safety/budgets.ts'
import type { ShownReplies } from '#core/store/shown-replies.ts'
import type { Transcripts } from '#core/store/transcripts.ts'
import type { Inbox } from '#core/turns/inbox.ts'
import type { PastMessage, Question } from './question.ts'
import type { RunningReplies } from './running.ts'
import type { SystemPrompt } from './system-prompt.ts'

/** What the dialogue needs of a platform: where replies are shown, and what was said before the assistant came. */
export interface Stage extends Surfaces {
  past(question: Question, signal: AbortSignal): Promise<readonly PastMessage[]>
}

export interface TurnDeps {
  readonly inbox: Inbox
  readonly transcripts: Transcripts
  readonly shownReplies: ShownReplies
  readonly running: RunningReplies
  /** Left out: nobody's answers are counted. */
  readonly budgets?: Pick<Budgets, 'spend'> | undefined
  /** Who may ask, and where; left out: everybody, everywhere. */
  readonly access?: AccessLists | undefined
  readonly model: LanguageModel
  readonly sampling: Sampling
  /** How many answers are drawn for a reply, of which the best is given; one when left out. */
  readonly bestOf?: number | undefined
  readonly systemPrompt: SystemPrompt
  readonly contextTokens: number
  /**
   * Resolves once the platform is up, and rejects with the signal's reason when that aborts first: what waits for a
   * platform has not failed.
   *
   * @throws Error when no such platform is configured any more.
   */
  readonly stage: (platform: string, signal: AbortSignal) => Promise<Stage>
  readonly clock: Clock
  readonly log: Logger
}
