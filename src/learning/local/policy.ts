/** A trained model that answers. */
import { createDivergence } from './experience.ts'
import type { Network } from './network.ts'
import type { Weights } from './numerics.ts'
import { Random } from './random.ts'
import type { Sequences } from './sequences.ts'
import type { Model, ModelConfig, Policy, Prompt, SampleOptions } from './trainer.ts'
import { END, promptTokens, type Vocabulary } from './vocabulary.ts'

/** @param batch prompts answered at once; fewer cost as much. */
export function createPolicy(network: Network, model: Model, batch: number): Policy {
  const { config, vocabulary } = network
  const weights = network.numerics.weights(model.blocks)
  const sample = batches(network, batch)
  return {
    config,
    async sample(prompts, options) {
      const completions: string[] = []
      for await (const { sequences, count } of sample(weights, prompts, options)) {
        completions.push(...completionsOf(config, vocabulary, sequences).slice(0, count))
      }
      return completions
    },
  }
}

/** Nats per completion that a model is away from another, on completions of its own; mean over the prompts. */
export async function divergenceOf(
  network: Network,
  model: Model,
  reference: Model,
  prompts: readonly Prompt[],
  { batch, ...options }: SampleOptions & { readonly batch: number },
): Promise<number> {
  const { numerics } = network
  const [weights, other] = [numerics.weights(model.blocks), numerics.weights(reference.blocks)]
  const apart = createDivergence(network)
  const all: number[] = []
  for await (const { sequences, count } of batches(network, batch)(weights, prompts, options)) {
    all.push(...(await apart(weights, other, sequences)).slice(0, count))
  }
  numerics.free(weights)
  numerics.free(other)
  return all.reduce((sum, each) => sum + each, 0) / all.length
}

/** Whole batches, the last one filled up: `count` of its rows were asked for. */
function batches({ config, vocabulary, sample }: Network, batch: number) {
  return async function* (weights: Weights, prompts: readonly Prompt[], { seed, ...options }: SampleOptions) {
    const random = new Random(seed, 'sample')
    for (let at = 0; at < prompts.length; at += batch) {
      const some = prompts.slice(at, at + batch)
      const asked = Array.from({ length: batch }, (_, nth) => some[nth % some.length] ?? [])
      const rows = asked.map((prompt) => promptTokens(config, vocabulary, prompt))
      yield { sequences: await sample(weights, rows, { ...options, random }), count: some.length }
    }
  }
}

/** What comes after the prompt and before the end. */
export function completionsOf(
  { context, promptTokens: prompt }: ModelConfig,
  vocabulary: Vocabulary,
  { count, tokens }: Sequences,
): readonly string[] {
  return Array.from({ length: count }, (_, row) => {
    const completion = tokens.subarray(row * context + prompt, (row + 1) * context)
    const end = completion.indexOf(END)
    return vocabulary.decode(end === -1 ? completion : completion.subarray(0, end))
  })
}
