/** Where a text can be cut, and at what cost to its reader. Pure. */
import { graphemesIn } from './markdown/graphemes.ts'
import { inlineOf } from './markdown/inline.ts'
import { cellsOf, type Line, linesOf, opensBlock } from './markdown/lines.ts'
import { type Marks, NO_MARKS, ParagraphMarks } from './split-marks.ts'
import type { Opening } from './split-open.ts'

export interface Place {
  /** Code units before the cut. */
  readonly at: number
  readonly cost: number
  /** How the text stands there; dear to find out. */
  readonly opening: () => Opening
}

/** Smaller is nicer. Only the order counts: paragraph, line, sentence, word, grapheme. */
const COST = {
  paragraph: 0,
  line: 1,
  /** The next line goes on with the same paragraph. */
  sameParagraph: 0.2,
  /** A list has to be begun again. */
  reopensList: 0.5,
  insideFence: 1,
  betweenRows: 1,
  sentence: 3,
  word: 4,
  insideEmphasis: 2,
  /** What follows would be read as the beginning of a list, a quote, a fence, a heading. */
  misread: 6,
  insideRow: 6,
  insideCodeLine: 4,
  /** A fence or a table without content on one side. */
  hollow: 8,
  halfEmpty: 10,
  grapheme: 12,
  nearlyEmpty: 20,
  insideAtom: 40,
  /** Within `**`, or between it and what it encloses: nothing there can be closed. */
  insideMark: 50,
  /** It would make something else of the lines around it. */
  breaks: 60,
} as const

/** If none of so many is nice, an earlier one is not worth the time or the empty room. */
const MOST_GAPS = 200

const HALF = 0.5
const FIFTH = 0.2

