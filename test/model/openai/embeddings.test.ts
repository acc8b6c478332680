import { expect, test } from 'vitest'
import { unit } from '#core/model/embeddings.ts'
import type { ModelError } from '#core/model/error.ts'
import { type EmbeddingSettings, openEmbeddings } from '#core/model/openai/embeddings.ts'
import { quickClock } from '../quick-clock.ts'
import { type EmbeddingServerOptions, embeddingServer, pointOf } from './embedding-server.ts'

const { signal } = new AbortController()

async function opened(options: EmbeddingServerOptions, more: Partial<EmbeddingSettings> = {}) {
  const server = await embeddingServer(options)
  const settings = { model: 'embedder', baseUrl: server.baseUrl, dimensions: options.dimensions, ...more }
  const open = () => openEmbeddings(settings, signal, { clock: quickClock() })
  return { ...server, open }
}
const failure = async (promise: Promise<unknown>): Promise<ModelError> =>
  await promise.then(
    () => expect.unreachable(),
    (error: ModelError) => error,
  )

test('texts come back as points of length 1, in their order, whatever order the server has', async () => {
  await using server = await opened({ dimensions: 5 })
  const model = await server.open()
  const points = await model.embed(['one', 'two', 'three'], signal)
  expect(points).toEqual(['one', 'two', 'three'].map((text) => unit(pointOf(text, 5))))
  expect(server.seen[0]?.body).toMatchObject({ model: 'embedder', dimensions: 5, encoding_format: 'float' })
  expect(await model.embed([], signal)).toEqual([])
  expect(server.seen).toHaveLength(1)
})

test('many texts, and long ones, go in several requests', async () => {
  await using server = await opened({ dimensions: 3 })
  const texts = [
    ...Array.from({ length: 300 }, (_, nth) => `text ${nth}`),
    'x'.repeat(150_000),
    'y'.repeat(150_000),
  ]
  const points = await (await server.open()).embed(texts, signal)
  expect(points).toEqual(texts.map((text) => unit(pointOf(text, 3))))
  expect(server.seen.map(({ body }) => body.input.length)).toEqual([128, 128, 45, 1])
})

test('without dimensions the model is asked for its own', async () => {
  await using server = await embeddingServer({ dimensions: 7 })
  const model = await openEmbeddings({ model: 'embedder', baseUrl: server.baseUrl }, signal)
  expect(model.dimensions).toBe(7)
  expect(server.seen[0]?.body.dimensions).toBeUndefined()
})

test('M3: what may get better is tried again, as the server asks', async () => {
  await using server = await opened({
    dimensions: 3,
    answer: (_, nth) =>
      nth < 3 ? { status: nth === 1 ? 429 : 503, headers: { 'retry-after': '1' }, body: {} } : undefined,
  })
  expect(await (await server.open()).embed(['a'], signal)).toHaveLength(1)
  expect(server.seen).toHaveLength(3)
})

test('a limit by the minute is waited out: what was embedded so far was paid for', async () => {
  const clock = quickClock()
  const limited = (retryAfter?: string) => ({
    ...{ status: 429, body: {} },
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  })
  await using server = await embeddingServer({
    dimensions: 3,
    answer: (_, nth) => (nth < 4 ? limited(nth === 1 ? '45' : undefined) : undefined),
  })
  const settings = { model: 'embedder', baseUrl: server.baseUrl, dimensions: 3 }
  expect(await (await openEmbeddings(settings, signal, { clock })).embed(['a'], signal)).toHaveLength(1)
  expect(clock.slept).toEqual([45_000, 2_000, 4_000])

  await using never = await embeddingServer({ dimensions: 3, answer: () => limited() })
  const model = await openEmbeddings({ ...settings, baseUrl: never.baseUrl }, signal, { clock: quickClock() })
  expect((await failure(model.embed(['a'], signal))).kind).toBe('rate_limit')
  expect(never.seen).toHaveLength(8)
})

test.each([
  ['a wrong key', { status: 401, body: { error: { message: 'no' } } }, 'auth', 'answered 401 for embedder'],
  ['an unknown model', { status: 404, body: {} }, 'bad_request', 'answered 404'],
  ['no points', { status: 200, body: {} }, 'bad_request', 'no points for 1 texts'],
  ['too few points', { status: 200, body: { data: [] } }, 'bad_request', 'no points for 1 texts'],
  ['words', { status: 200, body: { data: [{ embedding: ['a'] }] } }, 'bad_request', 'are no numbers'],
  ['a null', { status: 200, body: { data: [{ embedding: [1, null, 1] }] } }, 'bad_request', 'are no numbers'],
  [
    'zeros',
    { status: 200, body: { data: [{ embedding: [0, 0, 0] }] } },
    'bad_request',
    'a point that is none',
  ],
  [
    'other dimensions',
    { status: 200, body: { data: [{ embedding: [1, 2] }] } },
    'bad_request',
    '2 dimensions instead of 3: it cannot shorten them, so ask for 2',
  ],
])('%s is an error with a kind, at once', async (_, answer, kind, says) => {
  await using server = await opened({ dimensions: 3, answer: () => answer })
  const error = await failure((await server.open()).embed(['a'], signal))
  expect(error.kind).toBe(kind)
  expect(error.message).toContain(says)
  expect(server.seen).toHaveLength(1)
})

test('a server that is not there is said to be', async () => {
  const gone = await embeddingServer({ dimensions: 3 })
  await gone[Symbol.asyncDispose]()
  const opening = openEmbeddings({ model: 'embedder', baseUrl: gone.baseUrl }, signal, {
    clock: quickClock(),
  })
  const error = await failure(opening)
  expect(error.kind).toBe('network')
  expect(error.message).toContain('cannot be reached')
})

test('whoever leaves is not kept waiting', async () => {
  const leave = new AbortController()
  const answer = () => {
    leave.abort()
    return 'never' as const
  }
  await using server = await opened({ dimensions: 3, answer })
  await expect((await server.open()).embed(['a'], leave.signal)).rejects.toThrow('aborted')
})
