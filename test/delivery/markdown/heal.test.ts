import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { closed, heal } from '#core/delivery/markdown/heal.ts'
import { openAtEnd } from './balance.ts'
import { any, cutAt, tidy } from './documents.ts'

describe('what a half-written reply looks like', () => {
  test.each([
    ['bold', '**bold', '**bold**'],
    ['bold that is being closed', 'a **b*', 'a **b**'],
    ['a mark with nothing behind it', 'a **b** **', 'a **b**'],
    ['nested marks, inside out', 'a **b _c', 'a **b _c_**'],
    ['bold and italic', '***x', '***x***'],
    ['struck', '~~s', '~~s~~'],
    ['code', 'text `co', 'text `co`'],
    ['code with a backtick', '`` a ` ', '`` a ` ``'],
    ['bold between Japanese brackets', '**「粗体」**の', '**「粗体」**の'],
    ['bold in Chinese', '中文**粗体', '中文**粗体**'],
    ['a link', 'see **this [page](https://exa', 'see **this page**'],
    ['a link’s label', 'see [pa', 'see pa'],
    ['an image', 'see ![alt](https://e', 'see'],
    ['a tag', 'a <div class="x', 'a'],
    ['a comparison', '5 < 3 and 2 * 3', '5 < 3 and 2 * 3'],
    ['arithmetic', '5*3 and 20~25 and $x', '5*3 and 20~25 and $x'],
    ['an escaped mark', 'a \\*b', 'a \\*b'],
    ['a name', 'snake_case', 'snake_case'],
    ['a fence', '```ts\nx **y', '```ts\nx **y\n```'],
    ['a fence that is being closed', '```ts\nx\n``', '```ts\nx\n```'],
    ['a fence without a line yet', 'text\n```t', 'text'],
    ['a fence in a list', '- a\n  ```ts\n  x', '- a\n  ```ts\n  x\n  ```'],
    ['a fence in a quote', '> ```ts\n> x', '> ```ts\n> x\n> ```'],
    ['a list item without text', '- a\n- ', '- a'],
    ['what may become an underline', 'text\n-', 'text'],
    ['the header of a table', 'text\n\n| a | b', 'text'],
    ['half a table’s rule', 'text\n\n| a | b |\n|--', 'text'],
    ['half a table’s row', '| a | b |\n|--|--|\n| 1 | **2', '| a | b |\n|--|--|\n| 1 | **2** |'],
    ['a mark left open in an earlier paragraph', '**a\n\nb **c', '**a\n\nb **c**'],
    ['formulas', 'so $$x_1 + `y', 'so $$x_1 + `y`'],
  ])('%s', (_, written, shown) => {
    expect(heal(written)).toBe(shown)
  })

  test('D2: for any beginning of any Markdown, nothing is left open', () => {
    fc.assert(
      fc.property(fc.oneof(any, tidy), fc.integer({ min: 1, max: 100 }), (text, percent) => {
        const shown = heal(cutAt(text, percent))
        const open = openAtEnd(shown)
        if (open !== undefined) expect.fail(`leaves open: ${open}\n${JSON.stringify(shown)}`)
      }),
      { numRuns: 3_000 },
    )
  })

  test('D1: complete text comes back as it is', () => {
    fc.assert(
      fc.property(tidy, (text) => {
        expect(heal(text)).toBe(text)
        expect(closed(text)).toBe(text)
      }),
      { numRuns: 1_000 },
    )
  })

  test('D1: what was healed is complete', () => {
    fc.assert(
      fc.property(any, (text) => {
        const shown = heal(text)
        expect(heal(shown).trimEnd()).toBe(shown.trimEnd())
      }),
      { numRuns: 1_000 },
    )
  })
})

test('D1: a finished reply loses nothing, and ends its fence', () => {
  expect(closed('a **b [c](d <e')).toBe('a **b [c](d <e')
  expect(closed('```ts\nx')).toBe('```ts\nx\n```')
  expect(closed('> - ~~~\n>   x\n')).toBe('> - ~~~\n>   x\n>   ~~~')
})
