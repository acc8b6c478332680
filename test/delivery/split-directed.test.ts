import { describe, expect, test } from 'vitest'
import { heal } from '#core/delivery/markdown/heal.ts'
import { createSplitter, sizeOf, split, unsplit } from '#core/delivery/split.ts'
import type { PartLimit } from '#core/delivery/surface.ts'
import { openAtEnd } from './markdown/balance.ts'

const small: PartLimit = { unit: 'utf16', size: 200 }
const discord: PartLimit = { unit: 'utf16', size: 1_998 }
const slack: PartLimit = { unit: 'utf8', size: 9_000 }
const words = (count: number): string => 'word '.repeat(count)

describe('D2: what is open at a cut is closed before it and begun again behind it', () => {
  test('bold in a quote', () => {
    const [first, second] = split(`> quote **bold ${words(60)}** end`, small)
    expect(first).toMatch(/^> quote \*\*bold [word ]*word\*\* $/)
    expect(second).toMatch(/^> \*\*word .*\*\* end$/)
  })

  test('a fence in a list item, with its indentation', () => {
    const parts = split(`1. do\n   ~~~~ts\n${'   const x = 1\n'.repeat(20)}   ~~~~\n2. done`, small)
    expect(parts[0]).toMatch(/^1\. do\n {3}~~~~ts\n[\s\S]*\n {3}~~~~$/)
    expect(parts[1]).toMatch(/^1\. …\n {3}~~~~ts\n {3}const[\s\S]* {3}~~~~\n2\. done$/)
  })

  test('a nested list, with the items it is in', () => {
    const parts = split(
      `- one\n  - two ${words(20)}\n    - three ${words(15)}\n    - four ${words(15)}\n`,
      small,
    )
    expect(parts[0]).toBe(`- one\n  - two ${words(20)}\n`)
    expect(parts[1]).toMatch(/^- …\n {2}- …\n {4}- three /)
  })

  test('a table, with its header', () => {
    const head = '| a | b |\n|---|--:|\n'
    const parts = split(`${head}${'| cell | other cell |\n'.repeat(14)}\nafter`, small)
    expect(parts).toHaveLength(2)
    for (const part of parts) expect(part.startsWith(head)).toBe(true)
    expect(parts[0]).toMatch(/ \|\n$/)
  })

  test('a row too long for a part, in its cell', () => {
    const head = '| a | b |\n|---|---|\n'
    const parts = split(`${head}| x | ${words(60)}|\n`, small)
    expect(parts[0]).toMatch(/^\| a \| b \|\n\|---\|---\|\n\| x \| [word ]*\|$/)
    expect(parts[1]).toMatch(/^\| a \| b \|\n\|---\|---\|\n\| \| word [word ]*\|\n?$/)
  })

  test('inline code longer than a part', () => {
    const parts = split(`\`${words(60)}\``, small)
    for (const part of parts) expect(part).toMatch(/^`[^`]+` ?$/)
  })

  test('a heading', () => {
    expect(split(`## ${words(50)}\n\ntext`, small)[1]).toMatch(/^## word/)
  })
})

describe('D2: a cut prefers', () => {
  test('a sentence to a word', () => {
    expect(split(`${words(25)}end. ${words(10)}${words(20)}`, small)[0]).toBe(`${words(25)}end. `)
    expect(split(`${'会議は明日です。'.repeat(40)}`, small)[0]).toMatch(/。$/)
  })

  test('the space before bold, a link or code to what is in them', () => {
    for (const atom of [
      `**${words(8)}x**`,
      `[${words(8)}](https://e.com)`,
      `\`${words(8)}x\``,
      `![${words(8)}](https://e.com)`,
    ])
      expect(split(`${words(35)}${atom} ${words(20)}`, small)[0]).toBe(words(35))
  })

  test('the line before a table or a fence to its inside', () => {
    const before = `${words(30)}\n`
    expect(split(`${before}\n| a | b |\n|---|---|\n${'| c | d |\n'.repeat(10)}`, small)[0]?.trim()).toBe(
      before.trim(),
    )
    expect(split(`${before}\`\`\`\n${'code\n'.repeat(20)}\`\`\``, small)[0]).toBe(before)
  })

  test('never between a table’s header and its rule, nor between a heading and its underline', () => {
    const rows = `| ${words(8)}| b |\n|---|---|\n| c | d |\n`
    for (let lead = 0; lead < 40; lead += 1) {
      const parts = split(`${words(lead)}\n\n${rows}${words(40)}`, small)
      expect(parts.filter((part) => part.startsWith('|---') || part.trimEnd().endsWith('| b |'))).toEqual([])
    }
  })
})

