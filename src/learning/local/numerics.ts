/**
 * Arrays, derivatives and compiled functions: the one module that knows `@jax-js/jax`, which is young and pinned to
 * the release that was measured. It is loaded on demand, since only the processes that train pay for it.
 *
 * The package counts owners of every array and frees it after the last. Here a function only borrows: it takes `.ref`
 * of whatever it uses, and this module frees what it was given when the function is done. Numbers come in as plain
 * arrays and are read before the next step begins, since the package computes when somebody looks, and what nobody
 * looks at piles up (seven times slower).
 */
import type { Array as JaxArray, nn as Nn, numpy as Numpy } from '@jax-js/jax'

export type Tensor = JaxArray
/** A model's numbers while it is trained or asked. By name, as in a safetensors file. */
export type Weights = { [name: string]: Tensor }

/** Numbers for one call. */
export interface Input {
  readonly shape: readonly number[]
  readonly values: Float32Array | Int32Array
}

export type Operations = Pick<
  typeof Numpy,
  'matmul' | 'sqrt' | 'exp' | 'square' | 'minimum' | 'maximum' | 'clip' | 'array'
> &
  Pick<typeof Nn, 'softmax' | 'logSoftmax' | 'softplus' | 'gelu' | 'oneHot'>

/** From weights and inputs by name, all borrowed, to an array of one's own. */
export type Formula<Name extends string> = (weights: Weights, inputs: Record<Name, Tensor>) => Tensor
/** Hands a state on. */
export type StatefulFormula<Name extends string> = (
  weights: Weights,
  state: Weights,
  inputs: Record<Name, Tensor>,
) => [Tensor, Weights]
export type Inputs<Name extends string> = Readonly<Record<Name, Input>>

/** Weights under training, and what Adam remembers of them. Every step puts new ones in the place of the old. */
export interface Learner {
  weights: Weights
  first: Weights
  second: Weights
  /** Made so far. */
  steps: number
}

export interface Gradient {
  readonly loss: number
  readonly gradient: Readonly<Record<string, Float32Array>>
}

/** Decay of the running means of the gradient and of its square; short, since a run is a few hundred steps. */
const FIRST_DECAY = 0.9
const SECOND_DECAY = 0.99
/** A gradient longer than this is shortened: one odd batch must not undo a run. */
const LONGEST_GRADIENT = 1
const TINY = 1e-8

/** Loads the package and its WebAssembly backend. Once per process is enough. */
export async function loadNumerics(): Promise<Numerics> {
  const jax = await import('@jax-js/jax')
  await jax.init('wasm')
  jax.defaultDevice('wasm')
  return new Numerics(jax)
}

export class Numerics {
  readonly op: Operations
  readonly #jax: typeof import('@jax-js/jax')
  readonly #adam: (...all: [Weights, Weights, Weights, Weights, Tensor]) => [Weights, Weights, Weights]

  constructor(jax: typeof import('@jax-js/jax')) {
    this.#jax = jax
    this.op = { ...jax.numpy, ...jax.nn }
    this.#adam = jax.jit(adam(this.op))
  }

  tensor({ values, shape }: Input): Tensor {
    // The package's types want an ArrayBuffer of its own: a copy has one, and costs nothing beside a step.
    return this.#jax.numpy.array(values.slice(), { shape: [...shape] })
  }

  zeros(shape: readonly number[]): Tensor {
    return this.#jax.numpy.zeros([...shape])
  }

  /** Frees it. */
  async read(tensor: Tensor): Promise<Float32Array> {
    return Float32Array.from(await tensor.data())
  }

  weights(blocks: Readonly<Record<string, Input>>): Weights {
    return mapped(blocks, (block) => this.tensor(block))
  }

  /** A second owner of the same numbers. */
  share(weights: Weights): Weights {
    return mapped(weights, (tensor) => tensor.ref)
  }

  free(weights: Weights): void {
    free(weights)
  }

  learner(weights: Weights): Learner {
    const zeros = () => mapped(weights, (tensor) => this.zeros(tensor.shape))
    return { weights, first: zeros(), second: zeros(), steps: 0 }
  }

  /** Compiled the first time it is called with inputs of a shape. */
  evaluate<Name extends string>(
    formula: Formula<Name>,
  ): (weights: Weights, inputs: Inputs<Name>) => Promise<Float32Array> {
    const compiled = this.#jax.jit(borrowing(formula))
    return (weights, inputs) => this.read(compiled(this.share(weights), this.weights(inputs)))
  }

