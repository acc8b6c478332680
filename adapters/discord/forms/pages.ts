/**
 * The question and every answer in full, over as many messages as they need. Pure (rules D1, D2, F6).
 *
 * The form with the places is a message of its own below them: it changes with every choice, and these do not.
 */
import { BALLOT_FORM } from '#adapters/forms.ts'
import { split } from '#core/delivery/split.ts'
import type { PartLimit } from '#core/delivery/surface.ts'
import type { Ballot } from '#core/feedback/comparison-desk.ts'
import { toDiscord } from '../markdown.ts'
import type { Shown } from './api.ts'
import { divider, MOST_TEXT, text } from './parts.ts'

/** Of 40: each text has a line above it. */
const MOST_TEXTS = 18
/** Room for the heading above a piece. */
const PIECE: PartLimit = { unit: 'utf16', size: MOST_TEXT - 100 }

/** @returns at least one message. */
export function ballotPages({ question, answers }: Pick<Ballot, 'question' | 'answers'>): readonly Shown[] {
  const pieces = [
    ...headed(BALLOT_FORM.question, question),
    ...answers.flatMap((answer) => headed(BALLOT_FORM.answer(answer.slot), answer.text)),
  ]
  const pages: string[][] = [[]]
  for (const piece of pieces) {
    const page = pages.at(-1) ?? []
    const used = page.reduce((sum, { length }) => sum + length, 0)
    if (page.length < MOST_TEXTS && used + piece.length <= MOST_TEXT) page.push(piece)
    else pages.push([piece])
  }
  return pages.map((page) => ({
    components: page.flatMap((piece, at) => (at === 0 ? [text(piece)] : [divider(), text(piece)])),
  }))
}

const measure = (part: string): number => Math.max(part.length, toDiscord(part).length)

/** Every piece says which answer it is of. */
function headed(heading: string, markdown: string): readonly string[] {
  const parts = split(markdown, PIECE, { measure }).map((part) => toDiscord(part).trim())
  return parts.map((part, at) =>
    at === 0 ? `### ${heading}\n${part}`.trim() : `-# ${heading} (${at + 1})\n${part}`.trim(),
  )
}
