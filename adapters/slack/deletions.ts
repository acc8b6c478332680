import { Recent } from './recent.ts'

/**
 * Messages of ours that are gone, by `messageKey`. Slack does not say who deleted a message: what a person takes away
 * leaves history (rule T6), what we take away ourselves, because a new answer is shorter, must not.
 */
export interface Deletions {
  /** By us. Noted before the call: the event may overtake the answer. */
  readonly own: Recent
  /** By somebody else. What is still being written says such a part again (rule D5). */
  readonly others: Recent
}

export const noDeletions = (): Deletions => ({ own: new Recent(), others: new Recent() })
