/**
 * The network: a GPT with root-mean-square norms before each part (Zhang and Sennrich 2019), learned positions, the
 * embedding used again for the output, and a head that gives one number per token for reward and value.
 */
import { type Numerics, named, type Tensor, type Weights } from './numerics.ts'
import { Random } from './random.ts'
import type { Block, Blocks, ModelConfig } from './trainer.ts'
import { vocabularyOf } from './vocabulary.ts'

/** Deviations of new weights; what is added to the stream is smaller, by the number of additions. */
const USUAL_DEVIATION = 0.05
const PLACE_DEVIATION = 0.02

export function newBlocks(config: ModelConfig, seed: number): Blocks {
  const random = new Random(seed, 'weights')
  const { width, layers, context } = config
  const drawn = (shape: readonly number[], deviation: number): Block => ({
    shape,
    values: Float32Array.from({ length: sizeOf(shape) }, () => deviation * random.gauss()),
  })
  const same = (shape: readonly number[], value: number): Block => ({
    shape,
    values: new Float32Array(sizeOf(shape)).fill(value),
  })
  const added = USUAL_DEVIATION / Math.sqrt(2 * layers)
  const blocks: Record<string, Block> = {
    tokens: drawn([vocabularyOf(config).size, width], USUAL_DEVIATION),
    places: drawn([context, width], PLACE_DEVIATION),
    norm: same([width], 1),
    'head.weight': same([width, 1], 0),
    'head.bias': same([1], 0),
  }
  for (let layer = 0; layer < layers; layer += 1) {
    blocks[`${layer}.attention.norm`] = same([width], 1)
    blocks[`${layer}.attention.in`] = drawn([width, 3 * width], USUAL_DEVIATION)
    blocks[`${layer}.attention.out`] = drawn([width, width], added)
    blocks[`${layer}.feed.norm`] = same([width], 1)
    blocks[`${layer}.feed.in`] = drawn([width, 4 * width], USUAL_DEVIATION)
    blocks[`${layer}.feed.out`] = drawn([4 * width, width], added)
  }
  return blocks
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, each) => product * each, 1)

/** All formulas borrow what they are given. */
export class Gpt {
  readonly config: ModelConfig
  readonly #op: Numerics['op']
  readonly #vocabulary: number

  constructor(numerics: Numerics, config: ModelConfig) {
    this.config = config
    this.#op = numerics.op
    this.#vocabulary = vocabularyOf(config).size
  }

  /** [rows, context, vocabulary] */
  readonly logits = (weights: Weights, tokens: Tensor, attention: Tensor): Tensor =>
    this.#op.matmul(this.#stream(weights, tokens, attention), of(weights, 'tokens').transpose([1, 0]))

