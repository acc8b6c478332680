import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Prompt } from '#core/model/model.ts'
import { sayingsIn } from '#core/model/rehearsal/sayings.ts'
import { createRehearsal } from '#core/model/rehearsal.ts'
import { ask, promptOf } from './ask.ts'
import { quickClock } from './quick-clock.ts'

const rehearsal = createRehearsal({ clock: quickClock(), paceMs: 0 })

/** A thread: people's turns and the assistant's, by turns. */
const thread = (...contents: readonly string[]): Prompt => ({
  system: 'You are Parley.',
  turns: contents.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
})
const reply = async (...contents: readonly string[]) => (await ask(rehearsal, thread(...contents))).text

describe('every reply', () => {
  const anything = fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 5 })

  test('M1: begins with the label, says how to connect a model, and ends with one done', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (contents) => {
        const { text, events, done, error } = await ask(rehearsal, thread(...contents))
        expect(error).toBeUndefined()
        expect(text).toMatch(/^\*Rehearsal: no model is connected\.\*\n/)
        expect(text).toMatch(/`OPENAI_API_KEY`, or `OPENAI_BASE_URL`, or start Ollama\.\*$/)
        expect(events.filter(({ type }) => type === 'done')).toEqual([done])
        expect(done).toEqual({ type: 'done', finish: 'stop', model: 'rehearsal' })
      }),
    )
  })

  test('is the same for the same prompt', async () => {
    expect(await reply('Alice: a long story')).toBe(await reply('Alice: a long story'))
  })

  test('comes in small pieces, at a pace', async () => {
    const clock = quickClock()
    const { events } = await ask(createRehearsal({ clock }), promptOf('Alice: hello'))
    const deltas = events.filter((event) => event.type === 'text')
    expect(deltas.length).toBeGreaterThan(5)
    for (const { delta } of deltas) expect(delta.trim().split(/\s+/).length).toBeLessThanOrEqual(3)
    expect(clock.slept).toEqual(Array(deltas.length - 1).fill(30)) // D4: the first does not wait
  })

  test('T5: can be cancelled', async () => {
    const stop = new AbortController()
    const { text, error } = await ask(createRehearsal({ clock: quickClock() }), promptOf('Alice: hello'), {
      signal: stop.signal,
      onText: (count) => count === 2 && stop.abort(),
    })
    expect(error?.kind).toBe('aborted')
    expect(text.length).toBeLessThan(60)
  })
})

describe('on request', () => {
  test('a list, a table, code', async () => {
    expect(await reply('Alice: give me a list')).toMatch(/\n1\. .*\n2\. /)
    expect(await reply('Alice: now a table please')).toMatch(/\n\| --- \|/)
    expect(await reply('Alice: write some Python code')).toMatch(/\n```python\n[^`]+\n```\n/)
    expect(await reply('Alice: a function?')).toMatch(/\n```ts\n/)
  })

  test('several kinds in one reply', async () => {
    const text = await reply('Alice: a list, a table and a script')
    for (const part of ['\n1. ', '\n| --- ', '\n```ts\n']) expect(text).toContain(part)
  })

  test('D1: something long, of as many words as wanted, in which no two paragraphs are alike', async () => {
    const text = await reply('Alice: write 2000 words')
    const paragraphs = text.split('\n\n').slice(1, -1)
    expect(paragraphs.join(' ').split(' ')).toHaveLength(2000)
    expect(new Set(paragraphs).size).toBe(paragraphs.length)
    expect((await reply('Alice: a long story')).length).toBeGreaterThan(4_000)
  })
})

describe('C1, C4: what was said is remembered, and by whom', () => {
  const talk = [
    'Alice: my favourite colour is teal',
    'Noted.',
    'Bob: I deploy on Fridays\n\nAlice: please do not\nreally not',
    'Noted.',
  ] as const

  test.each([
    ['Alice: what did I say first?', '> Alice: my favourite colour is teal'],
    ['Bob: what did I say first?', '> Bob: I deploy on Fridays'],
    ['Alice: What is my favourite colour?', '> Alice: my favourite colour is teal'],
    ['Alice: what did I tell you about the colour?', 'Earlier you said'],
    ['Alice: what did Bob say about deploy?', '> Bob: I deploy on Fridays'],
    ['Bob: who said teal?', 'Earlier Alice said'],
    ['Alice: what did I say last?', '> Alice: please do not\n> really not'],
    ['Alice: do you remember the pineapple?', 'I find nothing about that'],
    ['Carol: what is my name?', 'You are Carol.'],
  ])('%s', async (question, answer) => {
    expect(await reply(...talk, question)).toContain(answer)
  })

  test('who said what', async () => {
    const text = await reply(...talk, 'Carol: who said what?')
    expect(text).toContain('- **Alice**, 2 messages, the first: “my favourite colour is teal”')
    expect(text).toContain('- **Bob**, one message, the first: “I deploy on Fridays”')
  })

  test('a name that was told counts too', async () => {
    expect(await reply('U123: call me Dana', 'Hi.', 'U123: who am I?')).toContain('> U123: call me Dana')
  })

  test('a question that is not about the past is read back', async () => {
    expect(await reply(...talk, 'Bob: is it raining?')).toContain(
      'message 4 that I read in this thread:\n\n> Bob: is it raining?',
    )
  })
})

describe('reading a prompt', () => {
  const read = (content: string) => sayingsIn([{ role: 'user', content }])

  test('a message with blank lines stays one message', () => {
    expect(read('Alice: one\n\ntwo\n\n- a: b\n\nhttps://example.com/a: b\n\nBob: three')).toEqual([
      { name: 'Alice', text: 'one\n\ntwo\n\n- a: b\n\nhttps://example.com/a: b' },
      { name: 'Bob', text: 'three' },
    ])
  })

  test('text without a name is somebody’s', () => {
    expect(read('hello')).toEqual([{ name: 'Somebody', text: 'hello' }])
  })
})

test('T2: messages that came together are all answered', async () => {
  const text = await reply('Alice: one thing\n\nBob: another thing')
  expect(text).toContain('> Alice: one thing')
  expect(text).toContain('> Bob: another thing')
})
