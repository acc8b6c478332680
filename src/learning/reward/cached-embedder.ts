import { createHash } from 'node:crypto'
import { Newest } from './newest.ts'
import type { Embedder } from './reward-model.ts'

/** A kilobyte each at 256 dimensions. */
const REMEMBERED = 10_000

/** Remembers the newest points by a hash of their text, and asks for a text that occurs twice once. */
export function createCachedEmbedder(embedder: Embedder, remembered = REMEMBERED): Embedder {
  const known = new Newest<Float32Array>(remembered)
  return {
    model: embedder.model,
    dimensions: embedder.dimensions,
    embed: async (texts, signal) => {
      const keys = texts.map((text) => createHash('sha256').update(text).digest('base64'))
      const found = new Map(keys.map((key) => [key, known.get(key)]))
      const missing = new Map(
        keys.flatMap((key, nth) => (found.get(key) === undefined ? [[key, texts[nth] ?? ''] as const] : [])),
      )
      if (missing.size > 0) {
        const points = await embedder.embed([...missing.values()], signal)
        for (const [nth, key] of [...missing.keys()].entries()) {
          const point = points[nth]
          if (point === undefined) throw new Error('an embedder gives as many points as texts')
          known.set(key, point)
          found.set(key, point)
        }
      }
      return keys.flatMap((key) => found.get(key) ?? [])
    },
  }
}
