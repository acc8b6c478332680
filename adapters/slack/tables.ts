/** Tables of a finished message, as Slack shows them best (rule D1: no way of showing them loses a word). Pure. */
import type { KnownBlock } from '@slack/web-api'
import { withAlignedTables } from '#core/delivery/markdown/aligned.ts'
import { tableBlock } from '#core/delivery/markdown/table-block.ts'
import { type Segment, segments } from '#core/delivery/markdown/tables.ts'

/** A message takes fifty blocks; what can be pressed below it needs two. */
const MOST_BLOCKS = 45
/** A message takes 12,000 characters of Markdown; columns that are made wide can be longer than what was written. */
const MOST_CHARACTERS = 11_500

export const hasTable = (markdown: string): boolean => segments(markdown).some(({ kind }) => kind === 'table')

/** Markdown with `table` blocks in it where Slack takes them, and aligned code where it does not. */
export function blocksWithTables(markdown: string): KnownBlock[] {
  const blocks: KnownBlock[] = []
  let prose = ''
  const endProse = () => {
    if (prose.trim() !== '') blocks.push({ type: 'markdown', text: alignedTables(prose) })
    prose = ''
  }
  for (const segment of segments(markdown)) {
    const block = blockOf(segment)
    if (block === undefined) prose += segment.text
    else {
      endProse()
      blocks.push(block)
    }
  }
  endProse()
  return blocks.length <= MOST_BLOCKS ? blocks : [{ type: 'markdown', text: alignedTables(markdown) }]
}

/** Tables as aligned code; as they are written where that would be too long for a message. */
export function alignedTables(markdown: string): string {
  const aligned = withAlignedTables(markdown)
  return aligned.length <= MOST_CHARACTERS ? aligned : markdown
}

/** Inside of a list or a quote a table is part of the text around it. */
function blockOf(segment: Segment): KnownBlock | undefined {
  if (segment.kind === 'prose' || segment.lead.trim() !== '' || segment.prefix !== '') return undefined
  const block = tableBlock(segment.table)
  if (block === undefined) return undefined
  return {
    type: 'table',
    rows: block.rows.map((row) => row.map(cellOf)),
    column_settings: [...block.column_settings],
  }
}

type Cell = NonNullable<ReturnType<typeof tableBlock>>['rows'][number][number]

/** The same; Slack's types want arrays that can be changed. */
function cellOf(cell: Cell) {
  return cell.type === 'raw_text'
    ? cell
    : { ...cell, elements: cell.elements.map(({ type, elements }) => ({ type, elements: [...elements] })) }
}
