/** How what a message should show is put into the arguments of a call. Pure. */
import type { KnownBlock } from '@slack/web-api'
import type { Control } from '#core/delivery/surface.ts'
import { controlBlocks } from './controls.ts'
import { escaped } from './mrkdwn.ts'
import { JOINER } from './neutral.ts'
import type { Look } from './offers.ts'
import { alignedTables, blocksWithTables } from './tables.ts'

/** What one message should show. */
export interface Content {
  /** Markdown that can ping nobody. */
  readonly text: string
  readonly controls: readonly Control[]
  /** Whose controls they are. */
  readonly reply: string
  /** Tables are shown as such, or as aligned code, and not as they are written. */
  readonly tables: boolean
}

/** Everything that `chat.postMessage` and `chat.update` are told of the content. */
export function dressed(content: Content, look: Look) {
  const { text } = content
  if (look.markdown === 'text') return { text: plain(text) }
  const body = bodyOf(content, look)
  const below = endBlocks(content, look)
  const [first, ...others] = [...body, ...below]
  // Markdown as an argument and blocks exclude each other.
  if (look.markdown === 'markdown_text' && first?.type === 'markdown' && others.length === 0)
    return { markdown_text: first.text }
  return { text: preview(text), blocks: [...body, ...below] }
}

/** What `chat.stopStream` puts below the text that was streamed. */
export const endBlocks = ({ controls, reply }: Content, look: Look): KnownBlock[] =>
  controlBlocks(controls, reply, look)

function bodyOf({ text, tables }: Content, look: Look): KnownBlock[] {
  if (tables && look.tables) return blocksWithTables(text)
  return [{ type: 'markdown', text: tables ? alignedTables(text) : text }]
}

/** mrkdwn that shows `text` as it is. Escaping does what the joiner does elsewhere, save for `@here`. */
const plain = (text: string): string => escaped(text.replaceAll(`<${JOINER}`, '<'))

/** What notifications say; the blocks say it all. Nothing of it ends in the middle of an entity or a character. */
function preview(text: string): string {
  const whole = plain(text)
  return whole.length <= PREVIEW_CHARACTERS
    ? whole
    : whole.slice(0, PREVIEW_CHARACTERS).replace(/(?:&[a-z]{0,3}|[\uD800-\uDBFF])$/, '')
}

/** `chat.update` refuses more than 4,000 characters of `text`. */
const PREVIEW_CHARACTERS = 3_900
