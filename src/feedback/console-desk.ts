/**
 * The trainer console, as the web workspace sees it: `Host.console`. People write whole dialogues, playing both the
 * person and the assistant, and review each other's. Rules F1, F4, S2, S3.
 *
 * Requests that make something carry an id that is the same for every delivery of one press (rule F1). `say` is a plain
 * sentence for the person.
 */
import type { PersonRef } from '#core/person.ts'
import type { Outcome } from './desk.ts'

/** Characters of one turn, or of the system text; the page's fields take no more. */
export const LONGEST_TURN = 30_000
export const MOST_TURNS = 200
/** Characters of all turns together. */
export const LONGEST_DIALOGUE = 300_000
/** Characters that a reviewer says. */
export const LONGEST_NOTE = 2_000

/** Who speaks: the person who asks, or the assistant. */
export type Side = 'user' | 'assistant'

export interface TypedTurn {
  readonly side: Side
  readonly text: string
  /** What a model had written and the trainer took, as far as they had read it then. Left out when they wrote it. */
  readonly suggestion?: TakenSuggestion
}

export interface TakenSuggestion {
  /** As `suggest` named it. */
  readonly id: string
  readonly text: string
  readonly model: string
}

/** What the dialogue says, as it is written and kept. */
export interface Script {
  /** What the assistant is told before the conversation begins; empty for nothing. */
  readonly system: string
  readonly turns: readonly TypedTurn[]
}

/** `submitted`: waits for a review. `rejected`: sent back with a note. Training uses submitted and reviewed ones. */
export type DialogueStatus = 'draft' | 'submitted' | 'reviewed' | 'rejected'

export interface DialogueSummary {
  readonly id: string
  readonly status: DialogueStatus
  /** The beginning of the first turn; empty when nothing is written yet. */
  readonly title: string
  readonly turns: number
  /** Milliseconds since the epoch. */
  readonly changedAt: number
  /** Why it was sent back, as long as that stands. */
  readonly note?: string
  /** A version of somebody else's dialogue. */
  readonly isVersion: boolean
}

export interface Dialogue extends Script {
  readonly id: string
  /** Grows by one with every change: what is saved names the one that it was made from. */
  readonly revision: number
  readonly status: DialogueStatus
  /** Whoever asks may change it. Somebody else's can be reviewed. */
  readonly mine: boolean
  readonly changedAt: number
  readonly note?: string
  readonly isVersion: boolean
}

interface Asked {
  readonly by: PersonRef
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** One writing of a dialogue, whole. */
export interface Save extends Asked, Script {
  readonly dialogue: string
  /** The revision that it was made from. */
  readonly base: number
  /** Names the open page: each load of it has one of its own. */
  readonly tab: string
  /** Counts the saves of this page, so that one that is delivered again or late changes nothing. */
  readonly nth: number
  /** As the dialogue said when it was opened: words of somebody else are in it. */
  readonly isVersion: boolean
}

/**
 * Where the text is now. It is another dialogue than the one named when somebody else had changed that meanwhile:
 * then both are kept, and `say` says so.
 */
export type Saved =
  | {
      readonly ok: true
      readonly dialogue: string
      readonly revision: number
      readonly say?: string
      /** Nothing was written: this save, or a later one of this page, was there before. */
      readonly known?: true
    }
  | { readonly ok: false; readonly say: string }

/** Something that is done to a dialogue as it stood when the person saw it. */
export interface Step extends Asked {
  readonly dialogue: string
  readonly revision: number
}

export type Moved =
  | { readonly ok: true; readonly revision: number }
  | { readonly ok: false; readonly say: string }

export interface Review extends Step {
  readonly verdict: 'accept' | 'send_back'
  /** Needed to send it back. */
  readonly note: string
}

export interface SuggestionRequest extends Asked, Script {
  /** Whose turn comes next, after those that are given. */
  readonly side: Side
}

/** Ends with `done` or `failed`. */
export type SuggestionEvent =
  | {
      readonly type: 'start'
      readonly id: string
      readonly model: string
      /** How many of the oldest turns the model does not see, because they no longer fit (rule C3). */
      readonly dropped: number
    }
  | { readonly type: 'text'; readonly delta: string }
  /** `cut`: it ended at the length limit. */
  | { readonly type: 'done'; readonly model: string; readonly cut: boolean }
  | { readonly type: 'failed'; readonly say: string }

export interface ConsoleDesk {
  /** Own dialogues, the one changed last first. */
  own(person: PersonRef): Promise<readonly DialogueSummary[]>
  /** Dialogues of others that wait for a review, the one that waits longest first. */
  waiting(person: PersonRef): Promise<readonly DialogueSummary[]>
  /** One's own, or one that waits for a review. */
  open(dialogue: string, person: PersonRef): Promise<Dialogue | { readonly say: string }>
  /** An empty dialogue. */
  begin(request: Asked & { readonly id: string }): Promise<Dialogue>
  save(save: Save): Promise<Saved>
  remove(step: Step): Promise<Outcome>
  submit(step: Step): Promise<Moved>
  /** Back to a draft, to go on writing: one that was submitted, reviewed or sent back. */
  reopen(step: Step): Promise<Moved>
  review(review: Review): Promise<Outcome>
  /** A draft of one's own that begins as somebody else's dialogue. Submitting it takes the place of that one. */
  version(step: Step & { readonly id: string }): Promise<Dialogue | { readonly say: string }>
  /** What a model would say next. Aborting ends it; what came until then can still be taken. */
  suggest(request: SuggestionRequest, signal: AbortSignal): AsyncIterable<SuggestionEvent>
}
