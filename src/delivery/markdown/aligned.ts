/** Tables as aligned code, for platforms that show none. Pure. */
import { plainOf } from './runs.ts'
import { type Align, segments, type Table } from './tables.ts'
import { graphemesOf, widthOf } from './width.ts'

export interface AlignedOptions {
  /** Columns of the widest line; cells wrap to fit. More columns than fit at all make a wider line. */
  readonly width?: number
}

/** What a code block shows without a scroll bar or a broken line on a laptop. */
const DEFAULT_WIDTH = 72
/** Narrower than this, words fall to pieces. */
const NARROWEST = 6
const BETWEEN = ' │ '
const CROSSING = '─┼─'

/**
 * The text with every table as a code block of aligned columns. Anything else stays as it is.
 *
 * @example withAlignedTables('| a | b |\n|---|--:|\n| 1 | 2 |') // ```\na │ b\n──┼──\n1 │ 2\n```
 */
export function withAlignedTables(markdown: string, options: AlignedOptions = {}): string {
  const found = segments(markdown)
  if (!found.some(({ kind }) => kind === 'table')) return markdown
  return found.map((segment) => (segment.kind === 'prose' ? segment.text : inCode(segment, options))).join('')
}

type TableSegment = Extract<ReturnType<typeof segments>[number], { kind: 'table' }>

function inCode({ table, text, lead, prefix }: TableSegment, options: AlignedOptions): string {
  const available = (options.width ?? DEFAULT_WIDTH) - widthOf(prefix)
  const [first = '', ...others] = ['```', ...alignedRows(table, { width: available }), '```']
  const lines = [`${lead}${first}`, ...others.map((line) => `${prefix}${line}`)]
  return `${lines.join('\n')}${text.endsWith('\n') ? '\n' : ''}`
}

/** One line of text a line; without the code block around it. */
export function alignedRows(table: Table, { width = DEFAULT_WIDTH }: AlignedOptions = {}): readonly string[] {
  const rows = [table.header, ...table.rows].map((row) => row.map((cell) => inert(plainOf(cell))))
  const widths = narrowed(naturalWidths(rows), width)
  const [header = [], ...body] = rows.map((row) => rowLines(row, widths, table.align))
  const rule = widths.map((column) => '─'.repeat(column)).join(CROSSING)
  return [...header, rule, ...body.flat()]
}

/** Three backticks in a cell would end the code block around it. */
const inert = (text: string): string => text.replaceAll('```', '`\u200b`\u200b`').replaceAll('\t', '  ')

const naturalWidths = (rows: readonly (readonly string[])[]): readonly number[] =>
  (rows[0] ?? []).map((_, column) =>
    Math.max(1, ...rows.flatMap((row) => (row[column] ?? '').split('\n').map(widthOf))),
  )

/** The widest columns give way first. */
function narrowed(natural: readonly number[], most: number): readonly number[] {
  const room = most - BETWEEN.length * (natural.length - 1)
  const widths = [...natural]
  let total = widths.reduce((sum, width) => sum + width, 0)
  while (total > room) {
    const widest = Math.max(...widths)
    if (widest <= NARROWEST) break
    widths[widths.indexOf(widest)] = widest - 1
    total -= 1
  }
  return widths
}

function rowLines(
  row: readonly string[],
  widths: readonly number[],
  align: readonly Align[],
): readonly string[] {
  const cells = widths.map((width, column) => wrapped(row[column] ?? '', width))
  const height = Math.max(...cells.map(({ length }) => length))
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((cell, column) => padded(cell[line] ?? '', widths[column] ?? 0, align[column] ?? 'left'))
      .join(BETWEEN)
      .trimEnd(),
  )
}

function padded(text: string, width: number, align: Align): string {
  const free = Math.max(0, width - widthOf(text))
  const before = align === 'right' ? free : align === 'center' ? Math.floor(free / 2) : 0
  return `${' '.repeat(before)}${text}${' '.repeat(free - before)}`
}

/** At words where there are any, else between graphemes. */
function wrapped(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((line) => {
    if (widthOf(line) <= width) return [line]
    const lines: string[] = []
    let current = ''
    let used = 0
    for (const word of line.split(/(?<=\s)(?=\S)/)) {
      const size = widthOf(word.trimEnd())
      if (used + size > width && used > 0) {
        lines.push(current.trimEnd())
        current = ''
        used = 0
      }
      for (const grapheme of graphemesOf(word)) {
        if (used + grapheme.width > width && grapheme.text.trim() !== '' && used > 0) {
          lines.push(current.trimEnd())
          current = ''
          used = 0
        }
        current += grapheme.text
        used += grapheme.width
      }
    }
    return current.trim() === '' ? lines : [...lines, current.trimEnd()]
  })
}
