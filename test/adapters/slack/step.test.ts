import { expect, test } from 'vitest'
import { type MessageState, nextStep, type Step, type Wanted } from '#adapters/slack/step.ts'

const absent: MessageState = { at: 'absent' }
const streaming = (text?: string): MessageState => ({ at: 'streaming', ts: '1.1', text })
const wants = (text: string, complete: boolean, more: Partial<Wanted> = {}): Wanted => ({
  ...{ text, complete, controls: [], tables: false },
  ...more,
})
const settled = (text?: string, complete = false): MessageState => ({
  ...{ at: 'settled', ts: '1.1' },
  shows: text === undefined ? undefined : wants(text, complete),
})

const cases: readonly [string, MessageState, string, boolean, Step][] = [
  ['nothing to say', absent, ' ', false, { do: 'nothing' }],
  ['D4: the first words begin a stream', absent, 'a', false, { do: 'start' }],
  ['what is complete at once is posted', absent, 'a', true, { do: 'post' }],
  ['growth is appended', streaming('a'), 'ab', false, { do: 'append', text: 'b' }],
  ['no growth, no call', streaming('a'), 'a', false, { do: 'nothing' }],
  ['the end carries the last words', streaming('a'), 'ab', true, { do: 'stop', text: 'b' }],
  ['a change is no growth', streaming('ab'), 'ac', false, { do: 'stop', text: '' }],
  ['a stream of unknown text is ended', streaming(), 'a', false, { do: 'stop', text: '' }],
  ['a message is edited', settled('a'), 'b', false, { do: 'update' }],
  ['D1: a message of unknown text is written in full', settled(), 'a', false, { do: 'update' }],
  ['an end is marked', settled('a'), 'a', true, { do: 'update' }],
  ['once', settled('a', true), 'a', true, { do: 'nothing' }],
  [
    'a lost message is looked for',
    { at: 'lost', how: 'post', wanted: wants('a', true) },
    'a',
    true,
    { do: 'find' },
  ],
]

test.each(cases)('%s', (_, state, text, complete, step) => {
  expect(nextStep(state, wants(text, complete), true)).toEqual(step)
})

test('without streams a message is posted', () => {
  expect(nextStep(absent, wants('a', false), false)).toEqual({ do: 'post' })
})

test.each([
  ['T5: what can be pressed', { controls: ['regenerate'] as const }],
  ['a table that was shown as it was written', { tables: true }],
])('%s is put below by an edit, once', (_, more) => {
  expect(nextStep(settled('a', true), wants('a', true, more), true)).toEqual({ do: 'update' })
  const shown: MessageState = { at: 'settled', ts: '1.1', shows: wants('a', true, more) }
  expect(nextStep(shown, wants('a', true, more), true)).toEqual({ do: 'nothing' })
  expect(nextStep(shown, wants('a', true), true)).toEqual({ do: 'update' })
})

test('T5: a stream shows nothing to press before it ends, so it ends when there has to be something', () => {
  const stoppable = wants('ab', false, { controls: ['stop'] })
  expect(nextStep(streaming('a'), stoppable, true)).toEqual({ do: 'stop', text: 'b' })
  const shown: MessageState = { at: 'settled', ts: '1.1', shows: stoppable }
  expect(nextStep(shown, stoppable, true)).toEqual({ do: 'nothing' })
})
