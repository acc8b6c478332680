import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Deidentifier } from '#core/safety/deidentify/deidentify.ts'
import { redactorVersion } from '#core/safety/deidentify/version.ts'
import { planted } from './planted.ts'

const jane = { id: 'U012AB3CD', name: 'Jane Doe' }
const bob = { id: 'U098ZY7XW', name: 'bob' }

test('S4: one person is one placeholder, by id, mention, name and part of the name', () => {
  const conversation = new Deidentifier([jane, bob])
  expect(
    conversation.text('<@U012AB3CD> said hi. U012AB3CD is Jane Doe, or JANE DOE, or Jane; not janes.'),
  ).toBe('[USER_1] said hi. [USER_1] is [USER_1], or [USER_1], or [USER_1]; not janes.')
  expect(conversation.text("Bob's code, @bob, and Jane again")).toBe(
    "[USER_2]'s code, @[USER_2], and [USER_1] again",
  )
})

test('S4: numbering goes on through a conversation, and begins anew in the next', () => {
  const conversation = new Deidentifier()
  expect(conversation.text('a@example.com b@example.com A@Example.com')).toBe('[EMAIL_1] [EMAIL_2] [EMAIL_1]')
  expect(conversation.text('c@example.com, <mailto:b@example.com|b>')).toBe('[EMAIL_3], [EMAIL_2]')
  expect(conversation.counts).toEqual(new Map([['EMAIL', 3]]))
  expect(new Deidentifier().text('c@example.com')).toBe('[EMAIL_1]')
})

test('S4: only the parts of an address that are about somebody go', () => {
  expect(new Deidentifier().text('[docs](https://jane:pw@example.com/a?user=1#top), see.')).toBe(
    '[docs](https://[CREDENTIALS_1]@example.com/a?[QUERY_1]#top), see.',
  )
})

describe('S4: names', () => {
  test.each([
    ['田中', '田中さん、ありがとう', '[USER_1]さん、ありがとう'],
    ['Jürgen Müller', 'Müllers Code, danke Jürgen', '[USER_1]s Code, danke [USER_1]'],
    ['Will', 'Will it work, willow?', '[USER_1] it work, willow?'],
    ['a.b (c) [d] \\ $1 *', 'by a.b (c) [d] \\ $1 *!', 'by [USER_1]!'],
    ['Анна', 'спасибо, Анна!', 'спасибо, [USER_1]!'],
  ])('%s', (name, text, after) => {
    expect(new Deidentifier([{ id: 'U1', name }]).text(text)).toBe(after)
  })

  test('whatever a person is called, nothing breaks and the name is gone', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 30 }), (name) => {
        const after = new Deidentifier([{ id: 'U1', name }]).text(`(${name.trim()})`)
        if (/^\p{L}{3,}$/u.test(name)) expect(after).toBe('([USER_1])')
      }),
    )
  })
})

test('S4: what is redacted already stays as it is', () => {
  const texts = planted(7, 10).map(({ text }) => text)
  for (const text of texts) {
    const once = new Deidentifier([jane]).text(text)
    expect(new Deidentifier([jane]).text(once)).toBe(once)
  }
})

test('S4: whatever stands around it, between blanks an address is found, and nothing breaks', () => {
  const around = fc.string({ unit: 'binary', maxLength: 60 })
  fc.assert(
    fc.property(around, around, (before, after) => {
      const text = new Deidentifier([jane]).text(`${before} jane@example.com ${after}`)
      expect(text).not.toContain('jane@example.com')
    }),
    { numRuns: 60 },
  )
})

const MEGABYTE = 2 ** 20
/** A pass takes tenths of a second; one that is quadratic would not end within the hour. */
const HOSTILE_MS = 30_000

test.each([
  'a',
  '@',
  '1',
  'a@',
  'a.',
  '1 ',
  '1.',
  '::',
  '://',
  'http://a?',
  '<@',
  '<mailto:',
  '-----BEGIN PRIVATE KEY-----',
  'eyJ',
  'eyJaaaaaaaa.',
  'xoxb-',
  '+1 415 555 2671 ',
  '030 123456 ',
  '4111 ',
  'DE89 ',
  'U0',
  'Jane ',
  'é',
  'ssn ',
  '192.168.1.',
  'password="',
  'Bearer ',
  '(1) ',
])(
  'S4: a megabyte of %j is read in one go',
  (piece) => {
    const text = piece.repeat(Math.ceil(MEGABYTE / piece.length))
    expect(typeof new Deidentifier([jane, bob]).text(text)).toBe('string')
  },
  HOSTILE_MS,
)

test('F4: the version names the rules', () => {
  expect(redactorVersion).toMatch(/^r1-[0-9a-f]{12}$/)
})
