import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { heal } from '#core/delivery/markdown/heal.ts'
import { createSplitter, type Piece, sizeOf, split, unsplit } from '#core/delivery/split.ts'
import type { PartLimit } from '#core/delivery/surface.ts'
import { openAtEnd } from './markdown/balance.ts'
import { any, cutAt, long, tidy } from './markdown/documents.ts'

const limits = fc.constantFrom<PartLimit>(
  { unit: 'utf16', size: 300 },
  { unit: 'utf8', size: 300 },
  { unit: 'utf16', size: 900 },
  { unit: 'utf8', size: 900 },
)
const wide = fc.constantFrom<PartLimit>({ unit: 'utf16', size: 1_998 }, { unit: 'utf8', size: 9_000 })
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

const sourceLengths = (pieces: readonly Piece[]): readonly number[] =>
  pieces.map((piece) => unsplit([piece]).length)

function holds(text: string, limit: PartLimit, early = false): readonly Piece[] {
  const pieces = createSplitter(limit, { early }).pieces(text)
  expect(unsplit(pieces)).toBe(text)
  for (const [index, { text: part }] of pieces.entries()) {
    expect(sizeOf(part, limit)).toBeLessThanOrEqual(limit.size)
    expect(part.isWellFormed()).toBe(true)
    const shown = index === pieces.length - 1 ? heal(part) : part
    const open = openAtEnd(shown)
    if (open !== undefined) expect.fail(`part ${index} leaves open: ${open}\n${JSON.stringify(shown)}`)
  }
  return pieces
}

describe('for any Markdown', () => {
  test('D1, D2: parts un-healed are the source, fit, and leave nothing open', () => {
    fc.assert(
      fc.property(any, limits, fc.boolean(), (text, limit, early) => void holds(text, limit, early)),
      { numRuns: 6_000 },
    )
  })

  test('D1, D2: also when it is long', () => {
    fc.assert(
      fc.property(long, wide, (text, limit) => void holds(text, limit)),
      { numRuns: 40 },
    )
  })

  test('D2: a text that grows shows every part that was final just as it was', () => {
    fc.assert(
      fc.property(
        any,
        limits,
        fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 6 }),
        fc.boolean(),
        (text, limit, cuts, early) => {
          const whole = split(text, limit, { early })
          const growing = createSplitter(limit, { early })
          for (const percent of cuts.toSorted((one, other) => one - other)) {
            const part = cutAt(text, percent)
            const shown = growing.parts(part)
            expect(shown).toEqual(split(part, limit, { early }))
            expect(whole.slice(0, shown.length - 1)).toEqual(shown.slice(0, -1))
          }
          expect(growing.parts(text)).toEqual(whole)
        },
      ),
      { numRuns: 3_000 },
    )
  })

  test('D2: no cut is inside a grapheme', () => {
    fc.assert(
      fc.property(tidy, limits, (text, limit) => {
        let at = 0
        const segments = graphemes.segment(text)
        for (const length of sourceLengths(createSplitter(limit).pieces(text))) {
          if (at < text.length) expect(segments.containing(at)?.index).toBe(at)
          at += length
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('D2: nor inside a mention, a link, an image, inline code or an entity', () => {
    const atoms =
      /`[^`\n]{1,60}`|!?\[[^\][]{1,60}\]\([^()\s]{1,60}\)|<[@#!:][^<>\s]{1,40}>|&amp;|@everyone|\\\*|https:\/\/\S{1,60}/g
    const prose = fc
      .array(
        fc.constantFrom(
          'word',
          '**bold**',
          '`some code`',
          '[a link](https://e.com/x)',
          '![i](https://e.com/y)',
          '<@U0ABCDEF>',
          '<!channel>',
          '<#C0ABCDEF>',
          '<:emoji:12345>',
          '&amp;',
          '@everyone',
          '会議',
          'end.\n',
        ),
        { minLength: 20, maxLength: 200 },
      )
      .map((list) => list.join(' '))
    fc.assert(
      fc.property(prose, limits, (text, limit) => {
        const inside = [...text.matchAll(atoms)].map(
          ({ 0: atom, index }) => [index, index + atom.length] as const,
        )
        let at = 0
        for (const length of sourceLengths(createSplitter(limit).pieces(text))) {
          expect(inside.filter(([from, to]) => from < at && at < to)).toEqual([])
          at += length
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('D1, D2: what a surface renders larger is cut smaller, and is still all there', () => {
    const measure = (part: string): number => part.length + 3 * (part.match(/\|/g)?.length ?? 0)
    fc.assert(
      fc.property(tidy, (text) => {
        const limit: PartLimit = { unit: 'utf16', size: 600 }
        const pieces = createSplitter(limit, { measure }).pieces(text)
        expect(unsplit(pieces)).toBe(text)
        for (const { text: part } of pieces) expect(measure(part)).toBeLessThanOrEqual(limit.size)
      }),
      { numRuns: 300 },
    )
  })
})
