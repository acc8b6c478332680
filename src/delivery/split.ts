/**
 * Cuts a reply into parts that each fit into one message of the platform. Rules D1, D2. Pure.
 *
 * A cut prefers the end of a paragraph, then of a line, a sentence, a word; it never tears a grapheme, and a link, a
 * mention or inline code only when that alone is longer than a part. What a cut leaves open is closed before it and
 * begun again behind it: emphasis, code, fences, list items, quotes, tables with their header row. Everything that is
 * put in so is noted, so that `unsplit` can take it out again.
 *
 * A cut depends on nothing but the text before it and what would still have fitted, or, for an early one, on the first
 * character behind it: while a text grows, cuts already made stay where they are.
 */
import { START } from './markdown/lines.ts'
import { closing, type Opening, reopened } from './split-open.ts'
import { Window } from './split-places.ts'
import { lengthWithin, sizeOf } from './split-size.ts'
import type { PartLimit } from './surface.ts'

export { sizeOf } from './split-size.ts'

/** A stretch of `text` in a piece, in code units. */
export interface Added {
  readonly at: number
  readonly length: number
}

/** One part, and what of it the source does not say. */
export interface Piece {
  readonly text: string
  /** In order, without overlap. */
  readonly added: readonly Added[]
}

export interface SplitOptions {
  /**
   * How large a part becomes when the platform shows it, in the unit of the limit: for a surface that turns a table
   * into something longer. Cuts respect both this and the plain size. Must be pure, and should not shrink while a
   * part grows. A single atom that cannot be shown within the limit is cut by its plain size.
   *
   * @example (part) => withAlignedTables(part).length
   */
  readonly measure?: (part: string) => number
  /**
   * Cut parts behind the first one as soon as a paragraph ends in the last third of them, also when the next one might
   * have fitted: while the text grows, what is shown then hardly ever has to move to the next part.
   */
  readonly early?: boolean
}

/** A text that grows, and the cuts made so far. One for each reply. */
export interface Splitter {
  /**
   * The parts of `text`, at least one. All but the last are final. The last is as the source has it, apart from what
   * it begins again: `heal` makes it presentable while more is to come, `closed` when it is the end.
   *
   * Costs what is new, not what is there, as long as each text begins with the one before; one that does not is cut
   * afresh.
   */
  parts(text: string): readonly string[]
  /** The same with what was put in. */
  pieces(text: string): readonly Piece[]
}

/**
 * Cut Markdown into parts that each fit the platform. For a reply that grows, keep a `createSplitter` instead.
 *
 * @returns at least one part; a single empty one for empty text.
 */
export const split = (text: string, limit: PartLimit, options?: SplitOptions): readonly string[] =>
  createSplitter(limit, options).parts(text)

/** The text that was cut into these pieces. */
export const unsplit = (pieces: readonly Piece[]): string => pieces.map(sourceOf).join('')

function sourceOf({ text, added }: Piece): string {
  let source = ''
  let from = 0
  for (const { at, length } of added) {
    source += text.slice(from, at)
    from = at + length
  }
  return source + text.slice(from)
}

/** A part that is this full may be cut early. */
const FULL_ENOUGH = 2 / 3

const AT_START: Opening = { state: START, shown: 0, midLine: false, marks: [], open: [], cells: 0 }

/** @param limit at least some hundred units: below that, nothing can be repeated at a cut. */
export function createSplitter(limit: PartLimit, options: SplitOptions = {}): Splitter {
  return new GrowingText(limit, options)
}

class GrowingText implements Splitter {
  readonly #limit: PartLimit
  readonly #measure: ((part: string) => number) | undefined
  readonly #early: boolean
  /** The text of the last call; `#done` covers its first `#at` code units. */
  #text = ''
  #done: Piece[] = []
  #at = 0
  #opening: Opening = AT_START

  constructor(limit: PartLimit, { measure, early = false }: SplitOptions) {
    this.#limit = limit
    this.#measure = measure
    this.#early = early
  }

  parts(text: string): readonly string[] {
    return this.pieces(text).map((piece) => piece.text)
  }