  /** As `evaluate`, for a formula that hands a state on; the state that is given is used up. */
  advance<Name extends string>(
    formula: StatefulFormula<Name>,
  ): (weights: Weights, state: Weights, inputs: Inputs<Name>) => [Tensor, Weights] {
    const compiled = this.#jax.jit((weights: Weights, state: Weights, inputs: Weights) => {
      const out = formula(weights, state, sameNames(inputs))
      for (const borrowed of [weights, state, inputs]) free(borrowed)
      return out
    })
    return (weights, state, inputs) => compiled(this.share(weights), state, this.weights(inputs))
  }

  /** The loss, a single number, and what it becomes with every weight. */
  differentiate<Name extends string>(
    loss: Formula<Name>,
  ): (weights: Weights, inputs: Inputs<Name>) => Promise<Gradient> {
    const compiled = this.#gradientOf(loss)
    return async (weights, inputs) => {
      const [value, gradient] = compiled(this.share(weights), this.weights(inputs))
      const read: Record<string, Float32Array> = {}
      for (const [name, tensor] of Object.entries(gradient)) read[name] = await this.read(tensor)
      return { loss: only(await this.read(value)), gradient: read }
    }
  }

  /** One step of Adam, with the gradient shortened. @returns the loss before it. */
  train<Name extends string>(
    loss: Formula<Name>,
  ): (learner: Learner, rate: number, inputs: Inputs<Name>) => Promise<number> {
    const compiled = this.#gradientOf(loss)
    return async (learner, rate, inputs) => {
      const { weights, first, second } = learner
      const [value, gradient] = compiled(this.share(weights), this.weights(inputs))
      learner.steps += 1
      const scales = [1 / (1 - FIRST_DECAY ** learner.steps), 1 / (1 - SECOND_DECAY ** learner.steps)]
      const settings = this.tensor({ values: Float32Array.from([rate, ...scales]), shape: [3] })
      const next = this.#adam(weights, first, second, gradient, settings)
      ;[learner.weights, learner.first, learner.second] = next
      return only(await this.read(value))
    }
  }

  #gradientOf<Name extends string>(
    loss: Formula<Name>,
  ): (weights: Weights, inputs: Weights) => [Tensor, Weights] {
    const both = this.#jax.valueAndGrad(borrowing(loss))
    return this.#jax.jit((weights: Weights, inputs: Weights) => both(weights, inputs))
  }
}

/** Frees what the formula borrowed. */
const borrowing =
  <Name extends string>(formula: Formula<Name>) =>
  (weights: Weights, inputs: Weights): Tensor => {
    const out = formula(weights, sameNames(inputs))
    free(weights)
    free(inputs)
    return out
  }

/** The package hands a dictionary through with the names it had, which its types do not say. */
const sameNames = <Name extends string>(tensors: Weights) => tensors as Record<Name, Tensor>

function free(weights: Weights): void {
  for (const tensor of Object.values(weights)) tensor.dispose()
}

/** Kingma and Ba 2015, with the gradient's length limited over all weights together. */
const adam =
  (op: Operations) =>
  (
    weights: Weights,
    first: Weights,
    second: Weights,
    gradient: Weights,
    settings: Tensor,
  ): [Weights, Weights, Weights] => {
    const rate = settings.ref.slice(0)
    const [firstScale, secondScale] = [settings.ref.slice(1), settings.slice(2)]
    const squares = Object.values(gradient).map((tensor) => op.square(tensor.ref).sum())
    const length = op.sqrt(squares.reduce((sum, each) => sum.add(each)))
    const shorten = op.minimum(op.array(1), op.array(LONGEST_GRADIENT).div(length.add(1e-6)))
    const next: [Weights, Weights, Weights] = [{}, {}, {}]
    for (const [name, tensor] of Object.entries(weights)) {
      const slope = named(gradient, name).mul(shorten.ref)
      const m = named(first, name)
        .mul(FIRST_DECAY)
        .add(slope.ref.mul(1 - FIRST_DECAY))
      const v = named(second, name)
        .mul(SECOND_DECAY)
        .add(op.square(slope).mul(1 - SECOND_DECAY))
      const way = m.ref.mul(firstScale.ref).div(op.sqrt(v.ref.mul(secondScale.ref)).add(TINY))
      next[0][name] = tensor.sub(way.mul(rate.ref))
      next[1][name] = m
      next[2][name] = v
    }
    for (const tensor of [rate, firstScale, secondScale, shorten]) tensor.dispose()
    return next
  }

export function named<T>(record: Readonly<Record<string, T>>, name: string): T {
  const found = record[name]
  if (found === undefined) throw new Error(`There is no ${name} in ${Object.keys(record).join(', ')}.`)
  return found
}

const mapped = <A, B>(record: Readonly<Record<string, A>>, change: (each: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, each]) => [name, change(each)]))

const only = (values: Float32Array): number => values[0] ?? Number.NaN
