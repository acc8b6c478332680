import { expect, test } from 'vitest'
import { customIdOf } from '#adapters/discord/controls.ts'
import { readPress } from '#adapters/discord/press.ts'
import { ALICE, MESSAGE, person } from './payloads.ts'
import { REPLY } from './running.ts'

const press = (token: string) => ({
  ...{ id: MESSAGE, application_id: MESSAGE, token, type: 3, user: person(ALICE, 'alice') },
  data: { custom_id: customIdOf('good', REPLY) },
})

test('a press names its control and its reply', () => {
  expect(readPress(press('-W50ZXJhY3Rpb24_6-MQ='))).toMatchObject({ control: 'good', reply: REPLY })
})

test.each(['', '..', '../../channels', 'a/b', 'a%2fb', 'a?b', 'a#b', 'a\\b', ' ', '\ud800'])(
  'S6: a token that would lead elsewhere than to its own answer is none: %j',
  (token) => expect(readPress(press(token))).toBeUndefined(),
)
