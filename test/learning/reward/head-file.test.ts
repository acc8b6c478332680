import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createHashingEmbedder } from '#core/learning/reward/hashing-embedder.ts'
import { describeExamined, describeHead } from '#core/learning/reward/head/describe.ts'
import { featuresOf, jointText, SCALAR_NAMES } from '#core/learning/reward/head/features.ts'
import { HEAD_FILE, type HeadFile, readHead, sealHead, writeHead } from '#core/learning/reward/head/file.ts'
import { createHead, openHead } from '#core/learning/reward/head/model.ts'
import { type Embedder, MAX_SCORE } from '#core/learning/reward/reward-model.ts'

const { signal } = new AbortController()
const embedder = createHashingEmbedder(8)
const judged = (answer: string) => ({ conversation: [{ role: 'user', content: 'hi' } as const], answer })

function head(more: Partial<Omit<HeadFile, 'id' | 'format' | 'schema'>> = {}): HeadFile {
  const size = 8 + SCALAR_NAMES.length
  return sealHead({
    embedding: { model: 'hashed-words', dimensions: 8, from: 'hashed-words' },
    scalars: [...SCALAR_NAMES],
    heads: [1, 1.2, 0.8, 1.1].map((times) => ({
      weights: Array.from({ length: size }, (_, nth) => (times * (nth - 5)) / 10),
      offset: -1 / 3,
    })),
    ...{ slope: 0.7, perLogLength: 0.01, ridge: 0.1, seed: 1, datasets: ['ds_1'], prompts: 200, metrics: {} },
    ...more,
  })
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'parley-head-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('a head is read as it was written, by file, folder or job, and its name follows from it', async () => {
  const job = folder()
  const path = join(job, 'model')
  mkdirSync(path)
  await writeHead(path, head())
  for (const address of [join(path, HEAD_FILE), path, job]) expect(await readHead(address)).toEqual(head())
  expect(readdirSync(path)).toEqual([HEAD_FILE])
  expect(head().id).toMatch(/^rm_[0-9a-f]{24}$/)
  expect(head({ slope: 0.71 }).id).not.toBe(head().id)
})

test.each([
  ['a weight', (text: string) => text.replace('0.7', '0.9')],
  ['the number of prompts', (text: string) => text.replace('"prompts":200', '"prompts":900')],
])('a file in which %s was changed is refused', async (_, change) => {
  const path = folder()
  const file = await writeHead(path, head())
  writeFileSync(file, change(readFileSync(file, 'utf8')))
  await expect(readHead(path)).rejects.toThrow('was changed after it was written')
})

test.each([
  ['half a file', (text: string) => text.slice(0, -20), 'is no reward model that Parley wrote'],
  ['another file', () => '{"format":"safetensors"}', 'is no reward model that Parley wrote: format'],
  ['a number that is none', (text: string) => text.replace('"slope":0.7', '"slope":null'), 'slope'],
  [
    'a weight too few',
    (text: string) => text.replace('"weights":[-0.5,', '"weights":['),
    'another number of weights',
  ],
])('%s is refused', async (_, change, says) => {
  const path = folder()
  const file = await writeHead(path, head())
  writeFileSync(file, change(readFileSync(file, 'utf8')))
  await expect(readHead(path)).rejects.toThrow(says)
})

test('NaN is never written', () => {
  expect(() => head({ slope: Number.NaN })).toThrow('came out broken: slope')
  const heads = [
    { weights: new Array<number>(8 + SCALAR_NAMES.length).fill(Number.POSITIVE_INFINITY), offset: 0 },
  ]
  expect(() => head({ heads })).toThrow('came out broken: heads')
})

test('where there is no model, it says what makes one', async () => {
  await expect(readHead(folder())).rejects.toThrow('"parley learn rm train" makes one')
})

test.each([
  ['another model', createNamed('text-embedding-3-small', 8)],
  ['other dimensions', createNamed('hashed-words', 16)],
])('%s of embeddings is refused', async (_, others) => {
  const path = folder()
  await writeHead(path, head())
  await expect(openHead(path, others)).rejects.toThrow(
    'was trained on hashed-words with 8 dimensions; these are',
  )
})

