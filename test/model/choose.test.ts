import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ChooseDeps, chooseModel, type ModelSettings } from '#core/model/choose.ts'
import { findGguf } from '#core/model/gguf.ts'
import { ask, promptOf } from './ask.ts'
import { words } from './openai/sse.ts'
import { bytes, streamOf } from './openai/wire-bytes.ts'
import { quickClock } from './quick-clock.ts'

let modelsDir: string
beforeAll(async () => {
  modelsDir = await mkdtemp(join(tmpdir(), 'parley-models-'))
})
afterAll(() => rm(modelsDir, { recursive: true }))

const settings = (more: Partial<ModelSettings> = {}): ModelSettings => ({
  models: [],
  wire: 'auto',
  firstByteMs: 5_000,
  idleMs: 5_000,
  sampling: {},
  modelsDir: join(modelsDir, 'none'),
  ...more,
})

/** A network in which these hosts offer these models and answer `ok`; the others refuse. Changes with the object. */
function network(hosts: Record<string, readonly string[]>) {
  const asked: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(String(input))
    asked.push(`${url.host}${url.pathname}`)
    const offers = hosts[url.host]
    if (offers === undefined) throw new TypeError('fetch failed')
    init?.signal?.throwIfAborted()
    if (url.pathname.endsWith('/models')) return Response.json({ data: offers.map((id) => ({ id })) })
    const wire = url.pathname.endsWith('/responses') ? 'responses' : 'chat'
    return streamOf([bytes(words[wire].text('ok') + words[wire].end())])
  }
  const deps: ChooseDeps = { clock: quickClock(), fetch, findLlama: () => undefined }
  return { deps, asked }
}

const none = network({}).deps
const load = () => Promise.reject(new Error('not loaded while choosing'))

describe('the order', () => {
  test('nothing at all: the rehearsal', async () => {
    expect((await chooseModel(settings(), none)).label).toBe('rehearsal (no model connected)')
  })

  test('a key: OpenAI, and nobody is asked while choosing', async () => {
    const { deps, asked } = network({ '127.0.0.1:11434': ['qwen3'], 'api.openai.com': [] })
    const model = await chooseModel(settings({ apiKey: 'k' }), deps)
    expect(model.label).toBe('gpt-6-luna at api.openai.com')
    expect(asked).toEqual([])
    expect((await ask(model, promptOf('q'))).text).toBe('ok')
    expect(asked).toEqual(['api.openai.com/v1/responses'])
  })

  test('a base URL: the first chat model it offers', async () => {
    const { deps } = network({ 'models.local': ['embed-1', 'llama9', 'qwen3'] })
    const model = await chooseModel(settings({ baseUrl: 'http://models.local/v1' }), deps)
    expect(model.label).toBe('llama9 at models.local')
    expect((await ask(model, promptOf('q'))).text).toBe('ok')
  })

  test('a gateway with a key: OpenAI’s default where it is offered', async () => {
    const { deps } = network({ 'gate.local': ['aaa', 'gpt-6-luna'] })
    const model = await chooseModel(settings({ baseUrl: 'http://gate.local/v1', apiKey: 'k' }), deps)
    expect(model.label).toBe('gpt-6-luna at gate.local')
  })

  test('a server on this machine', async () => {
    const { deps } = network({ '127.0.0.1:1234': ['qwen3-4b'] })
    expect((await chooseModel(settings(), deps)).label).toBe('qwen3-4b at 127.0.0.1:1234')
  })

  test('a GGUF file, when it can be read; the package is not loaded while choosing', async () => {
    await writeFile(join(modelsDir, 'tiny.gguf'), 'GGUF')
    const found = await chooseModel(settings({ modelsDir }), { ...none, findLlama: () => load })
    expect(found.label).toBe('tiny.gguf in this process')
    expect((await chooseModel(settings({ modelsDir }), none)).label).toBe('rehearsal (no model connected)')
  })

  test('what is configured comes before everything', async () => {
    const { deps } = network({ '127.0.0.1:11434': ['qwen3'] })
    const rehearsal = await chooseModel(settings({ models: ['rehearsal'], apiKey: 'k' }), deps)
    expect(rehearsal.label).toBe('rehearsal (no model connected)')
    const named = await chooseModel(settings({ models: ['gpt-6-sol', 'rehearsal'], apiKey: 'k' }), deps)
    expect(named.label).toBe('gpt-6-sol at api.openai.com')
  })
})

