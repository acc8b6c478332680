/**
 * Finds the tables in a Markdown text, for platforms that show none. Pure.
 *
 * The same reading of lines as the splitter's: what it repeats as a table is one here too.
 */
import { type Container, cellsOf, type Line, linesOf } from './lines.ts'

export type Align = 'left' | 'center' | 'right'

/** Cells are inline Markdown; an escaped pipe is a plain one. Every row has as many as the header. */
export interface Table {
  readonly header: readonly string[]
  readonly align: readonly Align[]
  readonly rows: readonly (readonly string[])[]
}

export type Segment =
  | { readonly kind: 'prose'; readonly text: string }
  | {
      readonly kind: 'table'
      /** As it is written, with the line break behind it if there is one. */
      readonly text: string
      readonly table: Table
      /** What stands before its first line, and what before any further one: quote signs, a list's indentation. */
      readonly lead: string
      readonly prefix: string
    }

/**
 * The text cut at its tables, none of them inside a fence. Joined, the texts are `markdown`.
 *
 * A table that is still being written is one as soon as its second row is.
 */
export function segments(markdown: string): readonly Segment[] {
  if (!markdown.includes('|')) return markdown === '' ? [] : [{ kind: 'prose', text: markdown }]
  const found: Segment[] = []
  const lines = linesOf(markdown)
  let from = 0
  for (let index = 0; index < lines.length; index += 1) {
    if (lines[index]?.role !== 'table header') continue
    let end = index + 2
    while (lines[end]?.role === 'table row') end += 1
    const inTable = lines.slice(index, end)
    const [first] = inTable
    const last = inTable.at(-1)
    if (first === undefined || last === undefined) continue
    if (first.start > from) found.push({ kind: 'prose', text: markdown.slice(from, first.start) })
    found.push(tableIn(markdown, inTable, first, last))
    from = last.next
    index = end - 1
  }
  if (from < markdown.length) found.push({ kind: 'prose', text: markdown.slice(from) })
  return found
}

function tableIn(markdown: string, lines: readonly Line[], first: Line, last: Line): Segment {
  const [header = [], delimiter = [], ...rows] = lines.map(({ content, end }) =>
    cellsOf(markdown.slice(content, end)).map((cell) => cell.replaceAll('\\|', '|')),
  )
  return {
    kind: 'table',
    text: markdown.slice(first.start, last.next),
    table: {
      header,
      align: delimiter.map(alignOf),
      // GFM: missing cells are empty. Cells beyond the header are not shown there; here, nothing is lost.
      rows: rows.map((row) => fitted(row, header.length)),
    },
    lead: markdown.slice(first.start, first.content),
    prefix: prefixOf(last.state.containers),
  }
}

const alignOf = (cell: string): Align =>
  cell.endsWith(':') ? (cell.startsWith(':') ? 'center' : 'right') : 'left'

const fitted = (row: readonly string[], columns: number): readonly string[] =>
  row.length > columns
    ? [...row.slice(0, columns - 1), row.slice(columns - 1).join(' | ')]
    : [...row, ...Array.from({ length: columns - row.length }, () => '')]

const prefixOf = (containers: readonly Container[]): string =>
  containers.map((container) => (container.kind === 'quote' ? '> ' : ' '.repeat(container.width))).join('')