function createNamed(model: string, dimensions: number): Embedder {
  return { ...createHashingEmbedder(dimensions), model, dimensions }
}

test('L3: scores are finite and bounded, and never surer than the ensemble', async () => {
  const model = createHead(head(), embedder)
  const long = 'word '.repeat(10_000)
  const scores = await model.score(['yes', 'no thank you', '', long].map(judged), signal)
  expect(scores).toHaveLength(4)
  for (const { value, conservative } of scores) {
    expect(Math.abs(value)).toBeLessThanOrEqual(MAX_SCORE)
    expect(conservative).toBeLessThanOrEqual(value)
  }
  const steep = createHead(head({ heads: [{ weights: new Array(13).fill(1e6), offset: 0 }] }), embedder)
  expect((await steep.score([judged('yes')], signal))[0]?.value).toBe(MAX_SCORE)
  expect(model.chance(1, 1)).toBe(0.5)
  expect(model.chance(2, 1) + model.chance(1, 2)).toBeCloseTo(1, 12)
})

test('below 200 ranked prompts a head is a shadow', () => {
  expect(createHead(head({ prompts: 199 }), embedder).shadow).toBe(true)
  expect(createHead(head({ prompts: 200 }), embedder).shadow).toBe(false)
})

test('an answer is embedded with its conversation, and its plain numbers stand after it', () => {
  expect(jointText(judged('hello'))).toBe('user: hi\n⟶ hello')
  const scalars = (answer: string) => [...featuresOf(new Float32Array(8), judged(answer))].slice(8)
  expect(scalars('abc')).toEqual([Math.fround(Math.log1p(3)), 0, 0, 0, 0])
  expect(scalars('```\nx\n```').slice(1)).toEqual([1, 0, 0, 0])
  expect(scalars('So:\n- one\n- two').slice(1)).toEqual([0, 1, 0, 0])
  expect(scalars("I'm sorry, I can't help with that.").slice(1)).toEqual([0, 0, 1, 0])
  expect(scalars('I’m unable to say.').slice(1)).toEqual([0, 0, 1, 0])
  // Cut in the middle of a sign, at either end.
  const signs = `a${'😀'.repeat(3_000)}`
  const cut = jointText({ conversation: [{ role: 'user', content: `${signs}a` }], answer: signs })
  expect(cut).toHaveLength(8_003)
  expect(cut.isWellFormed()).toBe(true)
  expect(scalars('Which one?').slice(1)).toEqual([0, 0, 0, 1])
})

const figures = { accuracy: 0.71, accuracyLow: 0.66, accuracyHigh: 0.76, lengthAccuracy: 0.55 }

test('length alone and the raters stand beside what a head can do, and a shadow says that it is one', () => {
  const raters = { agreement: 0.74, agreementLow: 0.69, agreementHigh: 0.79, agreementPairs: 240 }
  const said = describeHead(head({ prompts: 199, metrics: { ...figures, ...raters } }))
  expect(said[1]).toBe(
    'Held out in training: agrees with 71.0 % of preferences (95 %: 66.0 % to 76.0 %); length alone with 55.0 %.',
  )
  expect(said[2]).toBe(
    'Right in 71 of 100; raters agree among themselves in 74 (95 %: 69 to 79, of 240 preferences).',
  )
  expect(said[3]).toContain('It stays in shadow mode: it learned from 199 ranked prompts')
  expect(describeHead(head({ prompts: 200 })).join()).not.toContain('shadow')
  // What the test split says counts for more.
  const tested = { ...figures, ...raters, testAccuracy: 0.68 }
  expect(describeHead(head({ metrics: tested })).join()).toContain('Right in 68 of 100')
})

test.each([
  [0.7, true],
  [0.76, false],
  [0.65, false],
])('where length alone tells %f, little else may have been learned: %s', (lengthAccuracy, warns) => {
  const [line] = describeExamined(head(), { ...figures, lengthAccuracy, prompts: 40, pairs: 240 })
  expect(line?.includes('It may have learned little but length.')).toBe(warns)
})
