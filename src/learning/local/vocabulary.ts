/** Conversations as tokens and back. A token is a byte, or a letter of a planted world; eight more mark what is what. */
import type { Turn } from '#core/learning/dataset/dataset.ts'
import { LearningError } from '#core/learning/engine.ts'
import type { ModelConfig } from './trainer.ts'

export const PAD = 0
export const END = 1
const ROLES = { user: 2, assistant: 3, system: 4 } as const
/** Three are kept for later, so that models made now can still be read then. */
const SPECIALS = 8

export interface Vocabulary {
  readonly size: number
  /** @throws LearningError on a letter the model does not know. */
  encode(text: string): readonly number[]
  /** Without special tokens; bytes that are no UTF-8 become U+FFFD. */
  decode(tokens: Iterable<number>): string
}

export function vocabularyOf({ alphabet }: Pick<ModelConfig, 'alphabet'>): Vocabulary {
  return alphabet === 'bytes' ? bytes : letters([...alphabet.characters])
}

const bytes: Vocabulary = {
  size: SPECIALS + 256,
  encode: (text) => Array.from(new TextEncoder().encode(text), (byte) => byte + SPECIALS),
  decode: (tokens) =>
    new TextDecoder().decode(
      Uint8Array.from([...tokens].filter((token) => token >= SPECIALS).map((token) => token - SPECIALS)),
    ),
}

function letters(known: readonly string[]): Vocabulary {
  const places = new Map(known.map((letter, nth) => [letter, nth + SPECIALS]))
  return {
    size: SPECIALS + known.length,
    encode: (text) =>
      Array.from(text, (letter) => {
        const token = places.get(letter)
        if (token !== undefined) return token
        throw new LearningError(
          `The model knows ${known.length} letters, and "${letter}" is none of them. Train one that begins with bytes.`,
        )
      }),
    decode: (tokens) => Array.from(tokens, (token) => known[token - SPECIALS] ?? '').join(''),
  }
}

/** What was said, then whose turn it is; the end of it where it is long, padded on the left where it is short. */
export function promptTokens(
  config: ModelConfig,
  vocabulary: Vocabulary,
  prompt: readonly Turn[],
): Int32Array {
  const tokens = prompt.flatMap(({ role, content }) => [ROLES[role], ...vocabulary.encode(content)])
  const kept = [...tokens, ROLES.assistant].slice(-config.promptTokens)
  const row = new Int32Array(config.promptTokens).fill(PAD)
  row.set(kept, config.promptTokens - kept.length)
  return row
}

/** A completion and its end, as much as there is room for. */
export function completionTokens(
  config: ModelConfig,
  vocabulary: Vocabulary,
  completion: string,
): readonly number[] {
  return [...vocabulary.encode(completion), END].slice(0, config.context - config.promptTokens)
}
