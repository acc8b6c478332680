import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openLlamaEmbeddings } from '#core/model/llama/embeddings.ts'
import { findLlama, type LlamaPackage } from '#core/model/llama/package.ts'
import { tinyGguf } from './tiny-gguf.ts'

const { signal } = new AbortController()

/** The package as far as we know it: the point of a text is its first tokens. */
function fakeLlama(seen: number[][], vectorOf = (tokens: readonly number[]) => tokens.slice(0, 3)) {
  const model = {
    trainContextSize: 512,
    tokenize: (text: string) => Array.from(text, (letter) => letter.charCodeAt(0)),
    createContext: () => Promise.reject(new Error('not needed')),
    createEmbeddingContext: async () => ({
      getEmbeddingFor: async (tokens: readonly number[]) => {
        seen.push([...tokens])
        return { vector: vectorOf(tokens) }
      },
    }),
  }
  const fake: LlamaPackage = {
    getLlama: async () => ({ loadModel: async () => model }),
    LlamaChatSession: class {
      constructor() {
        throw new Error('not needed')
      }
      setChatHistory() {}
      promptWithMeta = () => Promise.reject(new Error('not needed'))
      dispose() {}
    },
  }
  return async () => fake
}

test('a file gives points of length 1, and of a long text its end, where the answer is', async () => {
  const seen: number[][] = []
  const model = await openLlamaEmbeddings('/models/bge-small.gguf', fakeLlama(seen))
  expect(model).toMatchObject({ model: 'bge-small.gguf', dimensions: 3 })
  const [point, long] = await model.embed(['abc', `${'x'.repeat(2_000)}the end`], signal)
  expect(Math.hypot(...(point ?? []))).toBeCloseTo(1, 6)
  expect(long).toHaveLength(3)
  expect(seen.at(-1)).toHaveLength(508)
  expect(String.fromCharCode(...(seen.at(-1) ?? []).slice(-7))).toBe('the end')
})

test('a package that is missing and a point that is none are said to be', async () => {
  await expect(openLlamaEmbeddings('/models/bge.gguf', undefined)).rejects.toThrow(
    'Run npm install node-llama-cpp',
  )
  const broken = fakeLlama([], () => [0, Number.NaN])
  await expect(openLlamaEmbeddings('/models/bge.gguf', broken)).rejects.toThrow(
    'bge.gguf gave a point that is none',
  )
})

/** A folder in which `node-llama-cpp` is installed, when it is not in this checkout. */
const elsewhere = process.env.PARLEY_TEST_LLAMA_DIR
const load = findLlama(elsewhere === undefined ? undefined : join(elsewhere, 'from.js'))

test.skipIf(load === undefined)(
  'real llama.cpp gives the same point for the same text',
  { timeout: 60_000 },
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'parley-gguf-'))
    onTestFinished(() => rm(dir, { recursive: true }))
    const path = join(dir, 'tiny.gguf')
    await writeFile(path, tinyGguf(['▁Hello', '▁from', '▁a', '▁tiny', '▁model', '.']))
    const model = await openLlamaEmbeddings(path, load)
    const [a, b, again] = await model.embed(['Hello from', 'a tiny model.', 'Hello from'], signal)
    expect(a).toEqual(again)
    expect(a).not.toEqual(b)
    expect(a).toHaveLength(model.dimensions)
  },
)
