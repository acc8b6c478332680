/** Rankings by a taste that is known: what a head should find out. */

import { Random } from '#core/learning/local/random.ts'
import type { Element } from '#core/learning/reward/head/elements.ts'
import { SCALAR_NAMES } from '#core/learning/reward/head/features.ts'
import { dot } from '#core/learning/reward/head/lbfgs.ts'

export interface PlantedPrompt extends Element<Float32Array> {
  /** What each answer is worth in truth. */
  readonly worth: readonly number[]
}

export interface Planted {
  readonly dimensions: number
  readonly seed: number
  /** How far answers stand apart, in units of the noise of who ranks them. */
  readonly scale: number
}

/** Embeddings that point anywhere: the worst case, because nothing is learned of a direction from its neighbours. */
export class PlantedTaste {
  readonly #dimensions: number
  readonly #scale: number
  readonly #seed: number
  readonly #taste: Float64Array

  constructor({ dimensions, seed, scale }: Planted) {
    this.#dimensions = dimensions
    this.#scale = scale
    this.#seed = seed
    const random = new Random(seed, 'taste')
    const taste = Float64Array.from({ length: dimensions }, () => random.gauss())
    this.#taste = taste.map((each) => each / Math.sqrt(dot(taste, taste)))
  }

  /** @param answers to each prompt, ranked by Plackett and Luce's model. The same name draws the same prompts. */
  prompts(name: string, count: number, answers: number): readonly PlantedPrompt[] {
    const random = new Random(this.#seed, name)
    return Array.from({ length: count }, () => this.#prompt(random, answers))
  }

  answers(name: string, count: number): readonly Float32Array[] {
    const random = new Random(this.#seed, name)
    return Array.from({ length: count }, () => this.#answer(random))
  }

  #prompt(random: Random, count: number): PlantedPrompt {
    const answers = Array.from({ length: count }, () => this.#answer(random))
    const worth = answers.map((answer) => this.#worth(answer))
    const utilities = worth.map((each) => each + random.gumbel())
    const order = utilities.map((_, nth) => nth).sort((a, b) => (utilities[b] ?? 0) - (utilities[a] ?? 0))
    return { answers, worth, preferences: preferencesOf(order) }
  }

  #answer(random: Random): Float32Array {
    const answer = new Float32Array(this.#dimensions + SCALAR_NAMES.length)
    let squares = 0
    for (let j = 0; j < this.#dimensions; j += 1) {
      // In so many dimensions a cube is as good as a ball, and millions are drawn.
      const value = random.next() - 0.5
      answer[j] = value
      squares += value * value
    }
    const length = Math.sqrt(squares)
    for (let j = 0; j < this.#dimensions; j += 1) answer[j] = (answer[j] ?? 0) / length
    answer[this.#dimensions] = 5 + random.gauss()
    return answer
  }

  #worth(answer: Float32Array): number {
    let sum = 0
    for (let j = 0; j < this.#dimensions; j += 1) sum += (this.#taste[j] ?? 0) * (answer[j] ?? 0)
    return sum * this.#scale * Math.sqrt(this.#dimensions)
  }
}

/** All C(K,2) pairs of one ranking. @param order best first */
export function preferencesOf(order: readonly number[]): Element<unknown>['preferences'] {
  const weight = 2 / (order.length * (order.length - 1))
  return order.flatMap((better, place) =>
    order.slice(place + 1).map((worse) => ({ better, worse, share: 1, weight })),
  )
}

/** How often people's order is the true one: no head can agree with them more often. */
export function ceilingOf(prompts: readonly PlantedPrompt[]): number {
  const right = prompts.flatMap(({ worth, preferences }) =>
    preferences.map(({ better, worse }): number => Number((worth[better] ?? 0) > (worth[worse] ?? 0))),
  )
  return right.reduce((sum, each) => sum + each, 0) / right.length
}
