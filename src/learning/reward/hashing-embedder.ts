import type { Embedder } from './reward-model.ts'

/** Enough that the words of an answer seldom meet. */
const DIMENSIONS = 256

/**
 * Not a language model: words and pairs of words, each hashed to a place and a sign (Weinberger and others, 2009,
 * arXiv 0902.2206). It knows nothing of meaning, needs nothing and always gives the same numbers: for tests, for
 * simulations, and for trying things out without a network.
 */
export function createHashingEmbedder(dimensions = DIMENSIONS): Embedder {
  return {
    model: 'hashed-words',
    dimensions,
    embed: async (texts, signal) => {
      signal.throwIfAborted()
      return texts.map((text) => pointOf(text, dimensions))
    },
  }
}

function pointOf(text: string, dimensions: number): Float32Array {
  const point = new Float32Array(dimensions)
  const words = text.toLowerCase().match(/[\p{L}\p{N}']+|[^\s\p{L}\p{N}]/gu) ?? []
  for (const [nth, word] of words.entries()) {
    add(point, hashOf(word))
    const before = words[nth - 1]
    if (before !== undefined) add(point, hashOf(`${before} ${word}`))
  }
  const length = Math.hypot(...point)
  // A text without words is a point too, and every point has length 1.
  if (length === 0) point[0] = 1
  else for (let j = 0; j < dimensions; j += 1) point[j] = (point[j] ?? 0) / length
  return point
}

function add(point: Float32Array, hash: number): void {
  const place = (hash >>> 1) % point.length
  point[place] = (point[place] ?? 0) + (hash % 2 === 0 ? 1 : -1)
}

/** FNV-1a, with its bits mixed once more, because the last one is the sign. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5
  for (let nth = 0; nth < word.length; nth += 1) hash = Math.imul(hash ^ word.charCodeAt(nth), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}
