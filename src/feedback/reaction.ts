import type { MessageRef } from '#core/thread.ts'

interface OnMessage {
  /** The same for every delivery of one event, so that a redelivered one is recorded once (rule F1). */
  readonly id: string
  /** The message it is on. Reactions on messages that are not a reply of ours are dropped by the ledger. */
  readonly message: MessageRef
  /** Milliseconds since the epoch. */
  readonly at: number
  /**
   * The platform's own order of what happens to one message: as text, later is greater. Begins with 13 digits of a
   * time in milliseconds, or with a letter, so that what was recorded before there were orders comes first.
   */
  readonly order?: string
}

/** A person put an emoji on a message, or took it off again. What adapters hand to the ledger. */
export interface PersonalReaction extends OnMessage {
  readonly kind: 'reaction_added' | 'reaction_removed'
  /** The platform's id of the person. Adapters drop reactions of bots, ours included (rule F2). */
  readonly rater: string
  /** Slack's name (`+1::skin-tone-2`), a Unicode emoji, or `name:id` for a Discord custom emoji. */
  readonly value: string
}

/** A moderator took everybody's reactions off a message; only those of one emoji, when `value` is there. */
export interface ClearedReactions extends OnMessage {
  readonly kind: 'reactions_cleared'
  readonly value?: string
}

export type Reaction = PersonalReaction | ClearedReactions