  /** The head's number at every place: [rows, context] */
  readonly numbers = (weights: Weights, tokens: Tensor, attention: Tensor): Tensor => {
    const [rows = 0, context = 0] = tokens.shape
    return this.#op
      .matmul(this.#stream(weights, tokens, attention), of(weights, 'head.weight'))
      .add(of(weights, 'head.bias'))
      .reshape([rows, context])
  }

  /** Log-probability of every token after the first: [rows, context - 1] */
  readonly logProbabilities = (weights: Weights, tokens: Tensor, attention: Tensor): Tensor => {
    const { context } = this.config
    const all = this.#op.logSoftmax(this.logits(weights, tokens, attention)).slice([], [0, context - 1])
    return all.mul(this.#op.oneHot(tokens.ref.slice([], [1, context]), this.#vocabulary)).sum(-1)
  }

  /**
   * One place of every row, with keys and values of the earlier ones remembered: what sampling costs.
   *
   * @param memory `<layer>.keys`, `<layer>.values`: [rows, heads, context, width / heads], zero where nothing was yet.
   * @param token [rows]. @param place [context], 1 at the place. @param attention [rows, 1, 1, context].
   * @returns logits [rows, vocabulary], and the memory with this place.
   */
  readonly step = (
    weights: Weights,
    memory: Weights,
    token: Tensor,
    place: Tensor,
    attention: Tensor,
  ): [Tensor, Weights] => {
    const { context, width, heads, layers } = this.config
    const [rows = 0] = token.shape
    const op = this.#op
    const next: Weights = {}
    const here = () => place.ref.reshape([1, 1, context, 1])
    let stream = op
      .matmul(op.oneHot(token.ref, this.#vocabulary), of(weights, 'tokens'))
      .add(op.matmul(place.ref.reshape([1, context]), of(weights, 'places')))
    for (let layer = 0; layer < layers; layer += 1) {
      const mixed = op
        .matmul(
          this.#normed(stream.ref, of(weights, `${layer}.attention.norm`)),
          of(weights, `${layer}.attention.in`),
        )
        .reshape([rows, 3, heads, 1, width / heads])
        .transpose([1, 0, 2, 3, 4])
      const keys = of(memory, `${layer}.keys`).add(mixed.ref.slice(1).mul(here()))
      const values = of(memory, `${layer}.values`).add(mixed.ref.slice(2).mul(here()))
      next[`${layer}.keys`] = keys.ref
      next[`${layer}.values`] = values.ref
      const seen = this.#attend(mixed.slice(0), keys, values, attention).reshape([rows, width])
      stream = stream.add(op.matmul(seen, of(weights, `${layer}.attention.out`)))
      stream = stream.add(this.#feed(weights, layer, stream.ref))
    }
    const logits = op.matmul(
      this.#normed(stream, of(weights, 'norm')),
      of(weights, 'tokens').transpose([1, 0]),
    )
    return [logits, next]
  }

  #stream(weights: Weights, tokens: Tensor, attention: Tensor): Tensor {
    const { width, heads, layers } = this.config
    const [rows = 0, length = 0] = tokens.shape
    const op = this.#op
    let stream = op
      .matmul(op.oneHot(tokens.ref, this.#vocabulary), of(weights, 'tokens'))
      .add(of(weights, 'places').slice([0, length]))
    for (let layer = 0; layer < layers; layer += 1) {
      const mixed = op
        .matmul(
          this.#normed(stream.ref, of(weights, `${layer}.attention.norm`)),
          of(weights, `${layer}.attention.in`),
        )
        .reshape([rows, length, 3, heads, width / heads])
        .transpose([2, 0, 3, 1, 4])
      const seen = this.#attend(mixed.ref.slice(0), mixed.ref.slice(1), mixed.slice(2), attention)
        .transpose([0, 2, 1, 3])
        .reshape([rows, length, width])
      stream = stream.add(op.matmul(seen, of(weights, `${layer}.attention.out`)))
      stream = stream.add(this.#feed(weights, layer, stream.ref))
    }
    return this.#normed(stream, of(weights, 'norm'))
  }

  /** Uses up queries, keys and values: [rows, heads, places, width / heads]. */
  #attend(queries: Tensor, keys: Tensor, values: Tensor, attention: Tensor): Tensor {
    const scale = 1 / Math.sqrt(this.config.width / this.config.heads)
    const scores = this.#op
      .matmul(queries, keys.transpose([0, 1, 3, 2]))
      .mul(scale)
      .add(attention.ref)
    return this.#op.matmul(this.#op.softmax(scores), values)
  }

  #feed(weights: Weights, layer: number, stream: Tensor): Tensor {
    const normed = this.#normed(stream, of(weights, `${layer}.feed.norm`))
    const wide = this.#op.gelu(this.#op.matmul(normed, of(weights, `${layer}.feed.in`)))
    return this.#op.matmul(wide, of(weights, `${layer}.feed.out`))
  }

  #normed(stream: Tensor, gain: Tensor): Tensor {
    const size = this.#op.sqrt(this.#op.square(stream.ref).mean(-1, { keepdims: true }).add(1e-5))
    return stream.div(size).mul(gain)
  }
}

const of = (weights: Weights, name: string): Tensor => named(weights, name).ref
