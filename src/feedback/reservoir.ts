import type { Draw } from './seeded-draw.ts'

/**
 * A sample of a stream of unknown length: at the end each item that went by is in it with the same probability, and
 * memory is as large as the sample (Vitter's algorithm R). Rule F5.
 */
export class Reservoir<T> {
  readonly #size: number
  readonly #draw: Draw
  readonly #kept: T[] = []
  #seen = 0

  constructor(size: number, draw: Draw) {
    this.#size = size
    this.#draw = draw
  }

  offer(item: T): void {
    this.#seen += 1
    if (this.#kept.length < this.#size) {
      this.#kept.push(item)
      return
    }
    const place = this.#draw(this.#seen)
    if (place < this.#size) this.#kept[place] = item
  }

  /** How many went by. */
  get seen(): number {
    return this.#seen
  }

  get kept(): readonly T[] {
    return this.#kept
  }
}
