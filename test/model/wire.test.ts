import { expect, test } from 'vitest'
import { pickWire } from '#core/model/wire.ts'

test.each([
  [undefined, 'responses'],
  ['https://api.openai.com/v1', 'responses'],
  ['https://eu.api.openai.com/v1', 'responses'],
  ['https://team.openai.azure.com/openai/v1/', 'responses'],
  ['http://127.0.0.1:11434/v1', 'chat'],
  ['https://openrouter.ai/api/v1', 'chat'],
  ['https://api.openai.com.example.org/v1', 'chat'],
  ['https://example.org/api.openai.com/v1', 'chat'],
  ['no address', 'chat'],
])('the wire for %s is %s', (baseUrl, wire) => {
  expect(pickWire('auto', baseUrl)).toBe(wire)
})

test('a wire that is configured wins', () => {
  expect(pickWire('responses', 'http://127.0.0.1:1234/v1')).toBe('responses')
  expect(pickWire('chat', undefined)).toBe('chat')
})
