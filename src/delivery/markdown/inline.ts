/**
 * What must not be torn inside a paragraph, and what is still open at its end. Pure, and linear in the text.
 *
 * White space alone decides whether a mark opens or closes, as on the chat platforms; CommonMark's further rules about
 * punctuation leave `**「…」**の` half open, which is what people complain about.
 */

export interface Atom {
  readonly start: number
  /** Infinity when the text stops before it does. */
  readonly end: number
  readonly kind: 'code' | 'link' | 'tag' | 'word'
  /** The backticks around code, else empty. */
  readonly mark: string
  /** Of a link whose address has no end yet: where its label ends. */
  readonly label?: number
}

export interface Emphasis {
  readonly mark: string
  /** Of the opening mark. */
  readonly start: number
  /** Behind the opening mark. */
  readonly from: number
  /** Of the closing mark; Infinity when the text stops before it. */
  readonly to: number
}

export interface Inline {
  readonly atoms: readonly Atom[]
  /** Only those that are closed, or may still be. */
  readonly emphasis: readonly Emphasis[]
  /** Marks that open something which never ends, and so are text; up to where they might have. */
  readonly dangling: readonly Emphasis[]
}

/** A bracket further back is no link's. */
const LONGEST_LABEL = 1_000
const LONGEST_TAG = 500
/** More at once is noise, and must not cost time. */
const MOST_OPEN = 16
/** Bold and italic at once. */
const LONGEST_RUN = 3
const DEEPEST_BRACKETS = 64
const NESTED_PARENTHESES = 3

const TAG = /<[@#:!/?A-Za-z][^<>\n]{0,500}>/y
const OPEN_TAG = /<(?:[@#:!/?A-Za-z][^<>\n]{0,500})?$/y
const ENTITY = /&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,31});/y
const OPEN_ENTITY = /&#?[A-Za-z\d]{0,32}$/y
const NAME = /@[\p{L}\p{N}](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}])?/uy
const EMOJI = /:[\w+-]{1,64}:/y
const ADDRESS = /:\/\/[^\s<>]*/y
const SCHEME = /[A-Za-z][A-Za-z\d+.-]{0,31}$/

/**
 * @param carried marks that were open before the text, outermost first.
 * @param ended the paragraph ends with the text: what has no end in it never had a beginning.
 */
export function inlineOf(body: string, carried: readonly string[], ended: boolean): Inline {
  return new Scan(body, ended).run(carried)
}

interface Opened {
  readonly char: string
  /** Characters of the mark that have not been closed. */
  count: number
  readonly start: number
  readonly from: number
}

class Scan {
  readonly #body: string
  readonly #ended: boolean
  readonly #atoms: Atom[] = []
  readonly #emphasis: Emphasis[] = []
  readonly #dangling: Emphasis[] = []
  /** Emphasis that has not been closed, outermost first. */
  #open: Opened[] = []
  /** Where the marks that the newest one stands among begin and end. */
  #crowd: readonly [number, number] = [0, 0]
  /** Positions of `[` that have no `]` yet. */
  #brackets: number[] = []
  /** Runs of backticks by length; each list in order. */
  #ticks: Map<number, number[]> | undefined

  constructor(body: string, ended: boolean) {
    this.#body = body
    this.#ended = ended
  }

  run(carried: readonly string[]): Inline {
    let at = 0
    for (const mark of carried) {
      if (mark.startsWith('`')) at = this.#code(0, mark, 0)
      else this.#open.push({ char: mark[0] ?? '', count: mark.length, start: 0, from: 0 })
    }
    const { length } = this.#body
    while (at < length) at = this.#step(at)
    this.#leftOpen()
    const atoms = this.#atoms.toSorted((one, other) => one.start - other.start)
    return { atoms, emphasis: this.#emphasis, dangling: this.#dangling }
  }

  /** @returns where to go on. */
  #step(at: number): number {
    switch (this.#body.charCodeAt(at)) {
      case 0x5c: // backslash
        return this.#atom(at, Math.min(at + 2, this.#body.length), 'word')
      case 0x60: {
        const mark = this.#runAt(at)
        return this.#code(at, mark, at + mark.length)
      }
      case 0x2a: // *
      case 0x5f: // _
      case 0x7e: // ~
        return this.#delimiter(at)
      case 0x5b: // [
        if (this.#brackets.length >= DEEPEST_BRACKETS) this.#brackets.shift()
        this.#brackets.push(at)
        return at + 1
      case 0x5d: // ]
        return this.#bracket(at)
      case 0x3c: // <
        return this.#matched(at, TAG, OPEN_TAG, 'tag')
      case 0x26: // &
        return this.#matched(at, ENTITY, OPEN_ENTITY, 'tag')
      case 0x40: // @
        return this.#matched(at, NAME, undefined, 'word')
      case 0x3a: // :
        return this.#colon(at)
      default:
        return at + 1
    }
  }

  #atom(start: number, end: number, kind: Atom['kind'], mark = ''): number {
    this.#atoms.push({ start, end, kind, mark })
    return end
  }

