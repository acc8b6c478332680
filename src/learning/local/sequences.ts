/** Rows of tokens as the network takes them, and which of their places count. */
import type { Input } from './numerics.ts'
import type { Completion, ModelConfig } from './trainer.ts'
import { completionTokens, END, PAD, promptTokens, type Vocabulary } from './vocabulary.ts'

/** `count` rows of `context` tokens, one after the other: prompt, completion, its end, padding. */
export interface Sequences {
  readonly count: number
  readonly tokens: Int32Array
}

/** Far below any score, and far from what a float cannot hold. */
const NEVER = -1e9

export function sequencesOf(
  config: ModelConfig,
  vocabulary: Vocabulary,
  rows: readonly Completion[],
): Sequences {
  const tokens = new Int32Array(rows.length * config.context).fill(PAD)
  for (const [nth, { prompt, completion }] of rows.entries()) {
    const at = nth * config.context
    tokens.set(promptTokens(config, vocabulary, prompt), at)
    tokens.set(completionTokens(config, vocabulary, completion), at + config.promptTokens)
  }
  return { count: rows.length, tokens }
}

/** Rows `from` to below `from + count`; padding where there are none. */
export function part({ context }: ModelConfig, sequences: Sequences, from: number, count: number): Sequences {
  const tokens = new Int32Array(count * context).fill(PAD)
  tokens.set(sequences.tokens.subarray(from * context, (from + count) * context))
  return { count, tokens }
}

export const tokensInput = ({ context }: ModelConfig, { count, tokens }: Sequences): Input => ({
  shape: [count, context],
  values: tokens,
})

/** [rows, 1, context, context], added to attention: nobody sees what comes later, or padding. */
export function attentionInput({ context }: ModelConfig, { count, tokens }: Sequences): Input {
  const values = new Float32Array(count * context * context)
  for (let row = 0; row < count; row += 1) {
    for (let seen = 0; seen < context; seen += 1) {
      const isPadding = tokens[row * context + seen] === PAD
      for (let from = 0; from < context; from += 1) {
        if (seen > from || (isPadding && seen !== from))
          values[(row * context + from) * context + seen] = NEVER
      }
    }
  }
  return { shape: [count, 1, context, context], values }
}

/** [rows, context]: how a step of the sampler at `place` sees what was before it. */
export function memoryInput({ context }: ModelConfig, { count, tokens }: Sequences, place: number): Input {
  const values = new Float32Array(count * context).fill(NEVER)
  for (let row = 0; row < count; row += 1) {
    for (let seen = 0; seen <= place; seen += 1) {
      if (seen === place || tokens[row * context + seen] !== PAD) values[row * context + seen] = 0
    }
  }
  return { shape: [count, 1, 1, context], values }
}

/** Place of a row's last token: its end, or the last there is room for. */
function lastPlace({ context, promptTokens }: ModelConfig, { tokens }: Sequences, row: number): number {
  const end = tokens.subarray(row * context + promptTokens, (row + 1) * context).indexOf(END)
  return end === -1 ? context - 1 : promptTokens + end
}

/** [rows, context - 1]: 1 where the next token belongs to the completion, its end included. */
export function completionInput(config: ModelConfig, sequences: Sequences): Input {
  const width = config.context - 1
  const values = new Float32Array(sequences.count * width)
  for (let row = 0; row < sequences.count; row += 1) {
    values.fill(1, row * width + config.promptTokens - 1, row * width + lastPlace(config, sequences, row))
  }
  return { shape: [sequences.count, width], values }
}

/** [rows, context]: 1 at the last place, where a reward model says its number. */
export function lastInput(config: ModelConfig, sequences: Sequences): Input {
  const values = new Float32Array(sequences.count * config.context)
  for (let row = 0; row < sequences.count; row += 1) {
    values[row * config.context + lastPlace(config, sequences, row)] = 1
  }
  return { shape: [sequences.count, config.context], values }
}