const SPACES = /[^\S\n]+|[。！？；：，、]["'”’」』）》]*/g
const ENDS_SENTENCE = /(?:[.!?…]["'”’)\]*_~`]*[^\S\n]+|[。！？；]["'”’」』）》]*)$/
/** Joins what is before it. */
const EXTENDS = /^(?:\p{M}|\p{Emoji_Modifier}|\u200c|\u200d)/u

/** One paragraph, heading, row or line of code in the window. */
interface Run {
  readonly lines: readonly Line[]
  readonly marks: ParagraphMarks
}

export class Window {
  readonly #text: string
  readonly #before: Opening
  readonly #lines: readonly Line[]
  readonly #runs = new Map<number, Run>()
  /** What a cut within a line costs, for places that were weighed. */
  readonly #costs = new Map<number, number>()
  #manyGaps: readonly GapInLine[] | undefined

  /** @param text as much as fits into a part; there is more behind it. */
  constructor(text: string, before: Opening) {
    this.#text = text
    this.#before = before
    this.#lines = linesOf(text, before.state, before.midLine)
  }

  /** The nicest first. What is dear to find out is only looked at when it is reached. */
  *places(): Generator<Place> {
    const half = Math.floor(this.#text.length * HALF)
    const late = this.#atLines(half).toSorted(nicest)
    yield* late.filter(({ cost }) => cost < COST.sentence)
    yield* this.#atCleanWords(half)
    const others = [...this.#atLines(0), ...this.#atWords(0)].toSorted(nicest)
    const fair = others.filter(({ cost }) => cost < COST.grapheme)
    yield* fair
    yield* this.#atGraphemes(false)
    yield* others.slice(fair.length).filter(({ cost }) => cost < COST.breaks)
    yield* this.#atGraphemes(true)
    yield* this.#atPoints()
  }

  /**
   * The first place from here on where a paragraph ends and nothing goes on. Text that follows cannot change that: it is
   * known as soon as the next paragraph begins.
   */
  firstBreak(from: number): Place | undefined {
    for (const [index, line] of this.#lines.entries()) {
      const next = this.#lines[index + 1]
      if (next === undefined) return undefined
      if (line.next < from || line.role !== 'blank' || line.state.containers.length > 0) continue
      if (this.#text.slice(next.start, next.end).trim() === '') continue
      const opening = this.#openingBetween(line, next)
      if (this.#costBetween(line, next, opening) === COST.paragraph)
        return { at: line.next, cost: COST.paragraph, opening: () => opening }
    }
    return undefined
  }

  #emptiness(at: number): number {
    const share = at / this.#text.length
    return share < FIFTH ? COST.nearlyEmpty : share < HALF ? COST.halfEmpty : 0
  }

  #atLines(from: number): Place[] {
    const places: Place[] = []
    for (const [index, line] of this.#lines.entries()) {
      const next = this.#lines[index + 1]
      if (next === undefined) break
      if (line.next < from) continue
      const opening = this.#openingBetween(line, next)
      const cost = this.#costBetween(line, next, opening) + this.#emptiness(line.next)
      places.push({ at: line.next, cost, opening: () => opening })
    }
    return places
  }

  #openingBetween(line: Line, next: Line): Opening {
    const { state } = line
    const joins = next.block === line.block && next.role === 'text'
    const inTable = state.leaf.kind === 'table'
    const goesOn = joins || state.leaf.kind === 'fence' || (inTable && next.role === 'table row')
    return {
      state,
      shown: shownIn(state, next),
      midLine: false,
      ...(joins ? this.#marksAt(line.block, line.next) : NO_MARKS),
      cells: 0,
      ...(goesOn ? {} : { state: { ...state, leaf: { kind: 'none' } as const } }),
    }
  }

  #costBetween(line: Line, next: Line, { state, shown, open }: Opening): number {
    const rest = this.#text.slice(next.content, next.end)
    const unknown = next.next === this.#text.length && next.end === next.next
    if (line.role === 'table header' || (line.role === 'text' && next.role === 'rule')) return COST.breaks
    if (unknown && line.role === 'text' && /^[\s|:=-]+$/.test(rest)) return COST.breaks
    const reopens = state.containers.slice(0, shown).some(({ kind }) => kind === 'item')
    let cost = (line.role === 'blank' ? COST.paragraph : COST.line) + (reopens ? COST.reopensList : 0)
    if (next.role === 'blank') cost = COST.line + COST.reopensList
    if (unknown && rest.trim() === '') cost += COST.hollow
    if (line.state.leaf.kind === 'fence') {
      const mark = line.state.leaf.mark[0] ?? ''
      const mayClose =
        next.role === 'fence close' ||
        (unknown && rest.trim() !== '' && rest.replaceAll(mark, '').trim() === '')
      cost += COST.insideFence + (line.role === 'fence open' || mayClose ? COST.hollow : 0)
      if (this.#text.slice(line.content, line.end).trim() === '') cost -= 0.1
    }
    if (line.role === 'table delimiter') cost += COST.hollow
    if (line.role === 'table row' && next.role === 'table row') cost += COST.betweenRows
    if (next.block === line.block) {
      cost += COST.sameParagraph
      if (open.length > 0) cost += COST.insideEmphasis
      cost += this.#costOfTearing(line.block, line.next)
    }
    return cost
  }

  #atWords(from: number): Place[] {
    return this.#gaps(from).map(({ at, cost, line }) =>
      this.#within(line, at, cost + this.#costWithin(line, at) + this.#emptiness(at)),
    )
  }

  /** Those that cost nothing but themselves: nothing that is left can be nicer. */
  *#atCleanWords(from: number): Generator<Place> {
    const gaps = this.#gaps(from)
    for (const cost of [COST.sentence, COST.word]) {
      for (const { at, line } of gaps.filter((gap) => gap.cost === cost))
        if (this.#costWithin(line, at) === 0) yield this.#within(line, at, cost)
    }
  }

  /** The last first. */
  #gaps(from: number): readonly GapInLine[] {
    // With so many from the half on, none before it would be looked at.
    if (this.#manyGaps !== undefined) return this.#manyGaps
    const gaps: GapInLine[] = []
    for (const line of this.#lines.toReversed()) {
      if (line.end <= from || gaps.length >= MOST_GAPS) break
      for (const gap of this.#gapsIn(line, from)) {
        if (gaps.length >= MOST_GAPS) break
        gaps.push({ ...gap, line })
      }
    }
    if (gaps.length >= MOST_GAPS) this.#manyGaps = gaps
    return gaps
  }

  /** Behind the white space between two words, and behind the punctuation of scripts that have none. The last first. */
  *#gapsIn(line: Line, from: number): Generator<Gap> {
    if (!isCuttable(line) || line.end <= from) return
    const start = Math.max(line.content, from)
    const body = this.#text.slice(start, line.end)
    const all: { readonly index: number; readonly length: number }[] = []
    for (const { 0: gap, index } of body.matchAll(SPACES)) all.push({ index, length: gap.length })
    for (const { index, length } of all.reverse()) {
      const at = start + index + length
      const isIndent = start + index === line.content
      if (at >= line.end || isIndent || EXTENDS.test(this.#text.slice(at, at + 2))) continue
      const isSentence = ENDS_SENTENCE.test(body.slice(Math.max(0, index - 8), index + length))
      yield { at, cost: isSentence ? COST.sentence : COST.word }
    }
  }

  #costWithin(line: Line, at: number): number {
    const known = this.#costs.get(at)
    if (known !== undefined) return known
    const cost = this.#weighWithin(line, at)
    this.#costs.set(at, cost)
    return cost
  }

  #weighWithin(line: Line, at: number): number {
    let cost = 0
    const rest = this.#text.slice(at, Math.min(at + 16, line.next))
    switch (line.role) {
      case 'fence line': {
        const fence = line.state.leaf
        cost += COST.insideCodeLine
        if (fence.kind === 'fence' && rest.trimStart().startsWith(fence.mark[0] ?? '')) cost += COST.breaks
        break
      }
      case 'table row':
        cost += COST.insideRow
        break
      default:
        if (opensBlock(rest)) cost += COST.misread
    }
    if (line.role === 'fence line' || line.role === 'raw') return cost
    const torn = this.#costOfTearing(line.block, at)
    if (torn > 0) return cost + torn
    return this.#marksAt(line.block, at).open.length > 0 ? cost + COST.insideEmphasis : cost
  }

  #within(line: Line, at: number, cost: number): Place {
    const opening = (): Opening => ({
      state: line.state,
      shown: line.state.containers.length,
      midLine: true,
      ...(isCode(line) ? NO_MARKS : this.#marksAt(line.block, at)),
      cells: line.role === 'table row' ? this.#cellsBefore(line, at) : 0,
    })
    return { at, cost, opening }
  }

  #cellsBefore({ start, content }: Line, at: number): number {
    const again = start === 0 && this.#before.midLine ? this.#before.cells : 0
    return again + cellsOf(`${this.#text.slice(content, at)} .`).length - 1
  }

  /** Between two graphemes, from the end on. */
  *#atGraphemes(torn: boolean): Generator<Place> {
    const segments = graphemesIn(this.#text)
    const least = torn ? 1 : this.#text.length * HALF
    let index = this.#lines.length - 1
    for (let at = this.#text.length - 1; at >= least; at -= 1) {
      while (index > 0 && at < (this.#lines[index]?.start ?? 0)) index -= 1
      const line = this.#lines[index]
      if (line === undefined || at <= line.content || at >= line.end || !isCuttable(line)) continue
      if (!isCode(line) && this.#text[at] === this.#text[at - 1] && isMark(this.#text[at])) continue
      if (!isCode(line)) {
        const atom = torn ? undefined : this.#atomAt(line.block, at)
        if (atom !== undefined && atom < at) {
          at = atom + 1
          continue
        }
        if (this.#breaksMark(line.block, at)) continue
      }
      // Last, because it is dear: no place among noise gets as far as this.
      const start = segments.containing(at)?.index ?? at
      if (start !== at) {
        at = start + 1
        continue
      }
      if (this.#costWithin(line, at) >= COST.breaks) continue
      yield this.#within(line, at, COST.grapheme)
    }
  }

  /** A grapheme longer than a part, or nothing better at all: between two code points. */
  *#atPoints(): Generator<Place> {
    for (let at = this.#text.length; at > 0; at -= 1) {
      if (/[\udc00-\udfff]/.test(this.#text[at] ?? '') && /[\ud800-\udbff]/.test(this.#text[at - 1] ?? ''))
        continue
      const line = this.#lines.findLast(({ start }) => start < at)
      if (line !== undefined) yield this.#within(line, at, COST.breaks)
    }
  }

  #runOf(block: number): Run {
    const known = this.#runs.get(block)
    if (known) return known
    const first = this.#lines.findIndex((line) => line.block === block)
    const lines: Line[] = []
    for (let index = first; this.#lines[index]?.block === block; index += 1) {
      const line = this.#lines[index]
      if (line) lines.push(line)
    }
    const body = lines.map(({ content, next }) => this.#text.slice(content, next)).join('')
    const last = lines.at(-1)
    const isLast = last === this.#lines.at(-1)
    const ended = !isLast || (last !== undefined && last.next > last.end && last.role !== 'text')
    const carried = first === 0 ? this.#before.marks : []
    const run: Run = { lines, marks: new ParagraphMarks(inlineOf(body, carried, ended)) }
    this.#runs.set(block, run)
    return run
  }

  /** The position in the run's body. */
  #inBody({ lines }: Run, at: number): number {
    let before = 0
    for (const { content, next } of lines) {
      if (at <= next) return before + Math.max(0, at - content)
      before += next - content
    }
    return before
  }

  #marksAt(block: number, at: number): Marks {
    const run = this.#runOf(block)
    return run.marks.at(this.#inBody(run, at))
  }

  #costOfTearing(block: number, at: number): number {
    if (this.#breaksMark(block, at)) return COST.insideMark
    return this.#atomAt(block, at) === undefined ? 0 : COST.insideAtom
  }

  /** Where the atom around `at` begins, in the window. */
  #atomAt(block: number, at: number): number | undefined {
    const run = this.#runOf(block)
    const position = this.#inBody(run, at)
    const start = run.marks.atomAround(position)
    return start === undefined ? undefined : at - (position - start)
  }

  #breaksMark(block: number, at: number): boolean {
    const here = this.#text[at] ?? ''
    const before = this.#text[at - 1] ?? ''
    if (here === before && isMark(here)) return true
    const run = this.#runOf(block)
    const position = this.#inBody(run, at)
    if (run.marks.isInsideMark(position)) return true
    return (
      (here === '`' || before === '`') && run.marks.at(position).open.some((mark) => mark.startsWith('`'))
    )
  }
}

/** Code may be indented less than its list item asks for, and still be of it. */
function shownIn({ containers, leaf }: Line['state'], next: Line): number {
  if (leaf.kind === 'fence') return containers.length
  return next.role === 'blank' ? 0 : next.matched
}

/** Between two words. */
interface Gap {
  readonly at: number
  readonly cost: number
}

type GapInLine = Gap & { readonly line: Line }

const nicest = (one: Place, other: Place): number => one.cost - other.cost || other.at - one.at

const isMark = (char = ' '): boolean => '*_~`'.includes(char)

const isCode = ({ role }: Line): boolean => role === 'fence line' || role === 'raw'

function isCuttable({ role }: Line): boolean {
  return role === 'text' || role === 'raw' || role === 'fence line' || role === 'table row'
}
