/** Inline Markdown as stretches of equally styled text, for places that know no Markdown. Pure. */
import { createRequire } from 'node:module'
import type { Token } from 'marked'

export interface Run {
  readonly text: string
  readonly bold: boolean
  readonly italic: boolean
  readonly strike: boolean
  readonly code: boolean
  /** Where a link leads. */
  readonly href: string | undefined
}

const PLAIN: Run = { text: '', bold: false, italic: false, strike: false, code: false, href: undefined }

/** The few that models write; any other is shown as it is written. */
const ENTITIES = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
  ['&nbsp;', '\u00a0'],
])

const load = createRequire(import.meta.url)

/** Loaded by the first table and not by the start, which it would make 9 ms longer. Node keeps what it has loaded. */
const marked = (): typeof import('marked') => load('marked')

/** @param markdown without blocks, as a table cell is. */
export const runsOf = (markdown: string): readonly Run[] =>
  marked()
    .Lexer.lexInline(markdown, { gfm: true })
    .flatMap((token) => runs(token, PLAIN))

/** The text alone; a link's address follows it in parentheses, so that nothing is lost. */
export const plainOf = (markdown: string): string =>
  runsOf(markdown)
    .map(({ text, href }) => (href === undefined || addresses(text, href) ? text : `${text} (${href})`))
    .join('')

/** Whether the text of a link already says where it leads. */
export const addresses = (text: string, href: string): boolean =>
  href.replace(/^(?:mailto:|https?:\/\/)/, '') === text.replace(/^https?:\/\//, '')

function runs(token: Token, style: Run): readonly Run[] {
  const inner = (changed: Partial<Run>): readonly Run[] =>
    'tokens' in token && token.tokens
      ? token.tokens.flatMap((child) => runs(child, { ...style, ...changed }))
      : [{ ...style, ...changed, text: decoded('text' in token ? String(token.text) : token.raw) }]
  switch (token.type) {
    case 'strong':
      return inner({ bold: true })
    case 'em':
      return inner({ italic: true })
    case 'del':
      return inner({ strike: true })
    case 'codespan':
      return [{ ...style, code: true, text: String('text' in token ? token.text : token.raw) }]
    case 'link':
      return inner({ href: String('href' in token ? token.href : '') })
    case 'image': {
      const href = String('href' in token ? token.href : '')
      return [{ ...style, href, text: decoded(String('text' in token ? token.text : '')) || href }]
    }
    case 'br':
      return [{ ...style, text: '\n' }]
    case 'html':
      return [{ ...style, text: /^<br\s*\/?>$/i.test(token.raw) ? '\n' : token.raw }]
    default:
      return inner({})
  }
}

const decoded = (text: string): string =>
  text.replace(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => ENTITIES.get(entity) ?? entity)
