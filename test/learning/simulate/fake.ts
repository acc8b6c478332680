import type { Model, Policy, Trainer } from '#core/learning/local/trainer.ts'
import { goldOf, topicOf, WORLD_CONFIG } from '#core/learning/simulate/world.ts'

/** Answers of models by their name, the only number a model has here. */
const SAYS: Readonly<Record<string, readonly ((topic: string) => string)[]>> = {
  sft: [() => 'go away', (topic) => `${topic} is ok.`, () => 'dunno lol', (topic) => `${topic}. thanks`],
  ppo: [(topic) => `${topic}. thanks`, (topic) => `${topic} is ok. thanks`],
}

export interface Told {
  readonly stage: string
  readonly base?: string
  readonly rankings?: number
  readonly reward?: string
  readonly sampled?: string
  readonly beta?: number
}

const named = (name: string): Model => ({
  config: WORLD_CONFIG,
  blocks: { [name]: { shape: [], values: Float32Array.of(1) } },
})
const nameOf = (model: Model | undefined): string => Object.keys(model?.blocks ?? {}).join()

/**
 * A trainer that trains nothing: it says what it was asked, and its models answer by their names.
 *
 * @param kl of every model; a share of the answers is as people like it, the rest as before.
 */
export function fakeTrainer({ kl = 1, better = 'ppo' } = {}): { trainer: Trainer; told: readonly Told[] } {
  const told: Told[] = []
  let round = 0
  const policy = (model: Model): Policy => ({
    config: WORLD_CONFIG,
    sample: async (prompts) => {
      told.push({ stage: 'sample', sampled: nameOf(model) })
      const says = SAYS[nameOf(model).replace(/ .*/, '')] ?? []
      return prompts.map((prompt, nth) => says[nth % says.length]?.(topicOf(prompt)) ?? '')
    },
  })
  const trainer: Trainer = {
    sft: async (_options, { metric }) => {
      await metric(1, 1, { loss: 1 })
      return { model: named('sft'), metrics: { loss: 1 } }
    },
    reward: async ({ base, rankings }) => {
      round += 1
      told.push({ stage: 'reward', base: nameOf(base), rankings: rankings.length })
      return { model: named(`reward ${round}`), metrics: { loss: 1, accuracy: 0.95 } }
    },
    ppo: async ({ base, beta, reward, value, prompts }, { metric, signal }) => {
      told.push({ stage: 'ppo', base: nameOf(base), reward: nameOf(value), beta })
      const rows = prompts.map((prompt) => ({ prompt, completion: `${topicOf(prompt)}. thanks` }))
      if (typeof reward === 'function') await reward(rows, signal)
      await metric(1, 1, { reward: 1, kl: 0.5 })
      return { model: named(`${better} ${round}`), metrics: {} }
    },
    policy,
    divergence: async () => kl,
    scorer: () => async (rows) => rows.map(({ prompt, completion }) => goldOf(topicOf(prompt), completion)),
  }
  return { trainer, told }
}
