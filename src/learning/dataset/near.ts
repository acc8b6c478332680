import { estimate, gramsOf, jaccard, PERMUTATIONS } from './likeness.ts'

/** From here on two texts say the same. */
export const ALIKE = 0.8
/** Three standard errors below: an estimate that low is never of texts that are alike. */
const WORTH_A_LOOK = ALIKE - 0.11
/**
 * 25 bands of 5: texts that are 0.8 alike share a band in 99.99 of 100 cases, texts that are 0.4 alike in 23.
 * What shares one is compared in full, so a band decides nothing.
 */
const BANDS = 25
const ROWS = 5
const NOTHING = -1
const SMALLEST = 1_024

/**
 * Finds texts that are alike among those it was told. Holds about 700 bytes a text, and no text: `text` reads one
 * again when its estimate is worth a look.
 */
export class NearTexts {
  readonly #text: (nth: number) => string
  #size = 0
  #signatures = new Uint32Array(SMALLEST * PERMUTATIONS)
  /** Per text and band the text before it in the same bucket. */
  #before = new Int32Array(SMALLEST * BANDS)
  /** The last text of each bucket. Buckets may hold other bands too: what is found is looked at anyway. */
  #buckets = new Int32Array(SMALLEST * BANDS * 2).fill(NOTHING)

  /** @param text the normalised text of the nth call of `add`. */
  constructor(text: (nth: number) => string) {
    this.#text = text
  }

  /**
   * Those among the texts before that are alike, oldest first.
   *
   * @param text normalised
   * @param matters which ones to look at; a text is not read again for the others
   */
  find(text: string, signature: Uint32Array, matters: (nth: number) => boolean): readonly Alike[] {
    const seen = new Set<number>()
    for (let band = 0; band < BANDS; band += 1) {
      for (
        let nth = this.#lastOf(signature, band);
        nth !== NOTHING;
        nth = this.#before[nth * BANDS + band] ?? NOTHING
      )
        seen.add(nth)
    }
    const candidates = [...seen].filter(
      (nth) => matters(nth) && estimate(signature, this.#signature(nth)) >= WORTH_A_LOOK,
    )
    if (candidates.length === 0) return []
    const grams = gramsOf(text)
    return candidates
      .toSorted((a, b) => a - b)
      .map((nth) => ({ nth, likeness: jaccard(grams, gramsOf(this.#text(nth))) }))
      .filter(({ likeness }) => likeness >= ALIKE)
  }

  /** @returns the text's number, from 0. */
  add(signature: Uint32Array): number {
    const nth = this.#size
    if ((nth + 1) * PERMUTATIONS > this.#signatures.length) this.#grow()
    this.#signatures.set(signature, nth * PERMUTATIONS)
    this.#size += 1
    this.#enter(nth)
    return nth
  }

  #enter(nth: number): void {
    const signature = this.#signature(nth)
    for (let band = 0; band < BANDS; band += 1) {
      const bucket = this.#bucketOf(signature, band)
      this.#before[nth * BANDS + band] = this.#buckets[bucket] ?? NOTHING
      this.#buckets[bucket] = nth
    }
  }

  #lastOf(signature: Uint32Array, band: number): number {
    return this.#buckets[this.#bucketOf(signature, band)] ?? NOTHING
  }

  /** Each band has buckets of its own, so that a chain stays within its band. */
  #bucketOf(signature: Uint32Array, band: number): number {
    const each = this.#buckets.length / BANDS
    let hash = 0
    for (let row = band * ROWS; row < (band + 1) * ROWS; row += 1)
      hash = Math.imul(hash ^ (signature[row] ?? 0), 0x9e3779b1) ^ (hash >>> 15)
    return band * each + ((hash >>> 0) % each)
  }

  #signature(nth: number): Uint32Array {
    return this.#signatures.subarray(nth * PERMUTATIONS, (nth + 1) * PERMUTATIONS)
  }

  #grow(): void {
    const signatures = new Uint32Array(this.#signatures.length * 2)
    signatures.set(this.#signatures)
    this.#signatures = signatures
    this.#before = new Int32Array(this.#before.length * 2)
    this.#buckets = new Int32Array(this.#buckets.length * 2).fill(NOTHING)
    for (let nth = 0; nth < this.#size; nth += 1) this.#enter(nth)
  }
}

export interface Alike {
  readonly nth: number
  /** Jaccard similarity, computed in full. */
  readonly likeness: number
}
