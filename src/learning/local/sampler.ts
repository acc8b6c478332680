/** Completions, token by token; keys and values of earlier places are remembered. */
import type { Gpt } from './gpt.ts'
import type { Numerics, Tensor, Weights } from './numerics.ts'
import type { Random } from './random.ts'
import { memoryInput, type Sequences } from './sequences.ts'
import { END, PAD } from './vocabulary.ts'

export interface Draws {
  readonly random: Random
  /** 0 takes the likeliest token. */
  readonly temperature: number
  readonly maxTokens?: number
  readonly signal?: AbortSignal
}

/** @param prompts rows of `promptTokens`. @returns whole rows: prompt, completion, its end, padding. */
export type Sampler = (weights: Weights, prompts: readonly Int32Array[], draws: Draws) => Promise<Sequences>

export function createSampler(numerics: Numerics, gpt: Gpt): Sampler {
  const step = createStep(numerics, gpt)
  const { context, promptTokens } = gpt.config
  return async (weights, prompts, { random, temperature, maxTokens = context, signal }) => {
    const count = prompts.length
    const sequences = { count, tokens: new Int32Array(count * context).fill(PAD) }
    for (const [row, prompt] of prompts.entries()) sequences.tokens.set(prompt, row * context)
    const last = Math.min(context, promptTokens + maxTokens) - 1
    const isDone = new Uint8Array(count)
    let memory = step.empty(count)
    try {
      for (let place = 0; place < last; place += 1) {
        signal?.throwIfAborted()
        const [logits, next] = step.at(weights, memory, sequences, place)
        memory = next
        if (place < promptTokens - 1) {
          logits.dispose()
          continue
        }
        const read = await numerics.read(logits)
        const size = read.length / count
        for (let row = 0; row < count; row += 1) {
          if (isDone[row] === 1) continue
          const token = drawn(read.subarray(row * size, (row + 1) * size), temperature, random)
          sequences.tokens[row * context + place + 1] = token
          if (token === END) isDone[row] = 1
        }
        if (!isDone.includes(0)) break
      }
    } finally {
      numerics.free(memory)
    }
    return sequences
  }
}

export interface Step {
  empty(count: number): Weights
  /** @param memory used up. @returns logits of every row, and the memory with this place. */
  at(weights: Weights, memory: Weights, sequences: Sequences, place: number): [Tensor, Weights]
}

export function createStep(numerics: Numerics, { config, step }: Gpt): Step {
  const { context, heads, width, layers } = config
  const advance = numerics.advance(
    (weights, memory, { token, place, attention }: Record<'token' | 'place' | 'attention', Tensor>) =>
      step(weights, memory, token, place, attention),
  )
  return {
    empty(count) {
      const memory: Weights = {}
      for (let layer = 0; layer < layers; layer += 1) {
        memory[`${layer}.keys`] = numerics.zeros([count, heads, context, width / heads])
        memory[`${layer}.values`] = numerics.zeros([count, heads, context, width / heads])
      }
      return memory
    },
    at(weights, memory, sequences, place) {
      const { count, tokens } = sequences
      const token = Int32Array.from({ length: count }, (_, row) => tokens[row * context + place] ?? PAD)
      const here = new Float32Array(context)
      here[place] = 1
      return advance(weights, memory, {
        token: { shape: [count], values: token },
        place: { shape: [context], values: here },
        attention: memoryInput(config, sequences, place),
      })
    },
  }
}

/** Of the softmax of the logits; padding is never said. */
function drawn(logits: Float32Array, temperature: number, random: Random): number {
  const highest = logits.reduce(
    (most, each, token) => (token === PAD ? most : Math.max(most, each)),
    -Infinity,
  )
  if (temperature === 0) return logits.indexOf(highest, PAD + 1)
  const shares = Float64Array.from(logits, (each, token) =>
    token === PAD ? 0 : Math.exp((each - highest) / temperature),
  )
  let left = random.next() * shares.reduce((sum, each) => sum + each, 0)
  for (const [token, share] of shares.entries()) {
    left -= share
    if (share > 0 && left <= 0) return token
  }
  return END
}