describe('a configured name without a key', () => {
  test('belongs to the server on this machine', async () => {
    const { deps } = network({ '127.0.0.1:11434': ['other', 'qwen3'] })
    expect((await chooseModel(settings({ models: ['qwen3'] }), deps)).label).toBe('qwen3 at 127.0.0.1:11434')
  })

  test('waits for one that starts later', async () => {
    const hosts: Record<string, readonly string[]> = {}
    const { deps } = network(hosts)
    const model = await chooseModel(settings({ models: ['qwen3'] }), deps)
    expect(model.label).toBe('qwen3 (no server found yet)')
    expect((await ask(model, promptOf('q'))).error?.kind).toBe('network')
    hosts['127.0.0.1:11434'] = ['qwen3']
    expect((await ask(model, promptOf('q'))).text).toBe('ok')
    expect(model.label).toBe('qwen3 at 127.0.0.1:11434')
  })
})

describe('a base URL whose server is down', () => {
  test('is kept: the label says so, the turn reports it, and it is used as soon as it is up', async () => {
    const hosts: Record<string, readonly string[]> = { '127.0.0.1:11434': ['not this one'] }
    const { deps } = network(hosts)
    const model = await chooseModel(settings({ baseUrl: 'http://down.local/v1' }), deps)
    expect(model.label).toBe('a model at down.local (it cannot be reached yet)')
    expect((await ask(model, promptOf('q'))).error?.kind).toBe('network')
    hosts['down.local'] = ['llama9']
    expect((await ask(model, promptOf('q'))).text).toBe('ok')
    expect(model.label).toBe('llama9 at down.local')
  })

  test('that is silent does not hold up the start', async () => {
    const fetch: typeof globalThis.fetch = (_, init) =>
      new Promise((__, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason), { once: true })
      })
    const model = await chooseModel(settings({ baseUrl: 'http://mute.local/v1', firstByteMs: 10 }), {
      ...none,
      fetch,
    })
    expect(model.label).toBe('a model at mute.local (it cannot be reached yet)')
    expect((await ask(model, promptOf('q'))).error?.kind).toBe('timeout')
    const cancelled = await ask(model, promptOf('q'), { signal: AbortSignal.abort() })
    expect(cancelled.error?.kind).toBe('aborted')
  })

  test('or that wants a key says so in the turn', async () => {
    const fetch: typeof globalThis.fetch = async () => new Response('no', { status: 401 })
    const model = await chooseModel(settings({ baseUrl: 'http://shut.local/v1' }), { ...none, fetch })
    expect((await ask(model, promptOf('q'))).error?.kind).toBe('auth')
  })
})

test('M3: a route goes on with its next model, the rehearsal too', async () => {
  const { deps } = network({})
  const model = await chooseModel(settings({ models: ['gpt-6-luna', 'rehearsal'], apiKey: 'k' }), deps)
  expect((await ask(model, promptOf('Alice: hello'))).done?.model).toBe('rehearsal')
})

describe('settings that cannot work are the operator’s', () => {
  test('a GGUF file that is missing', async () => {
    const wrong = settings({ models: ['/nowhere/model.gguf'] })
    await expect(chooseModel(wrong, none)).rejects.toThrow(
      /models is "\/nowhere\/model.gguf".*Check the path/,
    )
  })

  test('a GGUF file without the package that reads it: the whole command is given', async () => {
    const path = join(modelsDir, 'tiny.gguf')
    await writeFile(path, 'GGUF')
    await expect(chooseModel(settings({ models: [path] }), none)).rejects.toThrow(
      /npm install node-llama-cpp @node-llama-cpp\/linux-x64 --omit=optional --ignore-scripts/,
    )
  })

  test('an address that is none', async () => {
    await expect(chooseModel(settings({ baseUrl: 'localhost' }), none)).rejects.toThrow(/OPENAI_BASE_URL/)
  })
})

test('of several GGUF files the newest is taken, and only whole models', async () => {
  const dir = await mkdtemp(join(modelsDir, 'many-'))
  const names = [
    'old.gguf',
    'new-00001-of-00002.gguf',
    'new-00002-of-00002.gguf',
    'mmproj-new.gguf',
    'half.gguf.part',
  ]
  for (const [i, name] of names.entries()) {
    await writeFile(join(dir, name), '')
    await utimes(join(dir, name), 1_000 + i, 1_000 + i)
  }
  expect(await findGguf(dir)).toBe(join(dir, 'new-00001-of-00002.gguf'))
  expect(await findGguf(join(dir, 'nothing'))).toBeUndefined()
})
