import { describe, expect, test } from 'vitest'
import type { Prompt } from '#core/model/model.ts'
import { createOpenAI } from '#core/model/openai/openai.ts'
import { ask, promptOf } from '../ask.ts'
import { words } from './sse.ts'
import { bytes, modelOver, streamOf } from './wire-bytes.ts'

const prompt: Prompt = {
  system: 'You are Parley.',
  turns: [
    { role: 'user', content: 'Alice: hi' },
    { role: 'assistant', content: 'Hello.' },
    { role: 'user', content: 'Bob: and me?' },
  ],
}
const local = 'http://127.0.0.1:11434/v1'
const ok = (wire: 'chat' | 'responses') => () => streamOf([bytes(words[wire].text('ok') + words[wire].end())])

describe('what is sent', () => {
  test('M4, C4: the chat wire sends one system message first, no names, nothing to keep', async () => {
    const { model, sent } = modelOver(ok('chat'), { baseUrl: local })
    await ask(model, prompt, { cacheKey: 'k', sampling: { maxTokens: 7 } })
    expect(sent[0]?.url).toBe(`${local}/chat/completions`)
    expect(sent[0]?.body).toEqual({
      model: 'm',
      messages: [{ role: 'system', content: 'You are Parley.' }, ...prompt.turns],
      stream: true,
      store: false,
      stream_options: { include_usage: true },
      max_tokens: 7,
    })
  })

  test('M4: the responses wire sends the whole conversation, and nothing to keep', async () => {
    const { model, sent } = modelOver(ok('responses'), { model: 'gpt-6-luna', apiKey: 'key' })
    await ask(model, prompt, { cacheKey: 'k', sampling: { maxTokens: 7, temperature: 0.5, topP: 0.9 } })
    expect(sent[0]?.url).toBe('https://api.openai.com/v1/responses')
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer key')
    expect(sent[0]?.body).toEqual({
      model: 'gpt-6-luna',
      instructions: 'You are Parley.',
      input: prompt.turns,
      stream: true,
      store: false,
      max_output_tokens: 7,
      temperature: 0.5,
      top_p: 0.9,
      prompt_cache_key: 'k',
      reasoning: { effort: 'low' },
    })
  })

  test('what is not configured is not sent', async () => {
    const { model, sent } = modelOver(ok('responses'), { wire: 'responses', baseUrl: local })
    await ask(model, { ...prompt, system: '' }, { cacheKey: 'k' })
    expect(sent[0]?.body).toEqual({ model: 'm', input: prompt.turns, stream: true, store: false })
  })

  test('the token limit has its own name on an official chat wire', async () => {
    const { model, sent } = modelOver(ok('chat'), { wire: 'chat', sampling: { maxTokens: 9 } })
    await ask(model, prompt)
    expect(sent[0]?.body).toMatchObject({ max_completion_tokens: 9, store: false })
    expect(sent[0]?.body).not.toHaveProperty('max_tokens')
  })

  test('the request may override the sampling that is configured', async () => {
    const { model, sent } = modelOver(ok('chat'), { baseUrl: local, sampling: { temperature: 1, topP: 0.5 } })
    await ask(model, prompt, { sampling: { temperature: 0 } })
    expect(sent[0]?.body).toMatchObject({ temperature: 0, top_p: 0.5 })
  })

  test('L5: a seed goes to the servers that draw by it', async () => {
    const sent = await Promise.all(
      (['chat', 'chat', 'responses'] as const).map(async (wire, nth) => {
        const over = modelOver(ok(wire), nth === 0 ? { wire, baseUrl: local } : { wire })
        await ask(over.model, prompt, { sampling: { seed: 7 } })
        return over.sent[0]?.body
      }),
    )
    expect(sent[0]).toMatchObject({ seed: 7 })
    expect(sent[1]).not.toHaveProperty('seed')
    expect(sent[2]).not.toHaveProperty('seed')
  })

  test('effort is configurable, and only models that think get any', async () => {
    const efforts = [
      { model: 'gpt-6-luna', effort: 'none' as const },
      { model: 'gpt-5.6-mini' },
      { model: 'gpt-4.1' },
    ].map(async (settings) => {
      const { model, sent } = modelOver(ok('responses'), { wire: 'responses', ...settings })
      await ask(model, prompt)
      return sent[0]?.body
    })
    const [none, low, nothing] = await Promise.all(efforts)
    expect(none).toMatchObject({ reasoning: { effort: 'none' } })
    expect(low).toMatchObject({ reasoning: { effort: 'low' } })
    expect(nothing).not.toHaveProperty('reasoning')
  })

  test('S5: a server without a key never gets the one in the environment', async () => {
    const before = process.env.OPENAI_API_KEY
    process.env.OPENAI_API_KEY = 'sk-from-the-environment'
    try {
      const { model, sent } = modelOver(ok('chat'), { baseUrl: local })
      await ask(model, prompt)
      expect(sent[0]?.headers.get('authorization')).toBe('Bearer not-needed')
    } finally {
      if (before === undefined) delete process.env.OPENAI_API_KEY
      else process.env.OPENAI_API_KEY = before
    }
  })
})

