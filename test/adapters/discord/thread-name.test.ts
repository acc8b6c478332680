import fc from 'fast-check'
import { expect, test } from 'vitest'
import { threadName } from '#adapters/discord/thread-name.ts'

test.each([
  ['a short question', 'What is a monad?', 'What is a monad?'],
  ['the first line that says something', '\n\n  \nfirst\nsecond', 'first'],
  ['Markdown goes', '## **What** is `this`?', 'What is this?'],
  ['a quote', '> somebody said', 'somebody said'],
  ['a code fence', '```ts\nconst a = 1\n```', 'const a = 1'],
  ['spaces collapse', 'a \t  b', 'a b'],
  ['control characters go', 'a\u0000b\u202ec', 'a b c'],
  ['nothing', '', 'New conversation'],
  ['only a picture', '🦜', '🦜'],
])('%s', (_what, question, name) => {
  expect(threadName(question)).toBe(name)
})

test('a long question is cut between words', () => {
  const name = threadName('word '.repeat(40))
  expect(name).toBe(`${'word '.repeat(19).trimEnd()}…`)
})

test('one endless word is cut between graphemes', () => {
  expect(threadName('👩‍👩‍👧'.repeat(40))).toBe(`${'👩‍👩‍👧'.repeat(12)}…`)
})

test('any question gives a name that Discord takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (question) => {
      const name = threadName(question)
      expect(name.length).toBeGreaterThan(0)
      expect(name.length).toBeLessThanOrEqual(100)
      expect(name).toBe(name.trim())
      expect(name.isWellFormed()).toBe(true)
    }),
  )
})
