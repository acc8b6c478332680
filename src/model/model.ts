/**
 * The port to a language model. Rules M1 to M5.
 *
 * A stream either ends with exactly one `done` event or throws one `ModelError`; a clean end of bytes is not success.
 */

export interface PromptTurn {
  readonly role: 'user' | 'assistant'
  readonly content: string
}

/** What a model is asked. Turns alternate and begin with a user's. */
export interface Prompt {
  readonly system: string
  readonly turns: readonly PromptTurn[]
}

/** How a completion is drawn. What is left out is the server's default. */
export interface Sampling {
  readonly temperature?: number
  readonly topP?: number
  /** Tokens. */
  readonly maxTokens?: number
  /** Compatible servers draw the same again for the same one; OpenAI's own do not take it. */
  readonly seed?: number
}

export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cachedTokens: number
}

/** How an answer was chosen among several to the same prompt (`src/learning/best-of-n`). */
export interface Choice {
  /** How many were asked for. */
  readonly n: number
  /** The nth was drawn with this plus n. */
  readonly seed: number
  /** The conservative score of each; null where none came, or it was not judged. */
  readonly scores: readonly (number | null)[]
  /** Which one it is, from 0. */
  readonly chosen: number
  /** Id of the reward model; absent when none could be asked. */
  readonly rewardModel?: string
  /**
   * `score`: the best one. Otherwise the first of those that qualify, because the reward model only watches
   * (`shadow`), was too slow (`late`), failed (`failed`), or had nothing to choose from (`only`).
   */
  readonly by: 'score' | 'shadow' | 'late' | 'failed' | 'only'
}

export type ModelEvent =
  | { readonly type: 'text'; readonly delta: string }
  /** The model declines, in its own words; shown like text. */
  | { readonly type: 'refusal'; readonly delta: string }
  | {
      readonly type: 'done'
      /** `length`: cut at the token limit; `filtered`: stopped by the vendor's filter. */
      readonly finish: 'stop' | 'length' | 'filtered'
      /** The model that answered, as the server names it. */
      readonly model: string
      readonly usage?: Usage
      /** Present when several answers were drawn; `usage` is then the sum of all. */
      readonly choice?: Choice
    }

export interface StreamOptions {
  readonly sampling?: Sampling
  readonly signal: AbortSignal
  /** Groups requests of one conversation for the vendor's prompt cache. Holds no personal data. */
  readonly cacheKey?: string
  /** Told which experiment's arm answers, before the first word; never told while there is no experiment. */
  readonly onArm?: (arm: string) => void
  /** How many answers may be drawn to give the best one; one when left out, or when the model cannot choose. */
  readonly bestOf?: number | undefined
}

export interface LanguageModel {
  /** For people: `gpt-6-luna at api.openai.com`, `rehearsal (no model connected)`. */
  readonly label: string
  /** @throws ModelError */
  stream(prompt: Prompt, options: StreamOptions): AsyncIterable<ModelEvent>
}
