/** What people ask for besides asking a question: stop, again, and second thoughts about what they wrote. */
import type { MessageRef, Speaker, ThreadRef } from '#core/thread.ts'

/** By the reply that a button named, or by the thread, where the platform's own stop names no reply. */
export type StopTarget = { readonly reply: string } | { readonly thread: ThreadRef }

export interface RegenerateRequest {
  /** The same for every delivery of one press, so that it is done once (rule T1). */
  readonly id: string
  readonly reply: string
  readonly by: Speaker
  /** When it was pressed, milliseconds since the epoch. */
  readonly at: number
}

export type Regeneration =
  | 'accepted'
  | 'duplicate'
  /** The conversation has gone on since: only the newest answer can be done again. */
  | 'outdated'
  /** What it answers was deleted: there is nothing to answer again. */
  | 'unasked'
  | 'unknown'

export interface Edit {
  /** The id of the question, as `Question.id` had it. */
  readonly question: string
  /** The same for every delivery of one edit (Slack's `edited.ts`, Discord's `edited_timestamp`). */
  readonly version: string
  /** The whole new text, normalised as for a question. */
  readonly text: string
  /** Whom the new text mentions, as in a `Question`. */
  readonly named?: readonly Speaker[]
  readonly at: number
}

export interface Deletion {
  /** The id that a question in this message would have. */
  readonly question: string
  /** The message itself: it may show a reply of ours. */
  readonly message: MessageRef
  readonly at: number
}
