import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createOpenAI, type OpenAISettings } from '#core/model/openai/openai.ts'
import { ask, promptOf } from '../ask.ts'
import { begin, body, faultyServer, whole } from './server.ts'
import { chunk, event, failures, named, words } from './sse.ts'

let server: Awaited<ReturnType<typeof faultyServer>>
const modelAt = (deed: string, more: Partial<OpenAISettings> = {}) =>
  createOpenAI({
    model: 'm',
    baseUrl: server.url(deed),
    wire: 'auto',
    firstByteMs: 10_000,
    idleMs: 10_000,
    ...more,
  })

const both = ['chat', 'responses'] as const
const deeds: Record<string, (response: ServerResponse) => void> = {
  html: body(200, 'text/html', '<html>gateway</html>'),
  json: body(200, 'application/json', '{"choices":[{"message":{"content":"whole"}}]}'),
  empty: whole(),
  'busy-date': body(503, 'text/plain', 'busy', { 'retry-after': 'Wed, 21 Oct 2099 07:28:00 GMT' }),
  'busy-ms': body(429, 'application/json', '{"error":{}}', { 'retry-after-ms': '20', 'retry-after': '9' }),
  'no-model': body(404, 'application/json', '{"error":{"message":"model not found, try pulling it"}}'),
  unpaid: body(402, 'application/json', '{"error":{"message":"pay"}}'),
  echo: body(
    400,
    'application/json',
    '{"error":{"message":"bad: sk-123 Alice: hello","code":"a whole sentence"}}',
  ),
  thinks: whole(
    chunk({ reasoning_content: 'hm' }),
    chunk({ reasoning: 'hm' }),
    words.chat.text('yes'),
    words.chat.end(),
  ),
  'odd-shapes': whole(
    ...[null, 7, 'x', [], {}, { choices: 5 }, { choices: [{ delta: { content: 9 } }] }].map(event),
    chunk({ content: 'fine' }),
    event({ choices: [{ delta: {}, finish_reason: 'stop' }], usage: { prompt_tokens: 'many' } }),
  ),
  behind: whole(words.chat.text('a'), chunk({}, 'error')),
  open: begin(words.chat.text('all of it'), words.chat.end().replace('data: [DONE]\n\n', '')),
}
for (const wire of both) {
  const { text, refusal, end, filtered } = words[wire]
  deeds[`${wire}-cut`] = whole(text('ab'), text('cd'))
  deeds[`${wire}-stall`] = begin(text('ab'))
  deeds[`${wire}-reset`] = (response) => {
    begin(text('ab'))(response)
    setTimeout(() => response.destroy(), 20)
  }
  deeds[`${wire}-bad-json`] = whole(text('ab'), 'data: {oops\n\n', end())
  deeds[`${wire}-refusal`] = whole(refusal('I cannot '), refusal('do that.'), end())
  deeds[`${wire}-filtered`] = whole(text('as far'), filtered())
  deeds[`${wire}-mute`] = () => undefined
  deeds[`${wire}-wait`] = () => undefined
  deeds[`${wire}-torn-after-end`] = (response) => {
    begin(text('whole'), end().replace('data: [DONE]\n\n', ''))(response)
    setTimeout(() => response.destroy(), 20)
  }
  for (const code of [
    'server_error',
    'rate_limit_exceeded',
    'insufficient_quota',
    'context_length_exceeded',
  ]) {
    deeds[`${wire}-${code}`] = whole(text('ab'), failures[wire](code), end())
  }
}
deeds['responses-error-event'] = whole(named('error', { code: 'server_error', message: 'bad' }))
deeds['responses-error-data'] = whole(event({ type: 'error', code: 'server_error', message: 'bad' }))

beforeAll(async () => {
  server = await faultyServer(deeds)
})
afterAll(() => server.stop())

