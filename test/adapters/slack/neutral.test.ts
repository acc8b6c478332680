import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JOINER, neutral, neutralSoFar } from '#adapters/slack/neutral.ts'

const COMMAND = /<!(?:here|channel|everyone|group|subteam\^|date\^)/i

const pieces = fc.constantFrom(
  ...[
    '<',
    '>',
    '!',
    '@',
    '#',
    'here',
    'channel',
    'every',
    'one',
    '!channel',
    'subteam^',
    'U12',
    'U',
    'C9Z',
    '|',
  ],
  ...[' ', '\n', '`', 'é', '😀', 'x.', 'a'],
)
const texts = fc.array(pieces, { maxLength: 12 }).map((all) => all.join(''))

test.each([
  ['<!channel>', `<${JOINER}!channel>`],
  ['<!here|here>', `<${JOINER}!here|here>`],
  ['<!subteam^S123>', `<${JOINER}!subteam^S123>`],
  ['hi <@U123ABC>', `hi <${JOINER}@U123ABC>`],
  ['in <#C123ABC|x>', `in <${JOINER}#C123ABC|x>`],
  ['@here and @everyone', `@${JOINER}here and @${JOINER}everyone`],
  ['```\n<!channel>\n```', `\`\`\`\n<${JOINER}!channel>\n\`\`\``],
])('D6: %j pings nobody', (text, shown) => {
  expect(neutral(text)).toBe(shown)
})

test.each([
  '<!DOCTYPE html>',
  '<!-- note -->',
  'a@here.example',
  'x < y',
  '@hereafter',
  'List<@Nullable T>',
  '<#if x>',
])('D6: %j is left as it is', (text) => {
  expect(neutral(text)).toBe(text)
  expect(neutralSoFar(`${text} `)).toBe(`${text} `)
})

test('D6: no text leaves a ping, and a reader sees no difference', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const shown = neutral(text)
      expect(COMMAND.test(shown)).toBe(false)
      expect(/<[@#][A-Z][A-Z0-9]{2}/.test(shown)).toBe(false)
      expect(/(?<![\w@.])@(?:here|channel|everyone)(?!\w)/i.test(shown)).toBe(false)
      expect(shown.replaceAll(JOINER, '')).toBe(text)
    }),
  )
})

test('D6: what is shown of a growing text only grows, so that no ping is completed by an append', () => {
  fc.assert(
    fc.property(texts, fc.nat(), (text, at) => {
      const cut = at % (text.length + 1)
      expect(neutral(text).startsWith(neutralSoFar(text.slice(0, cut)))).toBe(true)
      expect(neutralSoFar(text).startsWith(neutralSoFar(text.slice(0, cut)))).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

test('D6: a tail that may become a ping waits until it is known what it is', () => {
  expect(neutralSoFar('see <!chan')).toBe('see <')
  expect(neutralSoFar('see <!chart')).toBe('see <!chart')
  expect(neutralSoFar('to @her')).toBe('to @')
  expect(neutral('to @her')).toBe('to @her')
})
