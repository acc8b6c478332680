/**
 * What this Slack turned out to offer. Found out by trying, never configured, and remembered until the process ends.
 */
export interface Offers {
  /** `chat.startStream` and its like. */
  streaming: boolean
  look: Look
  /** How it shows that we are working. */
  sign: 'sessions' | 'status' | 'none'
  /** While a session is in `processing`, Slack itself offers to stop it. Where it does not, we show a button. */
  nativeStop: boolean
}

/** How a message is dressed, best first. */
export interface Look {
  readonly markdown: /** The `markdown_text` argument. */
    | 'markdown_text'
    /** A `markdown` block; servers that know no `markdown_text` answer `no_text`. */
    | 'block'
    /** Plain text, where blocks of that type are refused too. */
    | 'text'
  readonly controls: /** `feedback_buttons`, made for replies of models. */
    | 'feedback'
    /** Ordinary buttons, where those are not known. */
    | 'buttons'
    | 'none'
  /** `table` blocks. */
  readonly tables: boolean
}

export const firstOffers = (): Offers => ({
  streaming: true,
  look: { markdown: 'markdown_text', controls: 'feedback', tables: true },
  sign: 'sessions',
  nativeStop: true,
})

/** What of a look a message makes use of: only that can be the reason for a refusal. */
export interface Worn {
  readonly controls: boolean
  readonly tables: boolean
}

const BLOCKS_REFUSED = new Set(['invalid_blocks', 'invalid_blocks_format', 'msg_blocks_too_long'])

/** The next plainer look when a server refuses this one with `code`; `undefined` when that is not the reason. */
export function plainerLook(look: Look, worn: Worn, code: string): Look | undefined {
  if (look.markdown === 'markdown_text' && code === 'no_text') return { ...look, markdown: 'block' }
  if (!BLOCKS_REFUSED.has(code)) return undefined
  if (worn.tables && look.tables) return { ...look, tables: false }
  if (worn.controls && look.controls === 'feedback') return { ...look, controls: 'buttons' }
  if (worn.controls && look.controls === 'buttons') return { ...look, controls: 'none' }
  return look.markdown === 'block' ? { ...look, markdown: 'text' } : undefined
}

/** What everybody's next message wears after this one was accepted: a table may have been refused for what it says. */
export const accepted = (look: Look, before: Look): Look => ({ ...look, tables: before.tables })
