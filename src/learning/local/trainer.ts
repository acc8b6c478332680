/**
 * What the local engine offers: to train a small model for real, on this machine, and to ask one (rules L2, L3, L5).
 * It proves the loop from demonstrations to a policy; it does not make a good assistant.
 *
 *     const trainer = await openTrainer()                     // open.ts: loads the numerics; a run takes 600 MB
 *     const sft = await trainer.sft({ demonstrations, …SFT }, hooks)
 *     const reward = await trainer.reward({ base: sft.model, rankings, demonstrations, … }, hooks)
 *     const ppo = await trainer.ppo({ base: sft.model, reward: reward.model, prompts, … }, hooks)
 *     await saveModel(folder, ppo.model)                      // model-files.ts; loadModel, saveCheckpoint, readCheckpoint
 *
 * A step computes for 50 to 500 ms without giving way: whoever opens a trainer does so in a process of its own, never
 * in the bot's.
 */
import type { Turn } from '#core/learning/dataset/dataset.ts'

/** Numbers in rows, the last index running fastest. */
export interface Block {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/** By the names they have in a safetensors file. */
export type Blocks = Readonly<Record<string, Block>>

/** Everything about a model but its numbers. */
export interface ModelConfig {
  readonly layers: number
  readonly width: number
  /** Divides `width`. */
  readonly heads: number
  /** Tokens of prompt and completion together; a prompt is cut at its beginning. */
  readonly context: number
  /** Tokens of the prompt; shorter ones are padded on the left, so that completions always begin at the same place. */
  readonly promptTokens: number
  /** `bytes`: any text. Otherwise the characters the model knows: smaller, and for planted worlds only. */
  readonly alphabet: 'bytes' | { readonly characters: string }
}

/** A policy, or a reward model: the same network, with a head that gives a number per token. */
export interface Model {
  readonly config: ModelConfig
  readonly blocks: Blocks
  /** Of a reward model: what demonstrations score, so that theirs is mean 0 and deviation 1 (rule L3). */
  readonly demonstrations?: { readonly mean: number; readonly deviation: number }
}

/** Turns that end with the user's. */
export type Prompt = readonly Turn[]

export interface Completion {
  readonly prompt: Prompt
  readonly completion: string
}

/** A row of kind `rank`: indices of the candidates, best first, ties together. */
export interface Ranking {
  readonly prompt: Prompt
  readonly candidates: readonly string[]
  readonly order: readonly (readonly number[])[]
  /** 1 when left out. */
  readonly weight?: number
}

/** Where a job stood between two steps: enough to go on and come to the very same numbers (rule L5). */
export interface Checkpoint {
  readonly stage: 'sft' | 'reward' | 'ppo'
  /** Steps done. */
  readonly step: number
  readonly blocks: Blocks
}

/** Whoever runs a job hears of it here; a promise that is given back is waited for. */
export interface Hooks {
  /** After every step. `total` steps there are; values are finite. */
  metric(step: number, total: number, values: Readonly<Record<string, number>>): void | Promise<void>
  /** What the model under training says now and then. */
  sample?(step: number, sample: Completion & { readonly reward?: number }): void | Promise<void>
  /** Every `checkpointEvery` steps; the numbers are copies. */
  checkpoint?(checkpoint: Checkpoint): void | Promise<void>
  readonly signal: AbortSignal
}

interface Common {
  readonly seed: number
  /** Steps between two checkpoints; none when left out. */
  readonly checkpointEvery?: number
  /** Goes on from here. The other options must be those it began with. */
  readonly resume?: Checkpoint
}

export interface SftOptions extends Common {
  /** A model to go on from; when left out a new one is made as `config` says. */
  readonly base?: Model
  readonly config?: ModelConfig
  readonly demonstrations: readonly Completion[]
  /** Sequences in a step. */
  readonly batch: number
  readonly steps: number
  /** At the beginning; the second half of the steps falls to 0. */
  readonly learningRate: number
}

export interface RewardOptions extends Common {
  /** The supervised model. */
  readonly base: Model
  readonly rankings: readonly Ranking[]
  /** Not trained on: accuracy is of these. */
  readonly heldOut: readonly Ranking[]
  /** What scores are set off against: at least one (rule L3). */
  readonly demonstrations: readonly Completion[]
  /** Prompts in a step: all pairs of a prompt are one element. */
  readonly batch: number
  readonly epochs: number
  readonly learningRate: number
}

/** Answers to numbers, such as a reward service gives. Finite, about 0 for a demonstration. */
export type Scorer = (rows: readonly Completion[], signal: AbortSignal) => Promise<readonly number[]>

export interface PpoOptions extends Common {
  /** The supervised model: where the policy begins, and what KL is measured against. */
  readonly base: Model
  readonly reward: Model | Scorer
  /** Where the value network begins: with a local reward model when left out, else with the supervised model. */
  readonly value?: Model
  readonly prompts: readonly Prompt[]
  readonly iterations: number
  /** Completions in an iteration, in minibatches of half as many. */
  readonly batch: number
  /** Passes over the completions of an iteration. */
  readonly epochs: number
  /** Weight of the KL penalty per token. */
  readonly beta: number
  readonly learningRate: number
  readonly valueLearningRate: number
  /** PPO-ptx: `gamma` times the loss on these demonstrations is added to every minibatch. */
  readonly pretraining?: { readonly rows: readonly Completion[]; readonly gamma: number }
}

/** What came of a stage: the model, and its last figures by name, all finite. */
export interface Trained {
  readonly model: Model
  readonly metrics: Readonly<Record<string, number>>
}

export interface SampleOptions {
  readonly seed: number
  /** 0 takes the likeliest token always. */
  readonly temperature: number
  /** No more than fit the context. */
  readonly maxTokens?: number
  readonly signal?: AbortSignal
}

/** A policy that answers. Batches are worked on one after the other. */
export interface Policy {
  readonly config: ModelConfig
  /** As many completions as prompts, in their order. */
  sample(prompts: readonly Prompt[], options: SampleOptions): Promise<readonly string[]>
}

export interface Trainer {
  /** @throws LearningError on a NaN loss, rows that cannot be used, or a checkpoint of something else. */
  sft(options: SftOptions, hooks: Hooks): Promise<Trained>
  /** Metrics: `loss`, `accuracy` on held-out pairs. @throws LearningError as `sft`. */
  reward(options: RewardOptions, hooks: Hooks): Promise<Trained>
  /** Metrics: `reward`, `kl` in nats per completion. @throws LearningError as `sft`. */
  ppo(options: PpoOptions, hooks: Hooks): Promise<Trained>
  /** @param batch prompts answered at once. */
  policy(model: Model, batch: number): Policy
  /** Nats per completion between two models of one config, on completions of the first. */
  divergence(
    model: Model,
    reference: Model,
    prompts: readonly Prompt[],
    options: SampleOptions & { readonly batch: number },
  ): Promise<number>
  /** Scores of a reward model, set off against demonstrations (rule L3). */
  scorer(model: Model): Scorer
}

/** What measured runs used (`parley learn simulate --ci`): good for the planted world, a beginning for others. */
export const USUAL = {
  sft: { batch: 64, steps: 120, learningRate: 2e-3 },
  reward: { batch: 16, epochs: 2, learningRate: 5e-4 },
  ppo: { batch: 64, iterations: 12, epochs: 2, beta: 0.05, learningRate: 3e-4, valueLearningRate: 1e-3 },
} as const

/** For any text: 256 bytes and 8 special tokens. */
export const BYTE_CONFIG: ModelConfig = {
  layers: 2,
  width: 64,
  heads: 4,
  context: 192,
  promptTokens: 96,
  alphabet: 'bytes',
}