describe('stream_options', () => {
  const picky = (body: unknown) =>
    JSON.stringify(body).includes('stream_options')
      ? Response.json({ error: { message: 'Unknown field: stream_options' } }, { status: 400 })
      : ok('chat')()

  test('M3: a server that does not know it is asked once more without, and remembered', async () => {
    const { model, sent } = modelOver(({ body }) => picky(body), { baseUrl: local })
    expect((await ask(model, prompt)).text).toBe('ok')
    expect((await ask(model, prompt)).text).toBe('ok')
    expect(sent).toHaveLength(3)
  })

  test('M3: any other bad request is not repeated', async () => {
    const { model, sent } = modelOver(() => Response.json({ error: { message: 'no' } }, { status: 400 }), {
      baseUrl: local,
    })
    expect((await ask(model, prompt)).error?.kind).toBe('bad_request')
    expect(sent).toHaveLength(1)
  })
})

describe('the SDK', () => {
  test('is imported by the first request, once, also when many come at a time', async () => {
    let imports = 0
    const model = createOpenAI(
      { model: 'm', baseUrl: local, wire: 'auto', firstByteMs: 1_000, idleMs: 1_000 },
      {
        fetch: async () => ok('chat')(),
        sdk: () => {
          imports += 1
          return import('openai')
        },
      },
    )
    expect(imports).toBe(0)
    const outcomes = await Promise.all([1, 2, 3].map(() => ask(model, promptOf('q'))))
    expect(outcomes.map(({ text }) => text)).toEqual(['ok', 'ok', 'ok'])
    expect(imports).toBe(1)
  })

  test('M1: one that cannot be loaded is an error with advice, and the next request tries again', async () => {
    let broken = true
    const model = createOpenAI(
      { model: 'm', baseUrl: local, wire: 'auto', firstByteMs: 1_000, idleMs: 1_000 },
      {
        fetch: async () => ok('chat')(),
        sdk: () => (broken ? Promise.reject(new Error('gone')) : import('openai')),
      },
    )
    const { error } = await ask(model, promptOf('q'))
    expect(error?.kind).toBe('bad_request')
    expect(error?.message).toContain('npm ci')
    broken = false
    expect((await ask(model, promptOf('q'))).text).toBe('ok')
  })
})

test('a base URL that is none is the operator’s mistake', () => {
  const settings = { model: 'm', wire: 'auto' as const, firstByteMs: 1, idleMs: 1 }
  expect(() => createOpenAI({ ...settings, baseUrl: 'localhost:1234' })).toThrow(
    /OPENAI_BASE_URL is "localhost:1234"/,
  )
  expect(createOpenAI(settings).label).toBe('m at api.openai.com')
})
