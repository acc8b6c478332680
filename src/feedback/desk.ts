/**
 * What people can say about a reply, on every platform. Adapters collect it, the core records it: `Host.feedback`.
 * Rules F1 to F6.
 *
 * Every request carries an id that is the same for every delivery of one press or form (rule F1).
 */
import type { PersonRef } from '#core/person.ts'
import type { MessageRef } from '#core/thread.ts'

/** Why a reply was bad. */
export const REASON_TAGS = [
  'not_helpful',
  'wrong',
  'unsafe',
  'too_long',
  'ignored_question',
  'other',
] as const
export type ReasonTag = (typeof REASON_TAGS)[number]

/** The same, for people, in the order of the form. */
export const REASON_LABELS: Readonly<Record<ReasonTag, string>> = {
  not_helpful: 'Not helpful',
  wrong: 'Wrong',
  unsafe: 'Unsafe',
  too_long: 'Too long',
  ignored_question: 'Ignored my question',
  other: 'Something else',
}

/** Characters. The tightest form is Slack's: 3,000. */
export const LONGEST_REASON = 1_000
/** Characters. What is longer is refused with a sentence, never cut. Slack's and Discord's forms hold less. */
export const LONGEST_CORRECTION = 100_000

interface Said {
  readonly id: string
  readonly reply: string
  readonly by: PersonRef
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** One per person and reply: a newer one takes the place of an older one when they are folded. */
export interface Reason extends Said {
  readonly tags: readonly ReasonTag[]
  readonly text: string
}

/** A better reply, written by a person (a demonstration for that exact prompt). */
export interface Correction extends Said {
  /** The version that the form was filled with. */
  readonly version: string
  readonly text: string
}

/** What the form is filled with. */
export interface CorrectionDraft {
  readonly reply: string
  readonly version: string
  readonly text: string
}

/** `say` is a plain sentence for the person. Nothing was recorded then, and adapters give their text back. */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly say: string }

export interface FeedbackDesk {
  /** Which of our replies a message shows, for shortcuts and message commands (rule F3). */
  replyShownBy(message: MessageRef): Promise<string | undefined>
  explain(reason: Reason): Promise<Outcome>
  draft(reply: string): Promise<CorrectionDraft | { readonly say: string }>
  correct(correction: Correction): Promise<Outcome>
}
