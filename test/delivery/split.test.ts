import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSplitter, sizeOf, split, unsplit } from '#core/delivery/split.ts'
import type { PartLimit } from '#core/delivery/surface.ts'

const discord: PartLimit = { unit: 'utf16', size: 200 }
const slack: PartLimit = { unit: 'utf8', size: 200 }
const limits = fc.constantFrom(discord, slack)
const word = fc.constantFrom('word', 'a', '会議', '👩‍👩‍👧‍👦', 'é', '\n', '\n\n', ' ', '- item', '| a | b |')
const prose = fc.array(word, { maxLength: 200, size: 'max' }).map((words) => words.join(' '))

describe('where a reply is cut', () => {
  test('what fits stays whole', () => {
    expect(split('short', discord)).toEqual(['short'])
    expect(split('', discord)).toEqual([''])
  })

  test('paragraphs first, then lines, then words', () => {
    const paragraph = 'x'.repeat(110)
    expect(split(`${paragraph}\n\n${paragraph}`, discord)).toEqual([`${paragraph}\n\n`, paragraph])
    expect(split(`${paragraph}\n${paragraph}`, discord)).toEqual([`${paragraph}\n`, paragraph])
    expect(split(`${paragraph} ${paragraph}`, discord)).toEqual([`${paragraph} `, paragraph])
  })

  test('D2: a fence is closed at the cut and opened again with its language', () => {
    const parts = split(`\`\`\`ts\n${'const x = 1\n'.repeat(30)}\`\`\`\nafter`, discord)
    expect(parts.length).toBeGreaterThan(1)
    for (const part of parts.slice(0, -1)) expect(part).toMatch(/^```ts\n[\s\S]*\n```$/)
    expect(parts.at(-1)).toMatch(/^```ts\n[\s\S]*```\nafter$/)
  })
})

describe('for any text', () => {
  test('D1: prose un-healed is what it was', () => {
    fc.assert(
      fc.property(prose, limits, (text, limit) => {
        expect(unsplit(createSplitter(limit).pieces(text))).toBe(text)
      }),
    )
  })

  test('D2: every part fits in the platform’s unit, and no character is torn', () => {
    fc.assert(
      fc.property(fc.oneof(prose, fc.string({ unit: 'binary', maxLength: 2_000 })), limits, (text, limit) => {
        for (const part of split(text, limit)) {
          expect(sizeOf(part, limit)).toBeLessThanOrEqual(limit.size)
          expect(part.isWellFormed()).toBe(true)
        }
      }),
    )
  })

  test('D2: parts already shown do not change while the text grows, but for the fence that closes the last one', () => {
    const withFences = fc.array(fc.oneof(prose, fc.constant('\n```js\n'), fc.constant('\n```\n')), {
      maxLength: 8,
    })
    fc.assert(
      fc.property(withFences, limits, fc.nat(100), (pieces, limit, share) => {
        const text = pieces.join('')
        const half = text.slice(0, Math.floor((text.length * share) / 100)).toWellFormed()
        const grown = split(text, limit)
        split(text.startsWith(half) ? half : text, limit)
          .slice(0, -1)
          .forEach((part, nth) => {
            expect(grown[nth]).toBe(part)
          })
      }),
    )
  })
})

test('D2: one endless line of a single character is cut as well', () => {
  const parts = split('a'.repeat(5_000), discord)
  expect(parts.join('')).toHaveLength(5_000)
  expect(parts.every((part) => part.length <= 200)).toBe(true)
})
