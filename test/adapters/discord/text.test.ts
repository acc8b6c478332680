import { describe, expect, test } from 'vitest'
import { readMessage } from '#adapters/discord/message.ts'
import { isAddressed, textOf } from '#adapters/discord/text.ts'
import { ALICE, BOT, messagePayload, person } from './payloads.ts'

const ROLE = '100000000000000070'
const OWN_ROLE = '100000000000000071'
const self = { user: BOT, role: OWN_ROLE }
const names = {
  role: (id: string) => (id === ROLE ? 'writers' : undefined),
  channel: (id: string) => (id === '100000000000000002' ? 'general' : undefined),
}
const mentions = [{ ...person(BOT, 'parley') }, { ...person(ALICE, 'alice'), member: { nick: 'Alice L.' } }]

const heard = (over: Record<string, unknown>) => {
  const message = readMessage(messagePayload(over))
  if (!message) throw new Error('not a message')
  return message
}

test.each([
  ['at the start', `<@${BOT}> what is a monad?`, 'what is a monad?'],
  ['in its old form', `<@!${BOT}> what is a monad?`, 'what is a monad?'],
  ['with a comma', `<@${BOT}>, what is a monad?`, 'what is a monad?'],
  ['in the middle', `hey <@${BOT}>, what is a monad?`, 'hey, what is a monad?'],
  ['between words', `and <@${BOT}> says?`, 'and says?'],
  ['at the end', `what is a monad? <@${BOT}>`, 'what is a monad?'],
  ['on a line of its own', `<@${BOT}>\nfirst\n  second`, 'first\n  second'],
  ['twice', `<@${BOT}> <@${BOT}> again`, 'again'],
  ['by its role', `<@&${OWN_ROLE}> hello`, 'hello'],
  ['alone', `<@${BOT}>`, ''],
])('the mention of the assistant goes: %s', (_where, content, text) => {
  expect(textOf(heard({ content, mentions }), self, names)).toBe(text)
})

test.each([
  ['a person', `ask <@${ALICE}>`, 'ask @Alice L.'],
  ['somebody unknown', 'ask <@100000000000000404>', 'ask <@100000000000000404>'],
  ['a role', `ask <@&${ROLE}>`, 'ask @writers'],
  ['a channel', 'see <#100000000000000002>', 'see #general'],
  ['a custom emoji', 'nice <a:parrot:100000000000000060>', 'nice :parrot:'],
  ['a command', 'type </help me:100000000000000061>', 'type /help me'],
  ['nothing else', 'if a <b> and c @everyone', 'if a <b> and c @everyone'],
])('ids become names: %s', (_what, content, text) => {
  expect(textOf(heard({ content, mentions }), self, names)).toBe(text)
})

test('a file without a word is still something said', () => {
  expect(textOf(heard({ content: '', attachments: [{ filename: 'plan.pdf' }] }), self, names)).toBe(
    '[file: plan.pdf]',
  )
})

describe('a message is for the assistant', () => {
  test.each([
    ['when it mentions it', { mentions: [person(BOT, 'parley')] }, true],
    ['when it mentions its role', { mention_roles: [OWN_ROLE] }, true],
    [
      'not when it mentions somebody else',
      { mentions: [person(ALICE, 'alice')], mention_roles: [ROLE] },
      false,
    ],
    // Discord does not resolve a mention inside code.
    ['not when the id only stands in the text', { content: `\`<@${BOT}>\`` }, false],
    ['not when it mentions everyone', { content: '@everyone', mention_everyone: true }, false],
  ])('%s', (_when, over, addressed) => {
    expect(isAddressed(heard(over), self)).toBe(addressed)
  })
})
