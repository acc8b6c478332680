/**
 * What a reward model is to everybody who asks one: best-of-n in the bot, the reward service that PPO engines call,
 * evaluation. Scores are normalised so that demonstrations have mean 0 and standard deviation 1 (rule L3). A score
 * never decides a promotion (rule L4).
 */

/** An answer to be judged, and what was said before it. */
export interface Judged {
  readonly conversation: readonly {
    readonly role: 'system' | 'user' | 'assistant'
    readonly content: string
  }[]
  readonly answer: string
}

export interface Score {
  /** Finite, within ±`MAX_SCORE`. */
  readonly value: number
  /** Mean minus standard deviation over the ensemble: what a choice between answers goes by. */
  readonly conservative: number
}

/** Beyond this a score says nothing more, and an optimiser would run after it. */
export const MAX_SCORE = 10

export interface RewardModel {
  /** Over the files it was read from: replies and reports say which model judged. */
  readonly id: string
  /** True while it learned from too little to be used for choices: it is asked and recorded only. */
  readonly shadow: boolean
  /** As many scores as answers, in their order. @throws ModelError when embeddings cannot be had. */
  score(judged: readonly Judged[], signal: AbortSignal): Promise<readonly Score[]>
}

/** Texts as points: from any OpenAI-compatible endpoint, or from a model on this machine. */
export interface Embedder {
  /** Named in a reward model's file: a head fits only the embeddings it was trained on. */
  readonly model: string
  readonly dimensions: number
  /** As many points as texts, in their order, each of length 1. @throws ModelError */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]>
}
