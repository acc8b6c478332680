/**
 * What the workspace page and the server say to each other. Types only: the page imports them with `import type`,
 * so nothing of this file reaches a browser.
 *
 * Times are milliseconds since the epoch. Text is Markdown as it was typed or as the model wrote it.
 */

import type { Ballot } from '#core/feedback/comparison-desk.ts'
import type { Dialogue, DialogueSummary, SuggestionEvent, TypedTurn } from '#core/feedback/console-desk.ts'
import type { CorrectionDraft, ReasonTag } from '#core/feedback/desk.ts'
import type { Insights } from '#core/feedback/insights/view.ts'
import type { Vote } from '#core/feedback/vote.ts'
import type { TrainingView } from '#core/learning/jobs/view.ts'

/** `GET /api/insights`. */
export type InsightsView = Insights

/** `GET /api/training`. */
export type { TrainingView }

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
  readonly words: WordsView
}

/** What the forms say: the same as on every other platform. */
export interface WordsView {
  readonly reason: Words<'title' | 'intro' | 'tags' | 'text' | 'send' | 'close' | 'done'> & {
    readonly choices: readonly { readonly tag: ReasonTag; readonly label: string }[]
    /** Characters. */
    readonly longest: number
  }
  readonly correction: Words<'title' | 'intro' | 'text' | 'send' | 'close' | 'open' | 'done'> & {
    readonly longest: number
  }
  readonly ballot: Words<
    | ('title' | 'drawing' | 'intro' | 'question' | 'best' | 'allBad' | 'allBadHint' | 'reason' | 'send')
    | ('open' | 'invited' | 'done')
  >
  readonly privacy: Words<
    'title' | 'exportReady' | 'eraseAsk' | 'eraseConfirm' | 'eraseCancel' | 'failed'
  > & {
    /** Of the file with a copy of everything. */
    readonly fileName: string
  }
}
type Words<Name extends string> = Readonly<Record<Name, string>>

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
  /** Its author has changed it since it was said. */
  readonly edited: boolean
  readonly reactions: readonly ReactionView[]
  /** Names the assistant's reply in everything that is pressed; `null` for people's messages. */
  readonly reply: string | null
  /** What can be pressed below it now. */
  readonly controls: readonly Control[]
  /** How many earlier answers it has replaced; `GET /api/messages/:message/earlier/:n` reads one, 0 is the oldest. */
  readonly earlier: number
  /** On an invitation to rank: the comparison's name. */
  readonly invitation?: string
}

/** The core's `Control`, in words of our own: the page's compiler knows nothing of Node, and the core's file does. */
export type Control = 'stop' | 'good' | 'bad' | 'regenerate' | 'correct' | 'compare'

/** An answer that another one has taken the place of. */
export interface EarlierView {
  /** `null`: made before replies had names, so that nothing can be said about it. */
  readonly reply: string | null
  readonly text: string
  /** How the reader has judged it. */
  readonly vote: Vote['value'] | null
}

/** `GET /api/threads/:thread`: the newest messages, oldest first. */
export interface ThreadPage {
  readonly thread: ThreadView
  readonly messages: readonly MessageView[]
  /** True when there are older messages; ask with `?before=<id of the first>`. */
  readonly more: boolean
  /** The reply that is being worked on and has no word yet. */
  readonly working: string | null
  /** By reply: how the reader has judged it. Nobody else is told. */
  readonly votes: Readonly<Record<string, Vote['value']>>
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

/** The answer to a stop; false when nothing was being written any more. */
export interface Stopped {
  readonly stopped: boolean
}

/** `GET /api/messages/:message/correction?reply=`: what the form is filled with. */
export type CorrectionView = CorrectionDraft

/** The answer to a wish to compare: the comparison's name. Its answers are drawn meanwhile. */
export interface ComparisonBegun {
  readonly task: string
}

/** `GET /api/comparisons/:task`. While answers are still being drawn it is asked for again. */
export type BallotView = Ballot | { readonly drawing: true }

/** `GET /api/privacy`. */
export interface PrivacyPage {
  readonly training: boolean
  /** Whole sentences, one a paragraph. */
  readonly sentences: readonly string[]
  readonly actions: readonly { readonly action: PrivacyAction; readonly label: string }[]
}
export type PrivacyAction = 'export' | 'consent_on' | 'consent_off' | 'erase'

/** The answer to a change of what may be used: how things stand now, and a sentence about it. */
export interface ConsentChanged {
  readonly say: string
  readonly page: PrivacyPage
}

/** The answer to erasing. The session is gone with everything else. */
export interface Erased {
  readonly say: string
}

/** `GET /api/console`: what one writes, and what waits for one's review. */
export interface ConsoleView {
  /** The one changed last first. */
  readonly own: readonly DialogueSummary[]
  /** The one that waits longest first. */
  readonly waiting: readonly DialogueSummary[]
}

/** One line of either. */
export type DialogueLine = DialogueSummary

/** `GET /api/console/queue`: comparisons that one may rank and has not. */
export type ComparisonQueue = readonly { readonly task: string; readonly question: string }[]

/** `GET /api/console/dialogues/:dialogue`. */
export type DialogueView = Dialogue
export type TurnView = TypedTurn

/** The answer to saving a dialogue: where its text is now. `say` when that is another dialogue than was named. */
export interface DialogueSaved {
  readonly dialogue: string
  readonly revision: number
  readonly say?: string
  /** Nothing was written: this save, or a later one of the same page, was there before. */
  readonly known?: true
}

/** The answer to submitting a dialogue and to taking it back. */
export interface DialogueMoved {
  readonly revision: number
}

/** One server-sent event of the answer to `POST /api/console/suggestions`, as JSON in its `data`. */
export type SuggestionView = SuggestionEvent

/** One server-sent event of `GET /api/events`, as JSON in its `data`. */
export type WireEvent =
  /** The stream begins here: what was read before may be stale. */
  | { readonly type: 'ready' }
  /** The stream cannot be resumed where it broke: read everything again. */
  | { readonly type: 'resync' }
  | { readonly type: 'channel'; readonly channel: ChannelView }
  | { readonly type: 'thread'; readonly thread: ThreadView }
  /** A new message, or one that changed as a whole: an edit, another answer in the place of an earlier one. */
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
      readonly controls: readonly Control[]
    }
  | { readonly type: 'removed'; readonly thread: string; readonly message: string }
  | {
      readonly type: 'reactions'
      readonly thread: string
      readonly message: string
      readonly rev: number
      readonly reactions: readonly ReactionView[]
    }
  | { readonly type: 'working'; readonly thread: string; readonly reply: string | null }

/** Every answer from 400 up. */
export interface Problem {
  readonly error: {
    readonly message: string
    /** The field of the request that is wrong, where one is. */
    readonly field?: string
  }
}
