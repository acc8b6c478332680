import fc from 'fast-check'
import { expect, test } from 'vitest'
import { facesOf, onTheWayTo, PART_LIMIT, WRITING_SIGN } from '#adapters/discord/contents.ts'
import { toDiscord } from '#adapters/discord/markdown.ts'
import { createSplitter } from '#core/delivery/split.ts'
import type { Control } from '#core/delivery/surface.ts'

const STOP: readonly Control[] = ['stop']
const RATE: readonly Control[] = ['good', 'bad']
const face = (content: string, controls: readonly Control[] | undefined = []) => ({ content, controls })

test.each([
  ['being written', { parts: ['a', 'b'], finished: false }, [face('a'), face(`b${WRITING_SIGN}`, STOP)]],
  ['finished', { parts: ['a', 'b'], finished: true }, [face('a'), face('b', STOP)]],
  ['nothing visible yet', { parts: [' \n'], finished: false }, []],
  ['a new part without text yet', { parts: ['a', '\n'], finished: false }, [face(`a${WRITING_SIGN}`, STOP)]],
  ['ends that Discord trims', { parts: [' a\n'], finished: true }, [face('a', STOP)]],
])('%s', (_state, view, faces) => {
  expect(facesOf({ ...view, controls: STOP }, PART_LIMIT)).toEqual(faces)
})

test('D2: any parts within the limit make messages that Discord takes', () => {
  const part = fc
    .string({ unit: 'grapheme', maxLength: PART_LIMIT.size })
    .map((text) => text.slice(0, PART_LIMIT.size))
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), fc.boolean(), fc.nat(5), (parts, finished, shown) => {
      const faces = onTheWayTo(facesOf({ parts, finished, controls: STOP }, PART_LIMIT), shown)
      for (const { content } of faces) {
        expect(content.length).toBeLessThanOrEqual(2000)
        expect(content.trim()).toBe(content)
        expect(content).not.toBe('')
      }
    }),
  )
})

test('D2: any reply, however far it has come, makes messages that Discord takes', () => {
  const piece = fc.oneof(
    fc.lorem({ maxCount: 40, mode: 'sentences' }),
    fc.constantFrom('\n\n', '\n', ' ', '**', '_', '`', '```ts\n', '\n```\n', '> ', '- ', '~~', '||'),
    fc.constantFrom(
      '<@123456789012345678>',
      '@everyone',
      '[page](https://example.com/a?b=c)',
      '👩‍👩‍👧‍👦',
      '漢字',
    ),
    fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 40 }))
      .map(([columns, rows]) => table(columns, rows)),
  )
  const measure = (part: string) => toDiscord(part).length
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 60 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
      (pieces, stops) => {
        const text = pieces.join('')
        const splitter = createSplitter(PART_LIMIT, { measure })
        for (const share of [...stops.toSorted((one, other) => one - other), 1]) {
          const parts = splitter.parts(text.slice(0, Math.round(text.length * share)))
          for (const { content } of facesOf({ parts, finished: share === 1, controls: STOP }, PART_LIMIT))
            expect(content.length).toBeLessThanOrEqual(2000)
        }
      },
    ),
  )
})

const table = (columns: number, rows: number): string => {
  const row = (cell: string) => `|${` ${cell} |`.repeat(columns)}\n`
  return `\n\n${row('a head')}${row('---')}${Array.from({ length: rows }, (_, n) => row(`cell ${n}`)).join('')}\n`
}

test('D1: where Discord takes less than it says, parts are cut once more and nothing is lost', () => {
  const text = 'word '.repeat(300).trim()
  const faces = facesOf({ parts: [text], finished: true, controls: RATE }, { unit: 'utf16', size: 400 })
  expect(faces.length).toBeGreaterThan(3)
  expect(faces.map(({ content }) => content).join(' ')).toBe(text)
  expect(faces.map(({ controls }) => controls)).toEqual([...faces.slice(1).map(() => []), RATE])
})

test('while messages are missing, what is shown last never looks whole, and its buttons stay', () => {
  const faces = [face('a'), face('b'), face('c', RATE)]
  const signed = (content: string) => ({ content: `${content}${WRITING_SIGN}`, controls: undefined })
  expect(onTheWayTo(faces, 0)).toEqual([signed('a'), signed('b'), face('c', RATE)])
  expect(onTheWayTo(faces, 2)).toEqual([face('a'), signed('b'), face('c', RATE)])
  expect(onTheWayTo(faces, 3)).toEqual(faces)
})