  #runAt(at: number): string {
    const char = this.#body[at]
    let end = at + 1
    while (this.#body[end] === char) end += 1
    return this.#body.slice(at, end)
  }

  #code(start: number, mark: string, from: number): number {
    const end = this.#ticksAfter(from, mark.length)
    if (end !== undefined) return this.#atom(start, end + mark.length, 'code', mark)
    if (this.#ended) {
      this.#dangling.push({ mark, start, from, to: this.#body.length + 1 })
      return from
    }
    return this.#atom(start, Number.POSITIVE_INFINITY, 'code', mark)
  }

  #ticksAfter(from: number, length: number): number | undefined {
    if (this.#ticks === undefined) {
      this.#ticks = new Map()
      for (const { 0: run, index } of this.#body.matchAll(/`+/g)) {
        const known = this.#ticks.get(run.length)
        if (known) known.push(index)
        else this.#ticks.set(run.length, [index])
      }
      for (const runs of this.#ticks.values()) runs.reverse()
    }
    const runs = this.#ticks.get(length) ?? []
    // The scan only moves on: what lies behind is never asked for again.
    while (runs.length > 0 && (runs.at(-1) ?? 0) < from) runs.pop()
    return runs.at(-1)
  }

  #delimiter(at: number): number {
    const run = this.#runAt(at)
    const end = at + run.length
    const char = run[0] ?? ''
    if (run.length > LONGEST_RUN || (char === '~' && run.length !== 2)) return end
    const [from, to] = this.#marksAround(at, end)
    const before = this.#body[from - 1] ?? ' '
    const after = this.#body[to] ?? ' '
    const inWord = char === '_' && isWord(before) && isWord(after)
    // `5*3` is arithmetic.
    if (inWord || (run === '*' && isAscii(before) && isAscii(after))) return end
    let count = run.length
    if (!isSpace(before)) count = this.#close(at, char, count, from)
    const opens = !isSpace(after) && !(char === '_' && isWord(before))
    if (count > 0 && opens) this.#push(char, count, end)
    return end
  }

  /** Where the marks of any kind begin and end that this one stands among: `_**` is two. */
  #marksAround(start: number, end: number): readonly [number, number] {
    // The scan only moves on: a long crowd of marks is measured once.
    if (end > this.#crowd[1]) {
      let from = start
      let to = end
      while (isMark(this.#body.charCodeAt(from - 1))) from -= 1
      while (isMark(this.#body.charCodeAt(to))) to += 1
      this.#crowd = [from, to]
    }
    return this.#crowd
  }

  #push(char: string, count: number, end: number): void {
    // Nobody means bold within bold: the earlier mark was forgotten, and both could not be closed in one place.
    this.#open = this.#open.filter((other) => {
      const isKept = other.char !== char || (other.count !== count && other.count + count <= LONGEST_RUN)
      if (!isKept) this.#dangling.push(emphasis(other, end - count + 1))
      return isKept
    })
    if (this.#open.length < MOST_OPEN) this.#open.push({ char, count, start: end - count, from: end })
  }

  /** @returns how many characters of the run are left. */
  #close(at: number, char: string, run: number, outermost: number): number {
    let count = run
    while (count > 0) {
      const depth = this.#open.findLastIndex((open) => open.char === char)
      const opener = this.#open[depth]
      // With nothing but marks between them, they enclose nothing.
      if (opener === undefined || opener.from >= outermost) return count
      const used = Math.min(opener.count, count) === 3 ? 3 : opener.count >= 2 && count >= 2 ? 2 : 1
      // What was opened inside and not closed there was no mark at all.
      this.#open = this.#open.slice(0, depth + 1)
      const start = opener.start + opener.count - used
      this.#emphasis.push({ mark: char.repeat(used), start, from: opener.from, to: at + run - count })
      count -= used
      opener.count -= used
      if (opener.count <= 0) this.#open.pop()
    }
    return count
  }

  #bracket(at: number): number {
    const start = this.#brackets.pop()
    if (start === undefined) return at + 1
    const mayFollow = at + 1 === this.#body.length && !this.#ended
    if (this.#body[at + 1] !== '(' && !mayFollow) return at + 1
    const end = mayFollow ? Number.POSITIVE_INFINITY : this.#addressEnd(at + 1)
    if (end === undefined) return at + 1
    // No mark reaches into a link or out of it.
    this.#open = this.#open.filter(({ from }) => from <= start)
    const from = this.#body[start - 1] === '!' ? start - 1 : start
    this.#atoms.push({ start: from, end, kind: 'link', mark: '', label: at })
    return end
  }

  /** Behind the `)` that ends a link's address; Infinity when it may still come; undefined when it is none. */
  #addressEnd(parenthesis: number): number | undefined {
    let depth = 0
    let quote = ''
    for (let at = parenthesis; at < this.#body.length; at += 1) {
      const char = this.#body[at]
      if (char === '\n') return undefined
      if (char === '\\') at += 1
      else if (quote !== '') quote = char === quote ? '' : quote
      else if ((char === '"' || char === "'") && isSpace(this.#body[at - 1] ?? '')) quote = char
      else if (char === '(') {
        depth += 1
        if (depth > NESTED_PARENTHESES) return undefined
      } else if (char === ')') {
        depth -= 1
        if (depth === 0) return at + 1
      } else if (isSpace(char ?? '') && !/[\s"')]/.test(this.#body[at + 1] ?? ')')) return undefined
    }
    return this.#ended ? undefined : Number.POSITIVE_INFINITY
  }

  #matched(at: number, whole: RegExp, open: RegExp | undefined, kind: Atom['kind']): number {
    whole.lastIndex = at
    const [found] = whole.exec(this.#body) ?? []
    if (found !== undefined) return this.#atom(at, at + found.length, kind)
    if (open !== undefined && !this.#ended && this.#body.length - at <= LONGEST_TAG) {
      open.lastIndex = at
      if (open.test(this.#body)) return this.#atom(at, Number.POSITIVE_INFINITY, kind)
    }
    return at + 1
  }

  #colon(at: number): number {
    ADDRESS.lastIndex = at
    const [rest] = ADDRESS.exec(this.#body) ?? []
    if (rest === undefined) return this.#matched(at, EMOJI, undefined, 'word')
    const scheme = SCHEME.exec(this.#body.slice(Math.max(0, at - 32), at))
    const start = at - (scheme?.[0].length ?? 0)
    // What stands at the end of an address may belong to the text around it.
    const address = rest.replace(/[*_~`)\]>"'.,;:!?]+$/, '')
    const bracket = address.search(/[\])`]/)
    return this.#atom(start, at + (bracket < 0 ? Math.max(address.length, 3) : bracket), 'word')
  }

  #leftOpen(): void {
    const { length } = this.#body
    if (this.#ended) {
      this.#dangling.push(...this.#open.map((open) => emphasis(open, length + 1)))
      return
    }
    this.#emphasis.push(...this.#open.map((open) => emphasis(open, Number.POSITIVE_INFINITY)))
    for (const at of this.#brackets) {
      if (length - at > LONGEST_LABEL) continue
      this.#atom(this.#body[at - 1] === '!' ? at - 1 : at, Number.POSITIVE_INFINITY, 'link')
    }
  }
}

const emphasis = ({ char, count, start, from }: Opened, to: number): Emphasis => ({
  mark: char.repeat(count),
  start,
  from,
  to,
})

/** `*`, `_` or `~`. */
const isMark = (code: number): boolean => code === 0x2a || code === 0x5f || code === 0x7e
const isSpace = (char: string): boolean => char === ' ' || (!isAscii(char) && /\s/.test(char))
const isWord = (char: string): boolean => isAscii(char) || /[\p{L}\p{N}]/u.test(char)
const isAscii = (char: string): boolean => /[A-Za-z\d]/.test(char)
