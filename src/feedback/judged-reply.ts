/** Replies, as feedback knows them: what was said to what. Implemented by the dialogue, given in by `main.ts`. */
import type { Prompt } from '#core/model/model.ts'
import type { PersonRef } from '#core/person.ts'
import type { Candidate } from '#core/store/transcripts.ts'

/** A reply, with all that is needed to judge it and to learn from it (rule F4). */
export interface JudgedReply {
  readonly reply: string
  /** `threadKey` of its thread. */
  readonly thread: string
  readonly platform: string
  /** The model's own words that stand there now. */
  readonly answer: Candidate
  /** Names those words: a vote stays on the version that its giver saw. SHA-256, 32 hexadecimal digits. */
  readonly version: string
  /** Earlier answers to the same prompt, oldest first. */
  readonly alternatives: readonly Candidate[]
  /** Exactly what the model was asked, system prompt included. */
  readonly prompt: Prompt
  /**
   * When something of the prompt was last edited or deleted, milliseconds since the epoch: an answer from before was
   * to other words (rule T6). Left out when nothing was.
   */
  readonly changedAt?: number
  /** People whose messages the prompt holds: what they said is in it (rule S2). */
  readonly speakers: readonly PersonRef[]
  /** Whose question it answers; their vote counts double. */
  readonly askedBy: readonly PersonRef[]
  /** What was asked, without the conversation before it. */
  readonly question: string
}

export interface Replies {
  /**
   * Also finds a candidate that another one replaced: it is then `answer`.
   * @returns `deleted` when its question or the reply itself was taken back (rule T6).
   */
  find(reply: string): Promise<JudgedReply | 'unknown' | 'deleted'>
  /**
   * One more answer to the same prompt, from the current route. It is shown to nobody and not remembered here.
   * @throws ModelError
   */
  sample(judged: JudgedReply, signal: AbortSignal): Promise<Candidate>
}
