import { describe, expect, test } from 'vitest'
import type { HistoryItem, LlamaPackage } from '#core/model/llama/package.ts'
import { findLlama } from '#core/model/llama/package.ts'
import { createLlama } from '#core/model/llama.ts'
import { ask, promptOf } from './ask.ts'

type Chat = Parameters<InstanceType<LlamaPackage['LlamaChatSession']>['promptWithMeta']>[1]

interface FakeOptions {
  /** What a prompt does; the default says two words. */
  readonly prompt?: (text: string, chat: Chat) => Promise<{ stopReason: string }>
  readonly failsToLoad?: () => boolean
}

/** The package as far as we know it, and what was asked of it. */
function fakeLlama({ prompt = sayHello, failsToLoad = () => false }: FakeOptions = {}) {
  const seen = {
    getLlama: [] as unknown[],
    contexts: [] as unknown[],
    histories: [] as HistoryItem[][],
    systemPrompts: [] as string[],
    prompts: [] as { text: string; chat: Chat; sequence: number }[],
    running: 0,
    disposed: 0,
  }
  const numbers = new Map<unknown, number>()
  const fake: LlamaPackage = {
    getLlama: async (options) => {
      seen.getLlama.push(options)
      return {
        loadModel: async () => {
          if (failsToLoad()) throw new Error('Invalid GGUF magic')
          return {
            createContext: async (context) => {
              seen.contexts.push(context)
              return {
                getSequence: () => {
                  let used = 0
                  const state = () => {
                    used += 5
                    return { usedInputTokens: used, usedOutputTokens: used }
                  }
                  const sequence = { tokenMeter: { getState: state } }
                  numbers.set(sequence, numbers.size)
                  return sequence
                },
              }
            },
          }
        },
      }
    },
    LlamaChatSession: class {
      readonly #sequence: number
      constructor({ contextSequence, systemPrompt }: { contextSequence: unknown; systemPrompt: string }) {
        this.#sequence = numbers.get(contextSequence) ?? -1
        seen.systemPrompts.push(systemPrompt)
      }
      setChatHistory(history: HistoryItem[]) {
        seen.histories.push(history)
      }
      async promptWithMeta(text: string, chat: Chat) {
        seen.prompts.push({ text, chat, sequence: this.#sequence })
        seen.running += 1
        try {
          return await prompt(text, chat)
        } finally {
          seen.running -= 1
        }
      }
      dispose() {
        seen.disposed += 1
      }
    },
  }
  return { load: async () => fake, seen }
}

async function sayHello(_: string, { onTextChunk }: Chat) {
  onTextChunk('hello ')
  await Promise.resolve()
  onTextChunk('there')
  return { stopReason: 'eogToken' }
}

/** Says one word, then waits to be cancelled, as the package does. */
async function wait(_: string, { onTextChunk, signal }: Chat) {
  onTextChunk('hello ')
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  return { stopReason: 'abort' }
}

const path = '/models/tiny.gguf'

describe('a model in this process', () => {
  test('M1: streams, and ends with one done that names the file and the usage', async () => {
    const { load, seen } = fakeLlama()
    const { events } = await ask(createLlama({ path }, load), promptOf('hi'))
    expect(events).toEqual([
      { type: 'text', delta: 'hello ' },
      { type: 'text', delta: 'there' },
      {
        type: 'done',
        finish: 'stop',
        model: 'tiny.gguf',
        usage: { inputTokens: 5, outputTokens: 5, cachedTokens: 0 },
      },
    ])
    expect(seen.disposed).toBe(1)
  })

  test('is given the whole conversation, our system prompt, and no more threads than there are cores', async () => {
    const { load, seen } = fakeLlama()
    const model = createLlama({ path, sampling: { temperature: 0.5 } }, load)
    const prompt = {
      system: 'You are Parley.',
      turns: [
        { role: 'user', content: 'Alice: one' },
        { role: 'assistant', content: 'two' },
        { role: 'user', content: 'Alice: three' },
      ],
    } as const
    await ask(model, prompt, { sampling: { maxTokens: 7, topP: 0.9 } })
    expect(seen.systemPrompts).toEqual(['You are Parley.'])
    expect(seen.histories).toEqual([
      [
        { type: 'system', text: 'You are Parley.' },
        { type: 'user', text: 'Alice: one' },
        { type: 'model', response: ['two'] },
      ],
    ])
    expect(seen.prompts[0]).toMatchObject({
      text: 'Alice: three',
      chat: { maxTokens: 7, temperature: 0.5, topP: 0.9, stopOnAbortSignal: true },
    })
    expect(seen.getLlama).toEqual([
      expect.objectContaining({ build: 'never', skipDownload: true, maxThreads: expect.any(Number) }),
    ])
  })

  test('is loaded by the first question, once', async () => {
    const { load, seen } = fakeLlama()
    const model = createLlama({ path }, load)
    expect(seen.getLlama).toEqual([])
    await Promise.all(['a', 'b', 'c'].map((question) => ask(model, promptOf(question))))
    expect(seen.getLlama).toHaveLength(1)
    expect(seen.contexts).toHaveLength(1)
  })

  test('M1: stopping at the token limit is told', async () => {
    const { load } = fakeLlama({ prompt: async () => ({ stopReason: 'maxTokens' }) })
    expect((await ask(createLlama({ path }, load), promptOf('q'))).done?.finish).toBe('length')
  })

  test('a file that cannot be read is an error, and the next question tries again', async () => {
    let broken = true
    const { load } = fakeLlama({ failsToLoad: () => broken })
    const model = createLlama({ path }, load)
    expect((await ask(model, promptOf('q'))).error?.kind).toBe('bad_request')
    broken = false
    expect((await ask(model, promptOf('q'))).text).toBe('hello there')
  })

  test.each([
    ['Failed to compress chat history', 'context_overflow'],
    ['out of memory', 'server'],
  ])('M1: a fault while answering has a kind: %s', async (message, kind) => {
    const { load } = fakeLlama({
      prompt: async (_, { onTextChunk }) => {
        onTextChunk('half')
        throw new Error(message)
      },
    })
    const { error, text } = await ask(createLlama({ path }, load), promptOf('q'))
    expect([text, error?.kind]).toEqual(['half', kind])
  })
})

describe('cancelling', () => {
  test('T5: mid-stream, and the place is free for the next', async () => {
    const { load, seen } = fakeLlama({ prompt: wait })
    const model = createLlama({ path, parallel: 1 }, load)
    for (const _ of [1, 2]) {
      const stop = new AbortController()
      const { error, text } = await ask(model, promptOf('q'), {
        signal: stop.signal,
        onText: () => stop.abort(),
      })
      expect([error?.kind, text]).toEqual(['aborted', 'hello '])
      expect(seen.running).toBe(0)
    }
  })

  test('before anything: nothing is loaded', async () => {
    const { load, seen } = fakeLlama()
    const { error } = await ask(createLlama({ path }, load), promptOf('q'), { signal: AbortSignal.abort() })
    expect(error?.kind).toBe('aborted')
    expect(seen.prompts).toEqual([])
  })

  test('while waiting for a place: the others keep theirs', async () => {
    const { load, seen } = fakeLlama({ prompt: wait })
    const model = createLlama({ path, parallel: 1 }, load)
    const stops = [new AbortController(), new AbortController(), new AbortController()]
    const outcomes = stops.map(({ signal }, i) => ask(model, promptOf(`${i}`), { signal }))
    const running = () => expect.poll(() => seen.prompts.map(({ text }) => text))
    await running().toEqual(['0'])
    stops[1]?.abort()
    expect((await outcomes[1])?.error?.kind).toBe('aborted')
    expect(seen.running).toBe(1)
    stops[0]?.abort()
    await running().toEqual(['0', '2'])
    stops[2]?.abort()
    expect((await outcomes[2])?.text).toBe('hello ')
    expect(seen.running).toBe(0)
  })

  test('a reader who leaves mid-stream frees the place', async () => {
    const { load, seen } = fakeLlama({ prompt: wait })
    const model = createLlama({ path, parallel: 1 }, load)
    for await (const _ of model.stream(promptOf('q'), { signal: new AbortController().signal })) break
    expect(seen.running).toBe(0)
    expect(seen.prompts[0]?.chat.signal.aborted).toBe(true)
  })
})

describe('conversations side by side', () => {
  test('no more than there are places, each served in turn', async () => {
    let most = 0
    const { load, seen } = fakeLlama({
      prompt: async (text, chat) => {
        most = Math.max(most, seen.running)
        return await sayHello(text, chat)
      },
    })
    const model = createLlama({ path, parallel: 2 }, load)
    const outcomes = await Promise.all([1, 2, 3, 4, 5].map((n) => ask(model, promptOf(`${n}`))))
    expect(outcomes.every(({ text }) => text === 'hello there')).toBe(true)
    expect(most).toBe(2)
    expect(seen.prompts.map(({ text }) => text)).toEqual(['1', '2', '3', '4', '5'])
  })

  test('a conversation gets the place it had before, where its past is still known', async () => {
    const { load, seen } = fakeLlama()
    const model = createLlama({ path, parallel: 2 }, load)
    for (const cacheKey of ['a', 'b', 'b', 'a']) await ask(model, promptOf('q'), { cacheKey })
    const [a, b, again, back] = seen.prompts.map(({ sequence }) => sequence)
    expect(a).not.toBe(b)
    expect([again, back]).toEqual([b, a])
  })
})

test('a package that is not there is not found', () => {
  expect(findLlama('/nowhere/at/all.js')).toBeUndefined()
})