describe.each(both)('%s wire', (wire) => {
  const at = (deed: string, more: Partial<OpenAISettings> = {}) =>
    modelAt(`${wire}-${deed}`, { wire, ...more })

  test.each(['cut', 'reset', 'bad-json'])('M1: no terminal event is a broken stream: %s', async (deed) => {
    const { error, text, done } = await ask(at(deed), promptOf('q'))
    expect(error?.kind).toBe('broken_stream')
    expect(done).toBeUndefined()
    expect('abcd'.startsWith(text)).toBe(true)
    expect(text).not.toBe('')
  })

  test.each([
    ['server_error', 'server'],
    ['rate_limit_exceeded', 'rate_limit'],
    ['insufficient_quota', 'quota'],
    ['context_length_exceeded', 'context_overflow'],
  ])('M1: a failure told inside the stream ends it: %s', async (code, kind) => {
    const { error, text, done } = await ask(at(code), promptOf('q'))
    expect(error).toMatchObject({ kind, fault: { code } })
    expect([text, done]).toEqual(['ab', undefined])
  })

  test('M2: silence before the first byte is a timeout', async () => {
    const { error } = await ask(at('mute', { firstByteMs: 50 }), promptOf('q'))
    expect(error?.kind).toBe('timeout')
    await server.closed(`${wire}-mute`)
  })

  test('M2: silence mid-stream is a timeout, and the request is closed', async () => {
    const { error, text } = await ask(at('stall', { idleMs: 50 }), promptOf('q'))
    expect(error?.kind).toBe('timeout')
    expect(text).toBe('ab')
    await server.closed(`${wire}-stall`)
  })

  test('M2: a reader who takes his time is not a silent model', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const model = at('refusal', { firstByteMs: 40, idleMs: 40 })
    const kinds: string[] = []
    // Longer than the idle timeout, on purpose: the clock must not run while the reader holds the stream.
    for await (const { type } of model.stream(promptOf('q'), { signal: new AbortController().signal })) {
      kinds.push(type)
      await vi.advanceTimersByTimeAsync(80)
    }
    expect(kinds).toEqual(['refusal', 'refusal', 'done'])
  })

  test('T5: cancelling mid-stream closes the request', async () => {
    const stop = new AbortController()
    const { error } = await ask(at('stall'), promptOf('q'), {
      signal: stop.signal,
      onText: () => stop.abort(),
    })
    expect(error?.kind).toBe('aborted')
    await server.closed(`${wire}-stall`)
  })

  test('T5: cancelling before the first byte closes the request', async () => {
    const stop = new AbortController()
    const asked = ask(at('wait'), promptOf('q'), { signal: stop.signal })
    await expect.poll(() => server.reached(`${wire}-wait`)).toBe(true)
    stop.abort()
    expect((await asked).error?.kind).toBe('aborted')
    await server.closed(`${wire}-wait`)
  })

  test('a reader who leaves mid-stream closes the request', async () => {
    for await (const _ of at('stall').stream(promptOf('q'), { signal: new AbortController().signal })) break
    await server.closed(`${wire}-stall`)
  })

  test('a refusal is told apart from an answer', async () => {
    const { events, done } = await ask(at('refusal'), promptOf('q'))
    expect(events.slice(0, 2)).toEqual([
      { type: 'refusal', delta: 'I cannot ' },
      { type: 'refusal', delta: 'do that.' },
    ])
    expect(done?.finish).toBe('stop')
  })

  test("M1: the vendor's filter is a finish of its own", async () => {
    expect((await ask(at('filtered'), promptOf('q'))).done?.finish).toBe('filtered')
  })

  test('M1: a fault after the terminal event takes nothing away', async () => {
    const { done, text, error } = await ask(at('torn-after-end'), promptOf('q'))
    expect(error).toBeUndefined()
    expect(text).toBe('whole')
    expect(done).toMatchObject({ model: 'm-1', usage: { inputTokens: 5, outputTokens: 2, cachedTokens: 0 } })
  })
})

test.each(['html', 'json', 'empty'])(
  'M1: a good status without a stream is a broken stream: %s',
  async (deed) => {
    expect((await ask(modelAt(deed), promptOf('q'))).error?.kind).toBe('broken_stream')
  },
)

test.each(['responses-error-event', 'responses-error-data'])(
  'M1: %s is a fault of the server',
  async (deed) => {
    expect((await ask(modelAt(deed, { wire: 'responses' }), promptOf('q'))).error?.kind).toBe('server')
  },
)

test('M3: retry-after is read as milliseconds, seconds or a date', async () => {
  expect((await ask(modelAt('busy-ms'), promptOf('q'))).error?.fault.retryAfterMs).toBe(20)
  const { error } = await ask(modelAt('busy-date'), promptOf('q'))
  expect(error?.kind).toBe('server')
  expect(error?.fault.retryAfterMs).toBeGreaterThan(1e9)
})

test('M1: payment required is quota, an unknown model is a bad request that names it', async () => {
  expect((await ask(modelAt('unpaid'), promptOf('q'))).error?.kind).toBe('quota')
  const { error } = await ask(modelAt('no-model', { model: 'llama9' }), promptOf('q'))
  expect(error?.kind).toBe('bad_request')
  expect(error?.message).toContain('404 for llama9')
})

test("S5: the vendor's sentence, which may quote a key or a person, is dropped", async () => {
  const { error } = await ask(modelAt('echo'), promptOf('q'))
  expect(error?.kind).toBe('bad_request')
  expect(JSON.stringify([error?.message, error?.fault, String(error?.cause)])).not.toMatch(
    /sk-123|Alice|sentence/,
  )
})

test('reasoning that compatible servers send is never shown', async () => {
  expect((await ask(modelAt('thinks'), promptOf('q'))).text).toBe('yes')
})

test('M1: events of an unknown shape are passed over', async () => {
  const { text, done, error } = await ask(modelAt('odd-shapes'), promptOf('q'))
  expect(error).toBeUndefined()
  expect(text).toBe('fine')
  expect(done).toMatchObject({ model: 'm-1', usage: { inputTokens: 0 } })
})

test('M1: a finish reason of `error` is a fault of the server', async () => {
  expect((await ask(modelAt('behind'), promptOf('q'))).error?.kind).toBe('server')
})

test('a server that keeps the line open after the end does not keep the reader waiting', async () => {
  const { done, text } = await ask(modelAt('open', { idleMs: 30 }), promptOf('q'))
  expect([text, done?.finish]).toEqual(['all of it', 'stop'])
})

test('M1: a server that refuses connections is the network', async () => {
  const gone = await faultyServer({})
  await gone.stop()
  const { error } = await ask(modelAt('', { baseUrl: gone.url('x') }), promptOf('q'))
  expect(error).toMatchObject({ kind: 'network', fault: { code: 'ECONNREFUSED' } })
})
