/**
 * The port that every platform implements, and what the core gives it in return.
 *
 * An adapter normalises what comes in, drops what is not for us, and opens surfaces for what goes out. It decides
 * nothing about turns, pacing or splitting. Its promises are the scenario suite in `test/scenarios`.
 */
import type { RequestListener } from 'node:http'
import type { Logger } from 'pino'
import type { Surfaces } from '#core/delivery/surface.ts'
import type { PastMessage, Question } from '#core/dialogue/question.ts'
import type { Deletion, Edit, RegenerateRequest, Regeneration, StopTarget } from '#core/dialogue/request.ts'
import type { ComparisonDesk, Invitation } from '#core/feedback/comparison-desk.ts'
import type { ConsoleDesk } from '#core/feedback/console-desk.ts'
import type { FeedbackDesk } from '#core/feedback/desk.ts'
import type { Insights } from '#core/feedback/insights/view.ts'
import type { Reaction } from '#core/feedback/reaction.ts'
import type { Vote } from '#core/feedback/vote.ts'
import type { TrainingView } from '#core/learning/jobs/view.ts'
import type { PersonalData } from '#core/safety/personal-data.ts'
import type { PrivacyDesk } from '#core/safety/privacy-desk.ts'
import type { ThreadRef } from '#core/thread.ts'

/** The core, as an adapter sees it. */
export interface Host {
  /**
   * Take a question in. Resolves once it is on disk: only then may the platform be told that it arrived (rule T1).
   * @throws Error when the store is down; the adapter must then not acknowledge.
   */
  accept(question: Question): Promise<'accepted' | 'duplicate'>
  /** True when a question of this thread was ever accepted: follow-ups need no mention, also after a restart. */
  owns(thread: ThreadRef): Promise<boolean>
  /** Record a reaction if it is on one of our replies. */
  react(reaction: Reaction): Promise<void>
  /** Record a press on good or bad. False when the reply is not ours. */
  vote(vote: Vote): Promise<boolean>
  /**
   * Stop the reply that is being written, and keep its text so far (rule T5). The model is cancelled at once.
   * @returns false when nothing is being written there.
   */
  stop(target: StopTarget): Promise<boolean>
  /** Answer again. The earlier answer is kept as an alternative, and the new one takes its place (rule T5). */
  regenerate(request: RegenerateRequest): Promise<Regeneration>
  /**
   * A person changed the text of a message. The newest question is answered again; an older one changes what is
   * remembered (rule T6). Messages that are not questions of ours, and edits that leave the text as it was, do nothing.
   */
  edited(edit: Edit): Promise<void>
  /** A person deleted a message: it leaves history and every dataset (rule T6). Any message may be given. */
  deleted(deletion: Deletion): Promise<void>
  /** Reasons, and better replies written by people. */
  readonly feedback: FeedbackDesk
  /** Several answers to one prompt, ranked blind. */
  readonly comparisons: ComparisonDesk
  /** What people may ask about themselves. */
  readonly privacy: PrivacyDesk
  /** Whole dialogues, written and reviewed by trainers. */
  readonly console: ConsoleDesk
  /** What all the feedback comes to. @throws Error when the store is down */
  insights(): Promise<Insights>
  /** How training goes, and went. */
  training(): Promise<TrainingView>
  readonly log: Logger
}

export interface Platform extends Surfaces {
  /** `slack`, `discord` or `web`; the `platform` of every thread it brings in. */
  readonly name: string
  /** HTTP paths this platform serves on Parley's own port. Known before `start`. */
  readonly routes?: readonly Route[]
  /** What this platform keeps of people in a store of its own. Works before `start` and without it (rule S3). */
  readonly personalData?: readonly PersonalData[]
  /**
   * Why it does not work at the moment although it has started, and what to do; undefined where all is well. It goes on
   * trying by itself.
   */
  readonly trouble?: string | undefined
  /**
   * Log in and begin to listen. Resolves when events flow.
   * @throws PlatformError; `fault.permanent` says whether trying again could help.
   */
  start(host: Host): Promise<void>
  /** Take no more events. Open surfaces keep working until the process ends. */
  stop(): Promise<void>
  /** What was said in the thread before the question, oldest first (rule C1). */
  past(question: Question, signal: AbortSignal): Promise<readonly PastMessage[]>
  /** Post an invitation to rank, with a button that opens the ballot. @throws SurfaceError */
  invite?(invitation: Invitation, signal: AbortSignal): Promise<void>
}

export interface Route {
  /** Requests whose path is this, or lies below it, go to `listener`. The longest matching prefix wins. */
  readonly prefix: string
  readonly listener: RequestListener
}
