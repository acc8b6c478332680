/**
 * Comparing answers, as platforms see it: `Host.comparisons`. Rules F4 to F6: rankings are blind, every rater sees
 * the answers in an order of their own, models are hidden, ties and "all bad" are allowed.
 */
import type { PersonRef } from '#core/person.ts'
import type { Outcome } from './desk.ts'

export const FEWEST_ANSWERS = 2
export const MOST_ANSWERS = 9
export const USUAL_ANSWERS = 4

export interface ComparisonRequest {
  /** The same for every delivery of one press (rule F1). */
  readonly id: string
  readonly reply: string
  readonly by: PersonRef
  /** How many answers; 2 to 9, 4 when left out. */
  readonly answers?: number
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** The answers as one rater sees them. */
export interface Ballot {
  readonly task: string
  /** What was asked, without the conversation before it. */
  readonly question: string
  /** In this rater's own order. `slot` is a letter, `A` first. */
  readonly answers: readonly { readonly slot: string; readonly text: string }[]
  /** Set when this person has ranked it before: the form is filled with it. */
  readonly earlier?: { readonly order: readonly (readonly string[])[]; readonly allBad: boolean }
}

export interface Ranking {
  readonly id: string
  readonly task: string
  readonly by: PersonRef
  /** Slots of this rater's ballot, best first; those that are as good as each other stand together. */
  readonly order: readonly (readonly string[])[]
  /** None of them is good enough. The order still counts. */
  readonly allBad: boolean
  readonly reason?: string
  /** How long the rater looked, where the platform can tell. */
  readonly spentMs?: number
  readonly at: number
}

export interface ComparisonDesk {
  /** @returns the task's name at once; its answers are drawn meanwhile. */
  begin(request: ComparisonRequest): Promise<{ readonly task: string } | { readonly say: string }>
  /**
   * Resolves when the answers are there, which may take as long as a model does.
   * @throws the signal's reason
   */
  ballot(task: string, rater: PersonRef, signal: AbortSignal): Promise<Ballot | { readonly say: string }>
  rank(ranking: Ranking): Promise<Outcome>
  /** Tasks that this person may rank and has not, oldest first: the queue of the trainer console. */
  queue(
    rater: PersonRef,
    most: number,
  ): Promise<readonly { readonly task: string; readonly question: string }[]>
}

/** A comparison that was drawn at random is offered to whoever reads this channel (rule F5). */
export interface Invitation {
  readonly task: string
  /** As the operator named it: Slack or Discord channel id, web channel name. */
  readonly channel: string
  /** A sentence, and what was asked. */
  readonly text: string
}
