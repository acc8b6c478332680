/**
 * How alike two texts are: Jaccard similarity of their 5-grams, and its MinHash estimate, which is quick enough to
 * compare everything with everything. Own code: npm's one MinHash package has had no release for years.
 */

/** Characters, not words: chat prompts are short, and not every language puts spaces between words. */
const GRAM = 5
/** The standard error of an estimate is `sqrt(J (1 - J) / 128)`: at most 0.044. */
export const PERMUTATIONS = 128

/** Case, accents' encoding, spacing and width are no difference. */
export const normalise = (text: string): string =>
  text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim()

/** The distinct 5-grams as 32-bit hashes. A shorter text is one gram. @param text normalised */
export function gramsOf(text: string): Set<number> {
  const grams = new Set<number>()
  const last = Math.max(0, text.length - GRAM)
  for (let start = 0; start <= last; start += 1) grams.add(hashGram(text, start))
  return grams
}

/** Shared grams among all grams, 0 to 1. */
export function jaccard(one: ReadonlySet<number>, other: ReadonlySet<number>): number {
  let shared = 0
  for (const gram of one) if (other.has(gram)) shared += 1
  return shared / (one.size + other.size - shared)
}

/** For each permutation the smallest hash of a gram. */
export function signatureOf(grams: ReadonlySet<number>): Uint32Array {
  const signature = new Uint32Array(PERMUTATIONS).fill(0xffffffff)
  for (const gram of grams) {
    for (let nth = 0; nth < PERMUTATIONS; nth += 1) {
      const hash = mix(gram ^ (SEEDS[nth] ?? 0))
      if (hash < (signature[nth] ?? 0)) signature[nth] = hash
    }
  }
  return signature
}

/** The share of permutations that agree: estimates `jaccard`. */
export function estimate(one: Uint32Array, other: Uint32Array): number {
  let same = 0
  for (let nth = 0; nth < PERMUTATIONS; nth += 1) if (one[nth] === other[nth]) same += 1
  return same / PERMUTATIONS
}

function hashGram(text: string, start: number): number {
  let hash = 0x811c9dc5
  const end = Math.min(text.length, start + GRAM)
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return mix(hash)
}

/** Every bit of the input changes about half of the output's (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Fixed for ever: a directory that was built earlier is checked with the same permutations. */
const SEEDS = Int32Array.from({ length: PERMUTATIONS }, (_, nth) => mix(Math.imul(nth + 1, 0x9e3779b1)))