  pieces(text: string): readonly Piece[] {
    if (!text.startsWith(this.#text)) {
      this.#done = []
      this.#at = 0
      this.#opening = AT_START
    }
    this.#text = text
    for (;;) {
      const above = reopened(this.#opening, this.#limit)
      if (this.#early && this.#done.length > 0 && this.#cutEarly(above)) continue
      if (text.length - this.#at <= this.#limit.size) {
        const last = pieceOf(text.slice(this.#at), this.#opening, above)
        if (this.#fits(last)) return [...this.#done, last]
      }
      const room = this.#limit.size - sizeOf(above + this.#opening.marks.join(''), this.#limit)
      const length = lengthWithin(text, this.#at, { ...this.#limit, size: room })
      const rest = text.slice(this.#at, this.#at + length)
      this.#cut(this.#shortened(rest, above), above)
    }
  }

  #fits({ text }: Piece): boolean {
    if (sizeOf(text, this.#limit) > this.#limit.size) return false
    return this.#measure === undefined || this.#measure(text) <= this.#limit.size
  }

  /** As much of the text as can be shown. */
  #shortened(text: string, above: string): string {
    const measure = this.#measure
    const sizeUpTo = (length: number) => measure?.(above + text.slice(0, length)) ?? 0
    if (sizeUpTo(text.length) <= this.#limit.size) return text
    let fits = 0
    let tooLong = text.length
    while (tooLong - fits > 1) {
      const middle = Math.floor((fits + tooLong) / 2)
      if (sizeUpTo(middle) <= this.#limit.size) fits = middle
      else tooLong = middle
    }
    const shown = text.slice(0, lengthWithin(text, 0, { unit: 'utf16', size: fits }))
    return shown === '' ? text : shown
  }

  /** @returns whether a paragraph has ended since the part is full enough. */
  #cutEarly(above: string): boolean {
    const room = this.#limit.size - sizeOf(above + this.#opening.marks.join(''), this.#limit)
    const within = (size: number) => lengthWithin(this.#text, this.#at, { ...this.#limit, size })
    const enough = within(Math.floor(room * FULL_ENOUGH))
    // With the first character of what follows.
    const window = this.#text.slice(this.#at, this.#at + within(room) + 1)
    // Cheap, as most texts have none.
    if (!/\n[^\S\n]*\n/.test(window.slice(Math.max(0, enough - 2)))) return false
    const place = new Window(window, this.#opening).firstBreak(enough)
    if (place === undefined) return false
    const opening = place.opening()
    const piece = pieceOf(window.slice(0, place.at), this.#opening, above, opening)
    if (!this.#fits(piece)) return false
    this.#keep(piece, place.at, opening)
    return true
  }

  #cut(text: string, above: string): void {
    let fallback: { piece: Piece; at: number; opening: Opening } | undefined
    for (const place of new Window(text, this.#opening).places()) {
      const opening = place.opening()
      const piece = pieceOf(text.slice(0, place.at), this.#opening, above, opening)
      if (this.#fits(piece)) {
        this.#keep(piece, place.at, opening)
        return
      }
      if (fallback === undefined && sizeOf(piece.text, this.#limit) <= this.#limit.size)
        fallback = { piece, at: place.at, opening }
    }
    if (fallback) {
      this.#keep(fallback.piece, fallback.at, fallback.opening)
      return
    }
    throw new RangeError(
      `A part of at most ${this.#limit.size} ${this.#limit.unit} units holds not even one character. Allow more.`,
    )
  }

  #keep(piece: Piece, at: number, opening: Opening): void {
    this.#done.push(piece)
    this.#at += at
    this.#opening = opening
  }
}

/** @param after how things stand at the end of `slice` when it is cut there; undefined when it is the last. */
function pieceOf(slice: string, before: Opening, above: string, after?: Opening): Piece {
  const parts: { readonly text: string; readonly isAdded: boolean }[] = []
  const from = before.marks.length === 0 ? 0 : textStart(slice, before)
  const text = slice.trimEnd()
  // Right behind a backtick, the mark that closes code would be another one.
  const until =
    after?.open.at(-1)?.startsWith('`') && text.endsWith('`') ? slice.length : Math.max(from, text.length)
  const marks = after?.open.toReversed().join('') ?? ''
  parts.push({ text: above, isAdded: true })
  parts.push({ text: slice.slice(0, from), isAdded: false })
  parts.push({ text: before.marks.join(''), isAdded: true })
  parts.push({ text: slice.slice(from, until), isAdded: false })
  parts.push({ text: marks, isAdded: true })
  parts.push({ text: slice.slice(until), isAdded: false })
  parts.push({ text: after === undefined ? '' : closing(slice, after), isAdded: true })
  let whole = ''
  const added: Added[] = []
  for (const part of parts) {
    if (part.isAdded && part.text !== '') added.push({ at: whole.length, length: part.text.length })
    whole += part.text
  }
  return { text: whole, added }
}

/** Behind the quote signs and the indentation of the first line: where marks can open. */
function textStart(slice: string, { midLine }: Opening): number {
  return (midLine ? /^[^\S\n]*/ : /^[\s>]*/).exec(slice)?.[0].length ?? 0
}
