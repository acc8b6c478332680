/**
 * What the workspace page and the server say to each other. Types only: the page imports them with `import type`,
 * so nothing of this file reaches a browser.
 *
 * Times are milliseconds since the epoch. Text is Markdown as it was typed or as the model wrote it.
 */

export interface PersonView {
  readonly id: string
  readonly name: string
}

/** `GET /api/session`, and the answer to signing in. */
export interface SessionView {
  /** What the sign-in form asks for. */
  readonly needs: 'name' | 'name_and_token'
  /** `null` until the visitor has signed in. */
  readonly person: PersonView | null
  readonly model: { readonly label: string; readonly rehearsal: boolean }
}

export interface ChannelView {
  readonly id: string
  readonly about: string
}

export interface ThreadView {
  readonly id: string
  readonly channel: string
  readonly title: string
  /** The beginning of the newest finished message. */
  readonly preview: string
  readonly startedBy: PersonView
  readonly startedAt: number
  readonly updatedAt: number
  /** How many messages there are, the first question included. */
  readonly size: number
}

export interface ReactionView {
  /** A Unicode emoji. */
  readonly emoji: string
  readonly people: readonly PersonView[]
}

export interface MessageView {
  readonly id: string
  readonly thread: string
  /** `null`: the assistant. */
  readonly author: PersonView | null
  readonly text: string
  readonly at: number
  /** Counts changes of this message, so that a reader knows whether it missed one. */
  readonly rev: number
  /** False while the assistant still writes it. */
  readonly finished: boolean
  readonly reactions: readonly ReactionView[]
}

/** `GET /api/threads/:thread`: the newest messages, oldest first. */
export interface ThreadPage {
  readonly thread: ThreadView
  readonly messages: readonly MessageView[]
  /** True when there are older messages; ask with `?before=<id of the first>`. */
  readonly more: boolean
  readonly working: boolean
}

/** `GET /api/channels/:channel/threads`: newest first. */
export interface ThreadList {
  readonly threads: readonly ThreadView[]
  readonly more: boolean
}

/** The answer to a question: where it now stands. */
export interface Sent {
  readonly thread: ThreadView
  readonly message: MessageView
}

/** One server-sent event of `GET /api/events`, as JSON in its `data`. */
export type WireEvent =
  /** The stream begins here: what was read before may be stale. */
  | { readonly type: 'ready' }
  /** The stream cannot be resumed where it broke: read everything again. */
  | { readonly type: 'resync' }
  | { readonly type: 'channel'; readonly channel: ChannelView }
  | { readonly type: 'thread'; readonly thread: ThreadView }
  | { readonly type: 'message'; readonly message: MessageView }
  /** The first `keep` UTF-16 code units stay; the rest is now `text`. Growth is a patch that keeps everything. */
  | {
      readonly type: 'patch'
      readonly thread: string
      readonly message: string
      readonly rev: number
      readonly keep: number
      readonly text: string
      readonly finished: boolean
    }
  | { readonly type: 'removed'; readonly thread: string; readonly message: string }
  | {
      readonly type: 'reactions'
      readonly thread: string
      readonly message: string
      readonly rev: number
      readonly reactions: readonly ReactionView[]
    }
  | { readonly type: 'working'; readonly thread: string; readonly on: boolean }

/** Every answer from 400 up. */
export interface Problem {
  readonly error: {
    readonly message: string
    /** The field of the request that is wrong, where one is. */
    readonly field?: string
  }
}
