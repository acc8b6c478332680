import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { newBlocks } from '#core/learning/local/gpt.ts'
import { saveModel } from '#core/learning/local/model-files.ts'
import type { ModelConfig } from '#core/learning/local/trainer.ts'
import { openPolicy, type ServedPolicy } from '#core/learning/serving/policy.ts'
import { type Serving, servePolicy } from '#core/learning/serving/serve.ts'
import { chatModels } from '#core/model/catalogue.ts'
import type { ModelEvent } from '#core/model/model.ts'
import { createOpenAI } from '#core/model/openai/openai.ts'

const TINY: ModelConfig = {
  ...{ layers: 1, width: 8, heads: 1, context: 40, promptTokens: 24 },
  alphabet: { characters: 'abcdefghijklmnopqrstuvwxyz ?' },
}
const forever = new AbortController().signal

let folder = ''
let policy: ServedPolicy
let serving: Serving
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-policy-'))
  await saveModel(join(folder, 'model'), { config: TINY, blocks: newBlocks(TINY, 1) })
  policy = await openPolicy(join(folder, 'model'))
  serving = await servePolicy({
    policy,
    name: 'tiny',
    host: '127.0.0.1',
    port: 0,
    now: () => 1_000,
    token: 't',
  })
})
afterAll(async () => {
  await serving.close()
  await policy.close()
  rmSync(folder, { recursive: true, force: true })
})

async function ask(body: unknown, token = 't') {
  const response = await fetch(`${serving.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, body: JSON.parse(await response.text()) }
}
const question = { model: 'tiny', messages: [{ role: 'user', content: 'who goes there?' }], seed: 3 }

test("Parley's ordinary provider finds a trained policy, and streams its answer to the end", async () => {
  const { baseUrl } = serving
  expect(await chatModels(fetch, { baseUrl, apiKey: 't' }, forever)).toEqual(['tiny'])
  const model = createOpenAI({
    ...{ model: 'tiny', apiKey: 't', baseUrl, wire: 'auto', firstByteMs: 20_000, idleMs: 20_000 },
  })
  const events: ModelEvent[] = []
  const prompt = { system: 'be kind', turns: [{ role: 'user' as const, content: 'who?' }] }
  for await (const event of model.stream(prompt, { signal: forever })) events.push(event)
  expect(events.at(-1)).toMatchObject({ type: 'done', model: 'tiny', usage: { inputTokens: 14 } })
  expect(events.some(({ type }) => type === 'text')).toBe(true)
})

test('L5: the same seed says the same, and another one does not; so many answers as are asked for', async () => {
  const first = await ask({ ...question, n: 2 })
  const { choices } = first.body
  expect(first.status).toBe(200)
  expect(choices).toHaveLength(2)
  expect((await ask(question)).body.choices[0].message).toEqual(choices[0].message)
  expect((await ask({ ...question, seed: 4 })).body.choices[0].message).toEqual(choices[1].message)
  expect(choices[0].message.content).not.toBe(choices[1].message.content)
})

test('an answer that had no more room says so', async () => {
  const { body } = await ask({ ...question, max_tokens: 2, n: 8 })
  const texts: readonly string[] = body.choices.map(
    (choice: { message: { content: string } }) => choice.message.content,
  )
  expect(Math.max(...texts.map(({ length }) => length))).toBe(2)
  expect(body.choices.map((choice: { finish_reason: string }) => choice.finish_reason)).toEqual(
    texts.map(({ length }) => (length === 2 ? 'length' : 'stop')),
  )
  expect(body.usage).toMatchObject({ prompt_tokens: 17, completion_tokens: texts.join('').length })
})

test.for([
  ['{', 400, 'the body is not JSON'],
  [{ model: 'tiny', messages: [] }, 400, 'messages: '],
  [{ ...question, top_p: 0.5 }, 400, 'top_p: must be 1'],
  [{ ...question, model: 'gpt' }, 404, 'there is no model "gpt", only "tiny"'],
  [{ ...question, messages: [{ role: 'user', content: 'ß' }] }, 400, 'The model knows 28 letters'],
  ['x'.repeat(4_000_001), 413, 'a request has at most'],
] as const)('S6: what cannot be answered is refused with the reason (%#)', async ([body, status, why]) => {
  const answer = await ask(body)
  expect(answer.status).toBe(status)
  expect(answer.body.error.message).toContain(why)
})

test('S6: whatever a body says, the answer is one or a clear no, never a fault of ours', async () => {
  const odd = fc.jsonValue({ maxDepth: 2 })
  const almost = fc
    .record(
      {
        ...{ messages: fc.oneof(odd, fc.constant(question.messages)), temperature: odd, max_tokens: odd },
        ...{ seed: odd, n: odd, stream: odd, stream_options: odd, top_p: odd },
      },
      { requiredKeys: ['messages'] },
    )
    .map((body) => ({ model: 'tiny', ...body }))
  await fc.assert(
    fc.asyncProperty(fc.oneof(odd, almost, fc.string()), async (body) => {
      const response = await fetch(`${serving.baseUrl}/chat/completions`, {
        method: 'POST',
        headers: { authorization: 'Bearer t' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      await response.text()
      expect(response.status).toBeLessThan(500)
    }),
    { numRuns: 150 },
  )
})

test('nobody asks without the token', async () => {
  expect((await ask(question, 'u')).status).toBe(401)
})

test('without a token no web page can point a name of its own at it', async () => {
  const open = await servePolicy({ policy, name: 'tiny', host: '127.0.0.1', port: 0, now: () => 1_000 })
  onTestFinished(() => open.close())
  const { port } = new URL(open.baseUrl)
  const statusFor = async (host: string) => {
    const request = get({ port, host: '127.0.0.1', path: '/v1/models', headers: { host } })
    const [response] = await once(request, 'response')
    response.resume()
    return response.statusCode
  }
  expect(await statusFor(`localhost:${port}`)).toBe(200)
  expect(await statusFor(`127.0.0.1:${port}`)).toBe(200)
  expect(await statusFor('evil.example')).toBe(403)
})

test('kill -9 of the process that answers: whoever waits is told, and the next question begins it again', async () => {
  const before = policy.pid ?? 0
  const waiting = ask(question)
  process.kill(before, 'SIGKILL')
  expect([200, 503]).toContain((await waiting).status)
  expect((await ask(question)).status).toBe(200)
  expect(policy.pid).not.toBe(before)
})

test('a folder without a model is refused with what is missing', async () => {
  writeFileSync(join(folder, 'config.json'), '{}')
  await expect(openPolicy(folder)).rejects.toThrow('config.json is not what Parley wrote')
})
