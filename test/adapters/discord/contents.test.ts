import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contentsOf, onTheWayTo, PART_LIMIT, WRITING_SIGN } from '#adapters/discord/contents.ts'

test.each([
  ['being written', { parts: ['a', 'b'], finished: false }, ['a', `b${WRITING_SIGN}`]],
  ['finished', { parts: ['a', 'b'], finished: true }, ['a', 'b']],
  ['nothing visible yet', { parts: [' \n'], finished: false }, []],
  ['a new part without text yet', { parts: ['a', '\n'], finished: false }, [`a${WRITING_SIGN}`]],
  ['ends that Discord trims', { parts: [' a\n'], finished: true }, ['a']],
])('%s', (_state, view, contents) => {
  expect(contentsOf(view)).toEqual(contents)
})

test('D2: any parts within the limit make messages that Discord takes', () => {
  const part = fc
    .string({ unit: 'grapheme', maxLength: PART_LIMIT.size })
    .map((text) => text.slice(0, PART_LIMIT.size))
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), fc.boolean(), fc.nat(5), (parts, finished, shown) => {
      for (const content of onTheWayTo(contentsOf({ parts, finished }), shown)) {
        expect(content.length).toBeLessThanOrEqual(2000)
        expect(content.trim()).toBe(content)
        expect(content).not.toBe('')
      }
    }),
  )
})

test('while messages are missing, what is shown last never looks whole', () => {
  expect(onTheWayTo(['a', 'b', 'c'], 0)).toEqual([`a${WRITING_SIGN}`, `b${WRITING_SIGN}`, 'c'])
  expect(onTheWayTo(['a', 'b', 'c'], 2)).toEqual(['a', `b${WRITING_SIGN}`, 'c'])
  expect(onTheWayTo(['a', 'b', 'c'], 3)).toEqual(['a', 'b', 'c'])
})
