import { expect, test } from 'vitest'
import { isFrame } from '#adapters/slack/frame.ts'

const envelope = (more: object) => JSON.stringify({ envelope_id: 'e1', ...more })

test.each([
  ['a hello', JSON.stringify({ type: 'hello', num_connections: 1 })],
  ['a wish to reconnect', JSON.stringify({ type: 'disconnect', reason: 'warning' })],
  ['an event', envelope({ type: 'events_api', payload: { event: { type: 'message' } } })],
  [
    'an event that we do not know',
    envelope({ type: 'events_api', payload: { event: { type: 'new_thing' } } }),
  ],
  ['a press', envelope({ type: 'interactive', payload: { type: 'block_actions' } })],
  ['a command', envelope({ type: 'slash_commands', payload: { command: '/parley' } })],
])('%s is a frame', (_, data) => expect(isFrame(data)).toBe(true))

test('S6: frames that Slack documents, and no others, reach its client', () => {
  expect([isFrame('{"type":"hello"}'), isFrame('{"type":"hallo"}')]).toEqual([true, false])
})

test.each([
  ['null', 'null'],
  ['no JSON', '{"type":'],
  ['bytes', new ArrayBuffer(2)],
  ['no type', '{}'],
  ['an event without a payload', envelope({ type: 'events_api' })],
  ['an event of null', envelope({ type: 'events_api', payload: { event: null } })],
  [
    'an event of the name of one of the client',
    envelope({ type: 'events_api', payload: { event: { type: 'close' } } }),
  ],
  ['an envelope of such a name', envelope({ type: 'disconnected', payload: {} })],
  ['an envelope that cannot be acknowledged', JSON.stringify({ type: 'interactive', payload: {} })],
])('S6: %s is none', (_, data) => expect(isFrame(data)).toBe(false))
