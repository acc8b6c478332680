import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findLlama } from '#core/model/llama/package.ts'
import { createLlama } from '#core/model/llama.ts'
import { ask, promptOf } from './ask.ts'
import { tinyGguf } from './tiny-gguf.ts'

/** A folder in which `node-llama-cpp` is installed, when it is not in this checkout. */
const elsewhere = process.env.PARLEY_TEST_LLAMA_DIR
const load = findLlama(elsewhere === undefined ? undefined : join(elsewhere, 'from.js'))
if (load === undefined) {
  console.info(
    'Skipped: node-llama-cpp is not installed. Install it, or set PARLEY_TEST_LLAMA_DIR to where it is.',
  )
}

describe.skipIf(load === undefined)('real llama.cpp', () => {
  let dir: string
  const path = () => join(dir, 'tiny.gguf')
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'parley-gguf-'))
    await writeFile(path(), tinyGguf(['▁Hello', '▁from', '▁a', '▁tiny', '▁model', '.']))
  })
  afterAll(() => rm(dir, { recursive: true }))

  test('M1: a generated model streams its reply, again on a longer conversation', {
    timeout: 60_000,
  }, async () => {
    const model = createLlama({ path: path(), parallel: 1 }, load)
    const first = await ask(model, promptOf('Alice: hi'), { cacheKey: 'a' })
    expect(first.error).toBeUndefined()
    expect(first.text.trim()).toBe('Hello from a tiny model.')
    expect(first.events.length).toBeGreaterThan(2)
    expect(first.done).toMatchObject({ finish: 'stop', model: 'tiny.gguf' })
    expect(first.done?.usage?.outputTokens).toBeGreaterThan(0)

    const turns = [
      { role: 'user', content: 'Alice: hi' },
      { role: 'assistant', content: first.text },
      { role: 'user', content: 'Alice: once more' },
    ] as const
    const second = await ask(model, { system: 'You are Parley.', turns }, { cacheKey: 'a' })
    expect(second.text).toBe(first.text)

    const short = await ask(model, promptOf('Alice: hi'), { sampling: { maxTokens: 2 } })
    expect(short.done?.finish).toBe('length')

    const stop = new AbortController()
    const stopped = await ask(model, promptOf('Alice: hi'), {
      signal: stop.signal,
      onText: () => stop.abort(),
    })
    expect(stopped.error?.kind).toBe('aborted')
    expect((await ask(model, promptOf('Alice: hi'))).text).toBe(first.text)
  })

  test('a file that is no model is an error with a kind', { timeout: 60_000 }, async () => {
    const wrong = join(dir, 'wrong.gguf')
    await writeFile(wrong, 'this is no model')
    const { error } = await ask(createLlama({ path: wrong }, load), promptOf('q'))
    expect(error?.kind).toBe('bad_request')
  })
})
