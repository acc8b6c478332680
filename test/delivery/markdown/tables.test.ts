import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alignedRows, withAlignedTables } from '#core/delivery/markdown/aligned.ts'
import { plainOf } from '#core/delivery/markdown/runs.ts'
import { tableBlock } from '#core/delivery/markdown/table-block.ts'
import { segments, type Table } from '#core/delivery/markdown/tables.ts'
import { widthOf } from '#core/delivery/markdown/width.ts'
import { any, tidy } from './documents.ts'

const tableOf = (markdown: string): Table => {
  const [found] = segments(markdown).filter(({ kind }) => kind === 'table')
  if (found?.kind !== 'table') throw new Error('There is no table in this text.')
  return found.table
}

describe('tables in a text', () => {
  test('cells, alignment, escaped pipes, missing and surplus cells', () => {
    expect(tableOf('| a | b |\n|:-:|--:|\n| `x\\|y` | **z** |\n| 1 |\n| 1 | 2 | 3 |\n\ntext')).toEqual({
      header: ['a', 'b'],
      align: ['center', 'right'],
      rows: [
        ['`x|y`', '**z**'],
        ['1', ''],
        ['1', '2 | 3'],
      ],
    })
  })

  test('none inside a fence, and no fewer outside', () => {
    const table = '| a | b |\n|---|---|\n| 1 | 2 |\n'
    const found = segments(
      `text\n\n${table}\n\`\`\`\n${table}\`\`\`\n> ${table.trim().replaceAll('\n', '\n> ')}\nend`,
    )
    expect(found.map(({ kind }) => kind)).toEqual(
      ['prose', 'table', 'prose', 'table', 'prose'].slice(0, found.length),
    )
    expect(found.filter(({ kind }) => kind === 'table')).toHaveLength(2)
  })

  test('D1: the pieces joined are the text', () => {
    fc.assert(
      fc.property(any, (text) => {
        expect(
          segments(text)
            .map((segment) => segment.text)
            .join(''),
        ).toBe(text)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('aligned code', () => {
  test('columns line up, also with wide characters, and inline markup is plain', () => {
    const text =
      '| name | 数 |\n|---|--:|\n| **a** `b` | 会議 |\n| [l](https://e.com) | 👩‍👩‍👧‍👦 |\n| <@U1> &amp; | 1 |'
    expect(withAlignedTables(`before\n\n${text}\n\nafter`)).toBe(
      [
        'before\n\n```',
        'name              │   数',
        '──────────────────┼─────',
        'a b               │ 会議',
        'l (https://e.com) │   👩‍👩‍👧‍👦',
        '<@U1> &           │    1',
        '```\n\nafter',
      ].join('\n'),
    )
  })

  test('long cells wrap at words', () => {
    const rows = alignedRows(tableOf(`| a | b |\n|---|---|\n| x | ${'word '.repeat(12)} |`), { width: 30 })
    expect(rows).toEqual([
      'a │ b',
      '──┼───────────────────────────',
      'x │ word word word word word',
      '  │ word word word word word',
      '  │ word word',
    ])
  })

  test('in a quote and in a list, it stays there', () => {
    expect(withAlignedTables('> | a | b |\n> |---|---|\n> | 1 | 2 |')).toBe(
      '> ```\n> a │ b\n> ──┼──\n> 1 │ 2\n> ```',
    )
    expect(withAlignedTables('- | a | b |\n  |---|---|\n  | 1 | 2 |')).toBe(
      '- ```\n  a │ b\n  ──┼──\n  1 │ 2\n  ```',
    )
  })

  test('a cell cannot end the code', () => {
    expect(withAlignedTables('| a | b |\n|---|---|\n| \\`\\`\\` | 2 |').match(/```/g)).toHaveLength(2)
  })

  test('D1: no character of a cell is lost, and no line is too wide', () => {
    const bare = (text: string) => text.replace(/[\s│]/g, '')
    fc.assert(
      fc.property(tidy, (text) => {
        for (const segment of segments(text)) {
          if (segment.kind !== 'table') continue
          const { table } = segment
          const rows = alignedRows(table, { width: 60 })
          const all = bare(rows.join('')).split('').toSorted().join('')
          const cells = [table.header, ...table.rows].flat().map(plainOf).join('')
          expect(all.replace(/[─┼]/g, '')).toBe(
            bare(cells).split('').toSorted().join('').replace(/[─┼]/g, ''),
          )
          for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(60)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('Slack’s table block', () => {
  test('plain cells are raw text, styled ones are rich, nobody is pinged', () => {
    expect(
      tableBlock(tableOf('| a | b |\n|---|:-:|\n| <@U1> | **b** `c` [l](https://e.com) |\n| | x |')),
    ).toEqual({
      type: 'table',
      rows: [
        [
          { type: 'raw_text', text: 'a' },
          { type: 'raw_text', text: 'b' },
        ],
        [
          { type: 'raw_text', text: '<@U1>' },
          {
            type: 'rich_text',
            elements: [
              {
                type: 'rich_text_section',
                elements: [
                  { type: 'text', text: 'b', style: { bold: true } },
                  { type: 'text', text: ' ' },
                  { type: 'text', text: 'c', style: { code: true } },
                  { type: 'text', text: ' ' },
                  { type: 'link', url: 'https://e.com', text: 'l' },
                ],
              },
            ],
          },
        ],
        [
          { type: 'raw_text', text: ' ' },
          { type: 'raw_text', text: 'x' },
        ],
      ],
      column_settings: [
        { align: 'left', is_wrapped: true },
        { align: 'center', is_wrapped: true },
      ],
    })
  })

  test('larger than Slack takes is none', () => {
    const rows = (count: number) => `| a | b |\n|---|---|\n${'| 1 | 2 |\n'.repeat(count)}`
    expect(tableBlock(tableOf(rows(99)))?.rows).toHaveLength(100)
    expect(tableBlock(tableOf(rows(100)))).toBeUndefined()
    const wide = (count: number) => `|${'a|'.repeat(count)}\n|${'-|'.repeat(count)}\n`
    expect(tableBlock(tableOf(wide(20)))?.rows[0]).toHaveLength(20)
    expect(tableBlock(tableOf(wide(21)))).toBeUndefined()
  })
})
