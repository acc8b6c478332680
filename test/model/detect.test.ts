import { expect, test } from 'vitest'
import { detectServer } from '#core/model/detect.ts'

type Answer = Response | Error | 'silent'

/** A machine on which these ports answer; the others refuse. */
function machine(ports: Record<string, Answer>) {
  const asked: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(String(input))
    asked.push(`${init?.method ?? 'GET'} ${url.host}${url.pathname}`)
    const answer = ports[url.port] ?? new TypeError('fetch failed')
    if (answer instanceof Response) return answer
    if (answer instanceof Error) throw answer
    return await new Promise((_, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason), { once: true })
    })
  }
  return { fetch, asked }
}

const models = (...ids: unknown[]) => Response.json({ object: 'list', data: ids.map((id) => ({ id })) })

test('all known ports of this machine are asked, and nothing else', async () => {
  const { fetch, asked } = machine({})
  expect(await detectServer(fetch)).toBeUndefined()
  expect(asked.sort()).toEqual([
    'GET 127.0.0.1:11434/v1/models',
    'GET 127.0.0.1:1234/v1/models',
    'GET 127.0.0.1:8080/v1/models',
  ])
})

test('the first in a fixed order is taken, whoever answers first', async () => {
  const { fetch } = machine({ 8080: models('c'), 1234: models('b'), 11434: models('a') })
  expect(await detectServer(fetch)).toEqual({
    name: 'Ollama',
    baseUrl: 'http://127.0.0.1:11434/v1',
    models: ['a'],
  })
})

test('one that is silent does not hold up the others', async () => {
  const { fetch } = machine({ 11434: 'silent', 1234: models('b') })
  expect((await detectServer(fetch, 20))?.name).toBe('LM Studio')
})

test('models that cannot chat do not count', async () => {
  const { fetch } = machine({
    11434: models('nomic-embed-text', 'whisper-1', 'bge-m3', '', 7, null),
    1234: models('text-embedding-nomic', 'qwen3-4b', 'gemma'),
  })
  expect(await detectServer(fetch)).toMatchObject({ name: 'LM Studio', models: ['qwen3-4b', 'gemma'] })
})

test.each([
  ['a web page', () => new Response('<html>')],
  ['another JSON', () => Response.json({ data: 'none' })],
  ['a list of nothing', () => Response.json({ data: [] })],
  ['null', () => Response.json(null)],
  ['an error', () => new Response('no', { status: 500 })],
])('another program on the port is no model server: %s', async (_, answer) => {
  const { fetch } = machine({ 8080: answer() })
  expect(await detectServer(fetch)).toBeUndefined()
})
