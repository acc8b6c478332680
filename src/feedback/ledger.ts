/**
 * Feedback: what people did about replies, kept as events that are only ever added. Rules F1 to F3.
 *
 * A vote is not stored: it is a fold over these events, so that any order or repetition of deliveries ends in what
 * the platform shows. Depends on the store only; adapters hand reactions in through the composition root.
 */

import { createHash } from 'node:crypto'
import type { Keyv } from 'keyv'
import type { ShownReplies } from '#core/store/shown-replies.ts'
import { messageKey } from '#core/thread.ts'
import { EarlyFeedback } from './early.ts'
import type { Reaction } from './reaction.ts'
import type { Vote } from './vote.ts'

/** One line of `parley feedback list --json`. */
export interface LedgerEvent {
  /** Sortable by time; the same for every delivery of one event. */
  readonly id: string
  readonly platform: string
  /** `threadKey` of the reply's thread. */
  readonly thread: string
  readonly reply: string
  readonly rater: string
  readonly kind: Reaction['kind'] | 'vote'
  /** The emoji, or `good` or `bad`. */
  readonly value: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Half of a SHA-256: no two events of a workspace ever share it. */
const NAME_DIGITS = 32
/** Milliseconds since the epoch have 13 digits until the year 2286; padding keeps ids sortable as text. */
const TIME_DIGITS = 13

export class Ledger {
  readonly #events: Keyv
  readonly #shown: ShownReplies
  /** What named no reply of ours when it came. */
  readonly #early = new EarlyFeedback<() => Promise<boolean>>()

  constructor(events: Keyv, shown: ShownReplies) {
    this.#events = events
    this.#shown = shown
    shown.onRemembered(async (names) => {
      for (const name of names) for (const record of this.#early.take(name)) await record()
    })
  }

  /**
   * Records a reaction on one of our replies.
   *
   * @returns false when the message is not a reply of ours. A redelivered event writes the same record again, which
   * changes nothing.
   */
  async react(reaction: Reaction): Promise<boolean> {
    return this.#soonOrLater(messageKey(reaction.message), () => this.#recordReaction(reaction))
  }

  /** Records a press on good or bad. False when the reply is not ours; a change of mind is a new event. */
  async vote(vote: Vote): Promise<boolean> {
    return this.#soonOrLater(vote.reply, () => this.#recordVote(vote))
  }

  /** Kept first and recorded then, so that a reply that is remembered in between finds it. Recording twice is once. */
  async #soonOrLater(name: string, record: () => Promise<boolean>): Promise<boolean> {
    this.#early.keep(name, record)
    const recorded = await record()
    if (recorded) this.#early.drop(name, record)
    return recorded
  }

  async #recordReaction(reaction: Reaction): Promise<boolean> {
    const shown = await this.#shown.find(reaction.message)
    if (shown === undefined) return false
    const { kind, rater, value, at } = reaction
    const { platform } = reaction.message
    await this.#add({ id: idOf(reaction), platform, ...shown, rater, kind, value, at })
    return true
  }

  async #recordVote(vote: Vote): Promise<boolean> {
    const { platform, reply, rater, value, at } = vote
    const shown = await this.#shown.placeOf(reply)
    if (shown === undefined) return false
    await this.#add({ id: idOf(vote), platform, thread: shown.thread, reply, rater, kind: 'vote', value, at })
    return true
  }

  async #add(event: LedgerEvent): Promise<void> {
    await this.#events.set(event.id, event)
  }

  /** Every event, oldest first, read a page at a time. */
  async *events(): AsyncGenerator<LedgerEvent> {
    for await (const [, event] of this.#events.iterator()) {
      if (isLedgerEvent(event)) yield event
    }
  }
}

/** The same for every delivery of one event, and sortable by time. */
const idOf = ({ id, at }: { readonly id: string; readonly at: number }): string =>
  `${String(at).padStart(TIME_DIGITS, '0')}-${createHash('sha256').update(id).digest('hex').slice(0, NAME_DIGITS)}`

const isLedgerEvent = (value: unknown): value is LedgerEvent =>
  typeof value === 'object' && value !== null && 'kind' in value && 'rater' in value
