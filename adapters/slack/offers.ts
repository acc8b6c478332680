/**
 * What this Slack turned out to offer. Found out by trying, never configured, and remembered until the process ends.
 */
export interface Offers {
  /** `chat.startStream` and its like. */
  streaming: boolean
  /** How a message takes Markdown, best first. */
  dress: Dress
  /** How it shows that we are working. */
  sign: 'sessions' | 'status' | 'none'
}

export type Dress =
  /** The `markdown_text` argument. */
  | 'markdown_text'
  /** A `markdown` block; servers that know no `markdown_text` answer `no_text`. */
  | 'block'
  /** Plain text, where blocks of that type are refused too. */
  | 'text'

export const firstOffers = (): Offers => ({ streaming: true, dress: 'markdown_text', sign: 'sessions' })

/** The next plainer dress when a server refuses this one with `code`; `undefined` when that is not the reason. */
export function plainerDress(dress: Dress, code: string): Dress | undefined {
  if (dress === 'markdown_text' && code === 'no_text') return 'block'
  if (dress === 'block' && (code === 'invalid_blocks' || code === 'invalid_blocks_format')) return 'text'
  return undefined
}
