import { expect, test } from 'vitest'
import { type MessageState, nextStep, type Step } from '#adapters/slack/step.ts'

const absent: MessageState = { at: 'absent' }
const streaming = (text?: string): MessageState => ({ at: 'streaming', ts: '1.1', text })
const settled = (text?: string, complete = false): MessageState => ({
  at: 'settled',
  ts: '1.1',
  text,
  complete,
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
    { at: 'lost', how: 'post', text: 'a', complete: true },
    'a',
    true,
    { do: 'find' },
  ],
]

test.each(cases)('%s', (_, state, text, complete, step) => {
  expect(nextStep(state, { text, complete }, true)).toEqual(step)
})

test('without streams a message is posted', () => {
  expect(nextStep(absent, { text: 'a', complete: false }, false)).toEqual({ do: 'post' })
})
