import { Random } from '#core/learning/local/random.ts'
import type { Completion, Hooks, Model, ModelConfig, Ranking, Trainer } from '#core/learning/local/trainer.ts'
import { PAD } from '#core/learning/local/vocabulary.ts'

/** Everything there is in a model, as small as it can be: a step takes a few milliseconds. */
export const TINY: ModelConfig = {
  layers: 2,
  width: 16,
  heads: 2,
  context: 14,
  promptTokens: 6,
  alphabet: { characters: 'abcdefgh ' },
}

export const say = (content: string) => [{ role: 'user', content }] as const

export const rows: readonly Completion[] = [
  { prompt: say('abc'), completion: 'cab' },
  { prompt: say('de'), completion: 'ed' },
  { prompt: say('fgh'), completion: 'hgf a' },
  { prompt: say('a'), completion: 'aaaa' },
]

export const rankings: readonly Ranking[] = rows.map(({ prompt, completion }, nth) => ({
  prompt,
  candidates: [completion, 'bad', nth % 2 === 0 ? 'gab' : 'bad h'],
  order: nth === 3 ? [[0, 2], [1]] : [[0], [2], [1]],
}))

/** Nobody watches. */
export const hooks = (over: Partial<Hooks> = {}): Hooks => ({
  metric: () => undefined,
  signal: new AbortController().signal,
  ...over,
})

export const stages = (trainer: Trainer, seed: number) => ({
  sft: { seed, config: TINY, demonstrations: rows, batch: 4, steps: 6, learningRate: 1e-2 },
  reward: (base: Model) => ({
    ...{ seed, base, rankings, heldOut: rankings, demonstrations: rows },
    ...{ batch: 2, epochs: 2, learningRate: 1e-2 },
  }),
  ppo: (base: Model, reward: Model) => ({
    ...{ seed, base, reward, prompts: rows.map(({ prompt }) => prompt) },
    ...{ iterations: 3, batch: 4, epochs: 2, beta: 0.05, learningRate: 1e-2, valueLearningRate: 1e-2 },
    pretraining: { rows, gamma: 0.1 },
  }),
  trainer,
})

/** Rows of tokens of any kind, some with padding on the left. */
export function anyTokens(config: ModelConfig, count: number, size: number, seed: number): Int32Array {
  const random = new Random(seed, 'tokens')
  const tokens = Int32Array.from({ length: count * config.context }, () => 1 + random.below(size - 1))
  for (let row = 0; row < count; row += 1) tokens.fill(PAD, row * config.context, row * config.context + row)
  return tokens
}
