import { afterAll, beforeAll, expect, test } from 'vitest'
import { chatModels } from '#core/model/catalogue.ts'
import { body, faultyServer } from './openai/server.ts'

let server: Awaited<ReturnType<typeof faultyServer>>
const list = JSON.stringify({ data: [{ id: 'qwen3' }, { id: 'text-embedding-3' }, { id: 'gemma' }] })

beforeAll(async () => {
  server = await faultyServer({
    list: body(200, 'application/json', list),
    elsewhere: body(302, 'text/plain', '', { location: '/trap/v1/models' }),
    trap: body(200, 'application/json', list),
    shut: body(403, 'text/plain', 'no'),
    mute: () => undefined,
  })
})
afterAll(() => server.stop())

const models = (deed: string, signal = new AbortController().signal) =>
  chatModels(fetch, { baseUrl: server.url(deed), apiKey: 'key' }, signal)

test('the chat models of a server, in its own order', async () => {
  expect(await models('list')).toEqual(['qwen3', 'gemma'])
})

test('S5: a redirect is not followed: the key stays with the server that was named', async () => {
  await expect(models('elsewhere')).rejects.toMatchObject({ kind: 'network' })
  expect(server.reached('trap')).toBe(false)
})

test.each([
  ['shut', undefined, 'auth'],
  ['mute', () => AbortSignal.timeout(20), 'timeout'],
  ['list', () => AbortSignal.abort(), 'aborted'],
] as const)('what goes wrong has a kind: %s', async (deed, signal, kind) => {
  await expect(models(deed, signal?.())).rejects.toMatchObject({ kind })
})
