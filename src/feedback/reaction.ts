import type { MessageRef } from '#core/thread.ts'

/** A person put an emoji on a message, or took it off again. What adapters hand to the ledger. */
export interface Reaction {
  /** The same for every delivery of one event, so that a redelivered one is recorded once (rule F1). */
  readonly id: string
  readonly kind: 'reaction_added' | 'reaction_removed'
  /** The message it is on. Reactions on messages that are not a reply of ours are dropped by the ledger. */
  readonly message: MessageRef
  /** The platform's id of the person. Adapters drop reactions of bots, ours included (rule F2). */
  readonly rater: string
  /** Slack's name (`+1::skin-tone-2`), a Unicode emoji, or `name:id` for a Discord custom emoji. */
  readonly value: string
  /** Milliseconds since the epoch. */
  readonly at: number
}