describe('whatever a model writes', () => {
  const inputs: Readonly<Record<string, string>> = {
    'one word of a megabyte': 'a'.repeat(1_000_000),
    'one line of a megabyte': 'word **bold** `code` [a](https://e.com). '.repeat(25_000),
    'only fences': '```ts\nx\n```\n'.repeat(3_000),
    'only openings of fences': '```\n~~~\n````\n'.repeat(3_000),
    'only backticks': '`'.repeat(100_000),
    'only brackets': '['.repeat(100_000),
    'only angle brackets': '<a '.repeat(30_000),
    'only line breaks': '\n'.repeat(100_000),
    'unclosed everything': '**a _b ~~c `d [e](f <g ![h\n'.repeat(2_000),
    'right to left': 'مرحبا بالعالم، שלום עולם. '.repeat(4_000),
    'flags and families': '🇩🇪🇫🇷👩‍👩‍👧‍👦👍🏽'.repeat(3_000),
    'one letter with a thousand accents': `e${'\u0301'.repeat(20_000)}`,
    'deep quotes': `${'> '.repeat(50)}text\n`.repeat(500),
    'deep lists': Array.from({ length: 200 }, (_, depth) => `${'  '.repeat(depth)}- item\n`).join(''),
    'a table of a thousand columns': `|${'a|'.repeat(1_000)}\n|${'-|'.repeat(1_000)}\n|${'b|'.repeat(1_000)}\n`,
    'carriage returns': 'line\r\n'.repeat(5_000),
  }
  test.each(Object.entries(inputs))('D1, D2: %s', (_, text) => {
    for (const limit of [discord, slack]) {
      const pieces = createSplitter(limit).pieces(text)
      expect(unsplit(pieces) === text).toBe(true)
      for (const { text: part } of pieces) {
        expect(sizeOf(part, limit)).toBeLessThanOrEqual(limit.size)
        expect(part.isWellFormed()).toBe(true)
      }
    }
  })

  test('D2: unclosed everything leaves nothing open', () => {
    const parts = split('**a _b ~~c `d e f '.repeat(300), discord)
    for (const [index, part] of parts.entries())
      expect(openAtEnd(index === parts.length - 1 ? heal(part) : part)).toBeUndefined()
  })

  test.each([
    '@everyone',
    '@here',
    '<!channel>',
    '<@U0ABCDEF>',
    '<#C0ABCDEF>',
    '<@&123>',
    '<:emoji:1>',
    '&lt;',
  ])('D1: %s stays as it is, in code and outside', (ping) => {
    const text = `${ping} and \`${ping}\` and\n\n\`\`\`\n${`${ping}\n`.repeat(300)}\`\`\`\n${`${ping} `.repeat(300)}`
    const parts = split(text, small)
    const count = (all: string) => all.split(ping).length - 1
    expect(parts.reduce((sum, part) => sum + count(part), 0)).toBe(count(text))
    expect(heal(`${ping} and`)).toBe(`${ping} and`)
  })

  test('D2: a text that is replaced is cut afresh', () => {
    const splitter = createSplitter(small)
    splitter.parts(words(100))
    expect(splitter.parts('other')).toEqual(['other'])
  })

  test('D2: half a character that has come does not move a cut', () => {
    const text = `${words(39)}1234👍🏽👍🏽 ${words(30)}`
    const whole = split(text, small)
    for (let length = 190; length < text.length; length += 1) {
      const shown = split(text.slice(0, length), small)
      expect(shown.slice(0, -1)).toEqual(whole.slice(0, shown.length - 1))
    }
  })

  test('D2: behind the first part, an early cut is at the first paragraph that ends in its last third', () => {
    const paragraph = `${words(30)}\n\n`
    const early = createSplitter(discord, { early: true })
    // Thirteen fit, and the ninth ends in the last third.
    expect(paragraph.length * 13).toBeLessThan(discord.size)
    const parts = early.parts(paragraph.repeat(25))
    expect(parts).toEqual([paragraph.repeat(13), paragraph.repeat(9), paragraph.repeat(3)])
    expect(early.parts(paragraph.repeat(13))).toHaveLength(1)
  })

  test('D2: an early cut is made when the next paragraph begins, before any of it would have to move', () => {
    const paragraph = `${words(30)}\n\n`
    const early = createSplitter(discord, { early: true })
    const until = paragraph.repeat(22)
    expect(early.parts(until)).toHaveLength(2)
    expect(early.parts(`${until}w`)).toEqual([paragraph.repeat(13), paragraph.repeat(9), 'w'])
  })

  test('a limit that holds no character says so', () => {
    expect(() => split('👩‍👩‍👧‍👦', { unit: 'utf8', size: 2 })).toThrow(/Allow more/)
  })
})
