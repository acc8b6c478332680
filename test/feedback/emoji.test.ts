import { expect, test } from 'vitest'
import { DEFAULT_EMOJI } from '#config/emoji.ts'
import { emojiKey, polarityFrom, reactionKey } from '#core/feedback/emoji.ts'

test.each([
  ['👍', ['👍', '👍🏽', '👍🏿', '+1', ':+1:', 'thumbsup', '+1::skin-tone-3', 'thumbsup::skin-tone-6']],
  ['👎', ['👎', '-1', 'thumbsdown::skin-tone-2']],
  ['❤', ['❤', '❤\uFE0F', 'heart']],
  ['💯', ['💯', '100']],
  ['🙅', ['🙅', '🙅\u200D♀\uFE0F', '🙅🏾\u200D♂\uFE0F', '🙅\u200D♀', 'no_good']],
  ['é', ['é', 'e\u0301']],
  ['slack:shipit', ['shipit', ':shipit:']],
  ['slack:party-parrot', ['party-parrot']],
  ['discord:123456789012345678', ['party:123456789012345678', '_:123456789012345678', '123456789012345678']],
  [
    'discord:123456789012345678',
    ['<:party:123456789012345678>', '<a:party:123456789012345678>', 'a:party:123456789012345678'],
  ],
])('F2: %s has these spellings: %j', (key, spellings) => {
  expect(spellings.map(emojiKey)).toEqual(spellings.map(() => key))
})

test('F2: a heart on fire is not a heart, and a family is not a man', () => {
  const different = ['❤️', '❤️\u200D🔥', '👨', '👨\u200D👩\u200D👦', '1️⃣', '👍']
  expect(new Set(different.map(emojiKey)).size).toBe(different.length)
})

test('F1: on a message, skin tones are reactions of their own, and a renamed emoji is the same one', () => {
  expect(reactionKey('👍🏽')).not.toBe(reactionKey('👍'))
  expect(reactionKey('+1::skin-tone-2')).not.toBe(reactionKey('+1'))
  expect(reactionKey('❤')).toBe(reactionKey('❤️'))
  expect(reactionKey('party:123456789012345678')).toBe(reactionKey('_:123456789012345678'))
})

const on = (thread: string, value: string) => ({ thread, value })
const SLACK = 'slack:T1:C1:1.0'

test('F2: good and bad by default, and nothing for all others', () => {
  const polarityOf = polarityFrom([DEFAULT_EMOJI])
  const of = (values: readonly string[]) => values.map((value) => polarityOf(on(SLACK, value)))
  expect(of(['👍🏽', '+1', 'heart', 'tada', '✅', '100', 'pray', '🔥', 'star', '👏', '🙌', '😍'])).toEqual(
    Array(12).fill(1),
  )
  expect(of(['👎', 'x', 'rage', '🤮', 'poop', 'no_entry_sign', '😕'])).toEqual(Array(7).fill(-1))
  expect(of(['eyes', '😂', '🤔', 'shipit', 'party:123456789012345678', 'constructor'])).toEqual(
    Array(6).fill(0),
  )
})

test('F2: settings add to the defaults and take from them; a workspace’s own go before those of all', () => {
  const polarityOf = polarityFrom([DEFAULT_EMOJI, { good: ['rocket'], bad: ['🙏'], neutral: ['🔥'] }], {
    'T/1': { good: ['shipit', 'fire'], neutral: ['👍'] },
    '123': { bad: ['<:meh:123456789012345678>'] },
  })
  const of = (thread: string, ...values: string[]) => values.map((value) => polarityOf(on(thread, value)))
  expect(of('slack:T2:C1:1.0', '🚀', 'pray', 'fire', '+1', 'shipit')).toEqual([1, -1, 0, 1, 0])
  expect(of('slack:T%2F1:C1:1.0', '🚀', 'pray', 'fire', '+1', 'shipit')).toEqual([1, -1, 1, 0, 1])
  expect(of('discord:123:1:1', 'meh:123456789012345678', '👍🏽')).toEqual([-1, 1])
})
