/** How many columns a text takes where every character has the same width. Pure. */

import { eastAsianWidth } from 'get-east-asian-width'
import { graphemesIn } from './graphemes.ts'

const ASCII = /^[\x20-\x7e]*$/
const INVISIBLE = /^[\p{Cc}\p{Cf}\p{Mn}\p{Me}]+$/u
const EMOJI = /^\p{Emoji_Presentation}|\ufe0f|^\p{Regional_Indicator}{2}/u

export interface Grapheme {
  readonly text: string
  readonly width: number
}

/** What a reader takes for one character each; one is never cut. */
export function* graphemesOf(text: string): Generator<Grapheme> {
  for (const { segment } of graphemesIn(text)) yield { text: segment, width: widthOfOne(segment) }
}

export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length
  let width = 0
  for (const grapheme of graphemesOf(text)) width += grapheme.width
  return width
}

function widthOfOne(grapheme: string): number {
  if (INVISIBLE.test(grapheme)) return 0
  if (EMOJI.test(grapheme)) return 2
  return eastAsianWidth(grapheme.codePointAt(0) ?? 0)
}
