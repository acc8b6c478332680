import { expect, test } from 'vitest'
import { createCachedEmbedder } from '#core/learning/reward/cached-embedder.ts'
import { createHashingEmbedder } from '#core/learning/reward/hashing-embedder.ts'
import { openEmbedder } from '#core/learning/reward/open-embedder.ts'
import { embeddingServer } from '#test/model/openai/embedding-server.ts'

const { signal } = new AbortController()
const length = (point: Float32Array | undefined) => Math.hypot(...(point ?? []))

test('hashed words: the same text is the same point of length 1, likeness is shared words', async () => {
  const embedder = createHashingEmbedder()
  const [a, again, near, far, empty] = await embedder.embed(
    [
      'the cat sat on the mat',
      'the cat sat on the mat',
      'the cat sat on a rug',
      'quarterly figures rose',
      '',
    ],
    signal,
  )
  expect(a).toEqual(again)
  for (const point of [a, near, far, empty]) expect(length(point)).toBeCloseTo(1, 5)
  const alike = (other: Float32Array | undefined) =>
    Array.from(a ?? []).reduce((sum, value, nth) => sum + value * (other?.[nth] ?? 0), 0)
  expect(alike(near)).toBeGreaterThan(alike(far) + 0.2)
})

test('what was embedded is not asked for again, nor twice in one call, and the oldest is forgotten', async () => {
  const asked: string[] = []
  const plain = createHashingEmbedder(8)
  const embedder = createCachedEmbedder(
    {
      ...plain,
      embed: (texts, signal) => {
        asked.push(...texts)
        return plain.embed(texts, signal)
      },
    },
    2,
  )
  const points = await embedder.embed(['a', 'b', 'a'], signal)
  expect(points).toEqual(await plain.embed(['a', 'b', 'a'], signal))
  expect(asked).toEqual(['a', 'b'])
  await embedder.embed(['b', 'c'], signal) // of a and b, a was used longer ago
  await embedder.embed(['b'], signal)
  expect(asked).toEqual(['a', 'b', 'c'])
  await embedder.embed(['a'], signal)
  expect(asked).toEqual(['a', 'b', 'c', 'a'])
})

test('an address names server and model, and the key goes to its own server only', async () => {
  await using server = await embeddingServer({ dimensions: 12 })
  const open = (embed: string, env: NodeJS.ProcessEnv, dimensions?: number) =>
    openEmbedder({ embed, dimensions }, signal, { env })

  const named = await open(`${server.baseUrl}/BAAI/bge-m3`, { OPENAI_API_KEY: 'sk-secret' })
  expect(named).toMatchObject({ model: 'BAAI/bge-m3', dimensions: 12 })
  expect(server.seen.at(-1)).toMatchObject({
    authorization: 'Bearer not-needed',
    body: { model: 'BAAI/bge-m3' },
  })

  await open('nomic-embed-text', { OPENAI_API_KEY: 'sk-own', OPENAI_BASE_URL: server.baseUrl })
  expect(server.seen.at(-1)).toMatchObject({ authorization: 'Bearer sk-own' })

  const short = await open('text-embedding-3-small', { OPENAI_BASE_URL: server.baseUrl })
  expect(short.dimensions).toBe(256) // asked for with the first texts

  await expect(open('text-embedding-3-small', {})).rejects.toThrow('Set OPENAI_API_KEY')
  await expect(open('http://127.0.0.1', {})).rejects.toThrow('names no model')
})

test('a GGUF file needs its package, and says so', async () => {
  const opening = openEmbedder({ embed: '/nowhere/bge.gguf' }, signal, { env: {} })
  await expect(opening).rejects.toThrow(/node-llama-cpp|cannot be used for embeddings/)
})
