/**
 * The port between the core and a platform's screen.
 *
 * The core decides when something is written (pacing) and how it is cut (splitting); a surface makes what the
 * reader sees equal to what it is told. Rules D1 to D7.
 */

import type { MessageRef } from '#core/thread.ts'
import type { Account } from './account.ts'

export interface PartLimit {
  /** `utf16` code units (Discord), `utf8` bytes (Slack). */
  readonly unit: 'utf16' | 'utf8'
  readonly size: number
}

export interface ReplyView {
  /** Markdown. One platform message a part; a part already shown only ever grows at its end, until `finished`. */
  readonly parts: readonly string[]
  /** The last view of this reply: what it says is final, and the working sign goes. */
  readonly finished: boolean
  /** Another part comes with one of the next views: the last one here is complete, and reads as if it stood above it. */
  readonly followed?: boolean
  /** What people may do with this reply now. Shown below its last part, where the platform has something to press. */
  readonly controls: readonly Control[]
}

/**
 * `stop` while it is written; the others when it is finished (rule T5). What is pressed comes back through the host.
 * `correct` and `compare` open a form first: a better reply to write, and several answers to rank.
 */
export type Control = 'stop' | 'good' | 'bad' | 'regenerate' | 'correct' | 'compare'

/** Where a reply becomes visible. One surface belongs to one reply. */
export interface ReplySurface {
  readonly limit: PartLimit
  /**
   * A part as it reads here, for a platform that shows some of Markdown otherwise, such as a table as code. The surface
   * does this itself in `show`; parts are cut so that both they and what this makes of them fit the limit. Pure.
   */
  readonly render?: (markdown: string) => string
  /**
   * What the next write that only makes the reply grow is charged to; undefined where the platform counts nothing.
   * The reply waits for its turn there, and the surface itself takes room for each call, with itself as `by`. May be
   * another one after every `show`: a stream that is over goes on by edits.
   */
  readonly account: Account | undefined
  /**
   * Whether a write is charged elsewhere that does nothing but begin further messages, below one that is complete. Such
   * a write comes on top of what `account` bears.
   */
  readonly beginsFree?: boolean
  /**
   * Show that the assistant is working (rule D7), until the first text is shown or `signal` aborts.
   * Never throws: a missing sign costs nobody a word.
   */
  working(signal: AbortSignal): Promise<void>
  /**
   * Resolves when no message is on its way any more that `working` began by itself. Asked for when somebody else goes
   * on with the reply. Never rejects.
   */
  landed?(): Promise<unknown>
  /**
   * Make the reader see exactly these parts. Idempotent; resolves when the platform has accepted it.
   *
   * @param onMessages told of all messages of the reply, in order, as soon as a further one stands, and waited for
   * before the next is written: a long reply is many, and a crash may lose only the newest (rule T3).
   * @returns the platform's message id of every part shown, in order.
   * @throws SurfaceError
   */
  show(view: ReplyView, signal: AbortSignal, onMessages?: OnMessages): Promise<readonly string[]>
  /** How feedback will name a message that `show` returned (rule F3). */
  refer(message: string): MessageRef
}

export type OnMessages = (messages: readonly string[]) => Promise<void>

/** What the core needs of a platform to answer: surfaces, also for replies begun before a restart. */
export interface Surfaces {
  /**
   * @param place what the adapter stored with the question.
   * @param shown messages that show this reply already, from an earlier attempt, or an earlier candidate that it
   * replaces; empty for a new reply.
   * @param reply names it. Belongs into whatever people press, so that it works after a restart.
   * @param again an earlier attempt, maybe by another process, may have written what nobody remembers (rule T3).
   */
  open(place: unknown, shown: readonly string[], reply: string, again?: boolean): ReplySurface
}

export type SurfaceFault =
  /** The platform asks us to wait; nothing was written. */
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  /** A 5xx, a reset, a time-out: it may or may not have been written; `show` again is safe. */
  | { readonly kind: 'unavailable' }
  /**
   * The platform does not let us in at all, and nothing was written. It may come back, and nobody knows when: the reply
   * waits for it.
   */
  | { readonly kind: 'away' }
  /** The thread or channel no longer exists or is closed to us; no write can succeed. */
  | { readonly kind: 'gone' }
  /** The platform refuses this write, and would again: a permission, a policy, a form error. */
  | { readonly kind: 'refused' }

/** A write did not reach the reader. `message` names the platform's method and code. */
export class SurfaceError extends Error {
  override readonly name = 'SurfaceError'
  readonly fault: SurfaceFault

  constructor(fault: SurfaceFault, message: string, cause?: unknown) {
    super(message, { cause })
    this.fault = fault
  }
}
