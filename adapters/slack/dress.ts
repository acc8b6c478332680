/** How what a message should show is put into the arguments of a call. Pure. */
import type { KnownBlock } from '@slack/web-api'
import type { Control } from '#core/delivery/surface.ts'
import { controlBlocks } from './controls.ts'
import { escaped } from './mrkdwn.ts'
import { JOINER } from './neutral.ts'
import type { Look, Worn } from './offers.ts'

/** What one message should show. */
export interface Content {
  /** Markdown that can ping nobody. */
  readonly text: string
  readonly controls: readonly Control[]
  /** Whose controls they are. */
  readonly reply: string
  /** Tables are shown as such, not as they are written. */
  readonly tables: boolean
}

export const wornBy = ({ controls, tables }: Content): Worn => ({ controls: controls.length > 0, tables })

/** Everything that `chat.postMessage` and `chat.update` are told of the content. */
export function dressed(content: Content, look: Look) {
  const { text } = content
  if (look.markdown === 'text') return { text: plain(text) }
  const below = endBlocks(content, look)
  // Markdown as an argument and blocks exclude each other.
  if (below.length === 0 && look.markdown === 'markdown_text') return { markdown_text: text }
  return { text: preview(text), blocks: [...bodyBlocks(content, look), ...below] }
}

/** What `chat.stopStream` puts below the text that was streamed. */
export const endBlocks = ({ controls, reply }: Content, look: Look): KnownBlock[] =>
  controlBlocks(controls, reply, look)

const bodyBlocks = ({ text }: Content, _look: Look): KnownBlock[] => [{ type: 'markdown', text }]

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
