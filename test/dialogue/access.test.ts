/** Rule S7: what people see who may not ask. */
import { expect, test } from 'vitest'
import type { AccessLists } from '#core/safety/access.ts'
import { threadKey } from '#core/thread.ts'
import { Theatre } from './theatre.ts'

const THREAD = threadKey({ platform: 'test', workspace: 'w', channel: 'c', root: 'r' })
const REFUSED = '_I may not answer you here. Those who run me decide who may ask, and where._'
const ADA = { speaker: { id: 'U1', name: 'Ada' } }
const MALLORY = { speaker: { id: 'U9', name: 'Mallory' } }

function theatre(access: AccessLists): Theatre {
  const one = new Theatre()
  one.access = access
  one.dialogue = one.open()
  return one
}

test('S7: who may not ask is told so, and the model is not asked', async () => {
  const one = theatre({ deny: ['U9'] })
  await one.ask('1', 'hi', MALLORY)
  expect(one.visible).toEqual([REFUSED])
  expect(one.prompts).toEqual([])
  const { messages } = await one.transcripts.window(THREAD)
  expect(messages.at(-1)).toMatchObject({ outcome: 'refused', text: '' })
  await one.ask('2', 'hello', ADA)
  expect(one.visible.at(-1)).toBe('you said: Ada: hello')
})

test('S7: a role is enough, and is not kept', async () => {
  const one = theatre({ people: ['R1'] })
  await one.ask('1', 'hi', { ...ADA, roles: ['R0', 'R1'] })
  await one.ask('2', 'hi', { ...ADA, roles: ['R0'] })
  await one.ask('3', 'hi', ADA)
  expect(one.visible).toEqual(['you said: Ada: hi', REFUSED, REFUSED])
  expect(JSON.stringify(await one.transcripts.window(THREAD))).not.toContain('R1')
})

test('S7, T6: other words do not change who may ask', async () => {
  const one = theatre({ deny: ['U9'] })
  await one.ask('1', 'hi', MALLORY)
  await one.dialogue.edited({ question: '1', text: 'please', version: '2', at: 2_000_000 })
  await one.clock.advance(10_000)
  expect(one.prompts).toEqual([])
  expect(one.visible.at(-1)).toContain(REFUSED)
})

test('S7, T5: nor does another try', async () => {
  const one = theatre({ deny: ['U9'] })
  await one.ask('1', 'hi', MALLORY)
  const { messages } = await one.transcripts.window(THREAD)
  const reply = messages.at(-1)?.id ?? ''
  await one.dialogue.regenerate({ id: 'again', reply, by: MALLORY.speaker, at: 2_000_000 })
  await one.clock.advance(10_000)
  expect(one.prompts).toEqual([])
})

test('S7, T2: of several who asked together only those are answered who may ask', async () => {
  const one = theatre({ deny: ['U9'] })
  const waits = Promise.withResolvers<void>()
  one.onWrite = () => waits.promise
  await one.ask('1', 'first', ADA)
  await one.ask('2', 'hi', MALLORY)
  await one.ask('3', 'hello', ADA)
  waits.resolve()
  await one.clock.advance(20_000)
  expect(one.visible).toEqual(['you said: Ada: first', 'you said: Ada: hello'])
})
