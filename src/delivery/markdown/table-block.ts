/**
 * A table as the JSON that Slack shows as one. Pure; plain types, so that no vendor's SDK is needed.
 *
 * Source: docs.slack.dev/reference/block-kit/blocks/table-block.
 */
import { addresses, type Run, runsOf } from './runs.ts'
import type { Align, Table } from './tables.ts'

interface Style {
  readonly bold?: true
  readonly italic?: true
  readonly strike?: true
  readonly code?: true
}

export type RichElement =
  | { readonly type: 'text'; readonly text: string; readonly style?: Style }
  | { readonly type: 'link'; readonly url: string; readonly text: string; readonly style?: Style }

export type TableCell =
  | { readonly type: 'raw_text'; readonly text: string }
  | {
      readonly type: 'rich_text'
      readonly elements: readonly [
        { readonly type: 'rich_text_section'; readonly elements: readonly RichElement[] },
      ]
    }

export interface TableBlock {
  readonly type: 'table'
  readonly rows: readonly (readonly TableCell[])[]
  readonly column_settings: readonly { readonly align: Align; readonly is_wrapped: true }[]
}

const MOST_ROWS = 100
const MOST_COLUMNS = 20

/** @returns undefined when it is larger than Slack takes: aligned code shows it then. */
export function tableBlock({ header, align, rows }: Table): TableBlock | undefined {
  if (rows.length + 1 > MOST_ROWS || header.length > MOST_COLUMNS) return undefined
  return {
    type: 'table',
    rows: [header, ...rows].map((row) => row.map(cellOf)),
    column_settings: header.map((_, column) => ({ align: align[column] ?? 'left', is_wrapped: true })),
  }
}

function cellOf(markdown: string): TableCell {
  const runs = runsOf(markdown).filter(({ text }) => text !== '')
  // Neither form reads `<@U…>` or `<!here>` as a mention (rule D6). Slack takes no empty text.
  if (runs.every(isPlain)) return { type: 'raw_text', text: runs.map(({ text }) => text).join('') || ' ' }
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: runs.map(elementOf) }] }
}

const isPlain = ({ bold, italic, strike, code, href }: Run): boolean =>
  !(bold || italic || strike || code) && href === undefined

function elementOf(run: Run): RichElement {
  const style: Style = {
    ...(run.bold ? { bold: true } : {}),
    ...(run.italic ? { italic: true } : {}),
    ...(run.strike ? { strike: true } : {}),
    ...(run.code ? { code: true } : {}),
  }
  const styled = Object.keys(style).length > 0 ? { style } : {}
  if (run.href !== undefined && /^(?:https?:\/\/|mailto:)/i.test(run.href))
    return { type: 'link', url: run.href, text: run.text, ...styled }
  const text =
    run.href === undefined || addresses(run.text, run.href) ? run.text : `${run.text} (${run.href})`
  return { type: 'text', text, ...styled }
}
