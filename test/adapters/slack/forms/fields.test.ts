import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutIntoFields, joinFields } from '#adapters/slack/forms/fields.ts'

const runs = { numRuns: 300 }
/** Words, lines, paragraphs, indented code, emoji, and runs without any white space. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom('\n', '\n\n', ' ', '\n    code', '```\n', '😀', 'é', '-'.repeat(900)),
      fc.string({ minLength: 1, maxLength: 200 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''))
  .filter((said) => said.trim() !== '')

test('F4: what nobody changes comes back to the letter', () => {
  fc.assert(
    fc.property(text, (said) => {
      const fields = cutIntoFields(said)
      if (fields === undefined) return said.length > 8 * 1_250
      expect(fields.texts.every((each) => each.length <= 2_500)).toBe(true)
      // A form that lets nobody send white space alone: such a text is no reply.
      if (fields.texts.some((each) => each.trim() === '')) return true
      expect(joinFields([...fields.texts, ''], fields.seams)).toBe(said)
      return fields.texts.every((each) => each.isWellFormed())
    }),
    runs,
  )
})

test('a short text is one field; a very long one is none', () => {
  expect(cutIntoFields('short')).toEqual({ texts: ['short'], seams: [] })
  expect(cutIntoFields('word '.repeat(2_000))?.texts.length).toBeLessThan(8)
  expect(cutIntoFields('x'.repeat(20_000))?.texts).toHaveLength(8)
  expect(cutIntoFields('x'.repeat(20_001))).toBeUndefined()
})

test('it is cut between paragraphs rather than within', () => {
  const paragraph = 'A sentence of some words. '.repeat(50).trim()
  const fields = cutIntoFields([paragraph, paragraph, paragraph].join('\n\n'))
  expect(fields?.seams).toEqual(['\n\n', '\n\n'])
  expect(fields?.texts.every((each) => each === paragraph)).toBe(true)
})

test('a field that somebody empties takes its seam along, and one that is new begins a paragraph', () => {
  expect(joinFields(['a', 'b', ''], [' '])).toBe('a b')
  expect(joinFields(['', 'b', ''], [' '])).toBe('b')
  expect(joinFields(['a', '', 'c', ''], [' ', '\n'])).toBe('a c')
  expect(joinFields(['a', 'more'], [])).toBe('a\n\nmore')
  expect(joinFields(['', ' '], [])).toBe('')
})
