/** Rule T2: a question that comes while an answer is being written in its thread. */
import { expect, test } from 'vitest'
import type { ModelEvent } from '#core/model/model.ts'
import { threadKey } from '#core/thread.ts'
import { settle } from '#test/virtual-clock.ts'
import { saying, Theatre } from './theatre.ts'

const REF = { platform: 'test', workspace: 'w', channel: 'c', root: 'r' }

/** Says a beginning of everything that it is asked about, and goes on for ever where it is asked for everything. */
function theatre(meanwhile: 'queue' | 'interrupt' | undefined): Theatre {
  const one = new Theatre()
  one.meanwhile = meanwhile
  one.dialogue = one.open()
  one.script = async function* (prompt, signal): AsyncIterable<ModelEvent> {
    const asked = prompt.turns.at(-1)?.content ?? ''
    if (!asked.includes('everything')) return yield* saying(`you said: ${asked}`)
    yield { type: 'text', delta: 'a beginning' }
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    throw signal.reason
  }
  return one
}

const remembered = async (one: Theatre) =>
  (await one.transcripts.window(threadKey(REF))).messages.map((message) => ({
    ...('text' in message && { text: message.text }),
    ...('outcome' in message && { outcome: message.outcome }),
  }))

test('T2: with interrupt, the answer before is stopped, keeps its text, and the new question is answered next', async () => {
  const one = theatre('interrupt')
  await one.ask('1', 'tell me everything')
  expect(one.screens[0]?.finished).toBe(false)
  await one.ask('2', 'or only the end')
  expect(one.visible).toEqual(['a beginning\n\n_Stopped._', 'you said: Alice: or only the end'])
  expect(one.screens.map(({ finished, working }) => [finished, working])).toEqual([
    [true, false],
    [true, false],
  ])
  expect(await remembered(one)).toEqual([
    { text: 'tell me everything' },
    { text: 'a beginning', outcome: 'stopped' },
    { text: 'or only the end' },
    { text: 'you said: Alice: or only the end', outcome: 'answered' },
  ])
  expect(one.prompts[1]?.turns.map(({ content }) => content)).toEqual([
    'Alice: tell me everything',
    'a beginning',
    'Alice: or only the end',
  ])
})

test.each(['queue', undefined] as const)('T2: with %s, it waits', async (meanwhile) => {
  const one = theatre(meanwhile)
  await one.ask('1', 'tell me everything')
  await one.ask('2', 'or only the end')
  expect(one.screens.map(({ finished }) => finished)).toEqual([false])
  await one.dialogue.stop({ thread: REF })
  await one.clock.advance(1_000)
  expect(one.visible.at(-1)).toBe('you said: Alice: or only the end')
})

test('T1: a question that is delivered again interrupts nothing, nor does one that was sent before', async () => {
  const one = theatre('interrupt')
  await one.ask('2', 'tell me everything')
  expect(await one.ask('2', 'tell me everything')).toBe('duplicate')
  await one.ask('1', 'this was late on its way')
  expect(one.screens.map(({ finished }) => finished)).toEqual([false])
  await one.ask('3', 'enough')
  expect(one.visible).toEqual(['a beginning\n\n_Stopped._', expect.stringMatching(/late[\s\S]*enough/)])
})

test('T2: nor does one in another thread', async () => {
  const one = theatre('interrupt')
  await one.ask('1', 'tell me everything')
  await one.ask('2', 'hello', { thread: { ...REF, root: 'another' } })
  expect(one.screens.map(({ finished }) => finished)).toEqual([false, true])
})

test('T2, T5: what is stopped before the model was asked never asks it', async () => {
  for (const how of ['interrupt', 'stop', 'delete'] as const) {
    const one = theatre('interrupt')
    const fetched = Promise.withResolvers<void>()
    Object.defineProperty(one, 'past', { get: () => fetched.promise.then(() => []) })
    await one.ask('1', 'good morning', { hasPast: true })
    expect(one.prompts).toEqual([])
    if (how === 'interrupt') await one.dialogue.accept(one.question('2', 'hello'))
    if (how === 'stop') expect(await one.dialogue.stop({ thread: REF })).toBe(true)
    if (how === 'delete') {
      const message = { platform: 'test', workspace: 'w', channel: 'c', message: '1' }
      await one.dialogue.deleted({ question: '1', message, at: 1 })
    }
    fetched.resolve()
    await settle()
    await one.clock.advance(10_000)
    const next = how === 'interrupt' ? ['Alice: good morning\n\nAlice: hello'] : []
    expect(one.visible, how).toEqual(['_Stopped._', ...next.map((asked) => `you said: ${asked}`)])
    expect(one.prompts.map(({ turns }) => turns.at(-1)?.content)).toEqual(next)
  }
})
