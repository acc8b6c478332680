import { LLMock } from '@copilotkit/aimock'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createOpenAI, type OpenAISettings } from '#core/model/openai/openai.ts'
import { ask, promptOf } from '../ask.ts'

/** An independent server, not written by us: what it streams was made from OpenAI's documentation. */
const server = new LLMock({ port: 0, host: '127.0.0.1', chunkSize: 8 })
const long = 'All work and no play. '.repeat(40)

beforeAll(async () => {
  const counted = { prompt_tokens: 9, completion_tokens: 4, input_tokens: 9, output_tokens: 4 }
  server
    .onMessage('ok', { content: 'all good here', usage: counted, model: 'tiny-1' })
    .onMessage('cut', { content: long }, { truncateAfterChunks: 4, latency: 10 })
    .onMessage('drip', { content: long }, { latency: 20 })
    .onMessage('silent', { content: long }, { latency: 1_000 })
    .onMessage('long', { content: 'as far as it goes', finishReason: 'length' })
    .onMessage('thinking', { content: 'the answer', reasoning: 'a secret thought' })
    .onMessage('limit', error(429, 'rate_limit_exceeded', 3))
    .onMessage('quota', error(429, 'insufficient_quota'))
    .onMessage('key', error(401, 'invalid_api_key'))
    .onMessage('fault', error(500, 'server_error'))
    .onMessage('big', error(400, 'context_length_exceeded'))
    .onMessage('odd', error(400, 'unsupported_value'))
  await server.start()
})
beforeEach(() => server.clearRequests())
afterEach(() => server.clearChaos())
afterAll(() => server.stop())

describe.each(['chat', 'responses'] as const)('%s wire', (wire) => {
  const model = (more: Partial<OpenAISettings> = {}) =>
    createOpenAI({
      model: 'tiny',
      baseUrl: `${server.url}/v1`,
      wire,
      firstByteMs: 10_000,
      idleMs: 10_000,
      ...more,
    })

  test('M1: a whole reply ends with one done, which names the model and the usage', async () => {
    const { text, events, done, error } = await ask(model(), promptOf('ok'))
    expect(error).toBeUndefined()
    expect(text).toBe('all good here')
    expect(events.filter((event) => event.type === 'text').length).toBeGreaterThan(1)
    expect(events.at(-1)).toBe(done)
    expect(done).toMatchObject({
      finish: 'stop',
      usage: { inputTokens: 9, outputTokens: 4, cachedTokens: 0 },
    })
    expect(done?.model).toMatch(/^tiny/)
  })

  test('M1: an answer that was cut at the token limit says so', async () => {
    expect((await ask(model(), promptOf('long'))).done?.finish).toBe('length')
  })

  test('reasoning is never shown', async () => {
    expect((await ask(model(), promptOf('thinking'))).text).toBe('the answer')
  })

  test.each([
    ['limit', { kind: 'rate_limit', fault: { status: 429, retryAfterMs: 3000 } }],
    ['quota', { kind: 'quota', fault: { code: 'insufficient_quota' } }],
    ['key', { kind: 'auth', fault: { status: 401, code: 'invalid_api_key' } }],
    ['fault', { kind: 'server', fault: { status: 500 } }],
    ['big', { kind: 'context_overflow', fault: { status: 400 } }],
    ['odd', { kind: 'bad_request', fault: { code: 'unsupported_value' } }],
  ])('M1: an error of the server has a kind: %s', async (question, expected) => {
    const { error, events } = await ask(model(), promptOf(question))
    expect(events).toEqual([])
    expect(error).toMatchObject(expected)
    expect(error?.message).not.toContain('said by the vendor')
    expect(server.getRequests()).toHaveLength(1) // the SDK's own retries are off
  })

  test('M1: a socket that is cut mid-stream is a broken stream, and what came before was shown', async () => {
    const { text, error, done } = await ask(model(), promptOf('cut'))
    expect(error?.kind).toBe('broken_stream')
    expect(done).toBeUndefined()
    expect(long.startsWith(text)).toBe(true)
  })

  test('M1: a body that is not a stream is a broken stream', async () => {
    server.setChaos({ malformedRate: 1 })
    expect((await ask(model(), promptOf('ok'))).error?.kind).toBe('broken_stream')
  })

  test('M1: a connection dropped before the answer is the network', async () => {
    server.setChaos({ disconnectRate: 1 })
    expect((await ask(model(), promptOf('ok'))).error?.kind).toBe('network')
  })

  test('M2: a model that says nothing in time is a timeout', async () => {
    const { error, text } = await ask(model({ firstByteMs: 60, idleMs: 60 }), promptOf('silent'))
    expect(error?.kind).toBe('timeout')
    expect(text).toBe('')
  })

  test('T5: cancelled before it is sent, nothing is sent', async () => {
    const { error } = await ask(model(), promptOf('ok'), { signal: AbortSignal.abort() })
    expect(error?.kind).toBe('aborted')
    expect(server.getRequests()).toEqual([])
  })

  test('T5: cancelled mid-stream, the text so far stays', async () => {
    const stop = new AbortController()
    const { error, text, done } = await ask(model(), promptOf('drip'), {
      signal: stop.signal,
      onText: (count) => count === 2 && stop.abort(),
    })
    expect(error?.kind).toBe('aborted')
    expect(done).toBeUndefined()
    expect(text).toHaveLength(16)
  })

  test('questions asked at once are all answered', async () => {
    const one = model()
    const outcomes = await Promise.all(['ok', 'ok', 'ok'].map((question) => ask(one, promptOf(question))))
    expect(outcomes.map(({ text }) => text)).toEqual(Array(3).fill('all good here'))
  })
})

function error(status: number, code: string, retryAfter?: number) {
  return {
    error: { message: 'said by the vendor', type: code, code },
    status,
    ...(retryAfter ? { retryAfter } : {}),
  }
}
