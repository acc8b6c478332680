import type { Speaker, ThreadRef } from '#core/thread.ts'

export type { Speaker } from '#core/thread.ts'

/** Plain JSON: it must survive a restart in the inbox. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** What a person said to the assistant, in the shape every adapter brings it in. */
export interface Question {
  /** Names the message, not the delivery: Slack's `app_mention` and `message` for one `ts` share it (rule T1). */
  readonly id: string
  readonly thread: ThreadRef
  readonly speaker: Speaker
  /** Markdown, with the mention of the assistant taken out and other mentions resolved to names. */
  readonly text: string
  /** Whom the text mentions, by the names that stand in it: those leave the store with nobody (rules S3, S4). */
  readonly named?: readonly Speaker[]
  /** When the platform says it was sent, milliseconds since the epoch. Orders a thread (rule T2). */
  readonly sentAt: number
  /** What the adapter needs to open a reply surface, also after a restart. Opaque to the core, but for words of people, which stand under `name`. */
  readonly place: Json
  /**
   * True when the thread already had messages before the assistant was first called into it: their text is then
   * fetched once (rule C1).
   */
  readonly hasPast?: boolean
  /** When its text was edited last, milliseconds since the epoch, where that was before its turn (rule T6). */
  readonly editedAt?: number
  /** What its author is in that place, by the platform's names, where it has such (rule S7). */
  readonly roles?: readonly string[]
  /** Set by the dialogue: its author may not ask here (rule S7). */
  readonly barred?: true
}

/** A message that was in the thread before the assistant came. */
export interface PastMessage {
  readonly id: string
  readonly speaker: Speaker
  /** True when the assistant itself wrote it. */
  readonly own: boolean
  readonly text: string
  /** As in a `Question`. */
  readonly named?: readonly Speaker[]
  readonly sentAt: number
}
