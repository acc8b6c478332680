/**
 * What each line of a Markdown text is, and what is still open after it. Pure.
 *
 * Follows CommonMark with GFM tables, one line at a time, so that it can go on from any line of a reply that is still
 * being written. One liberty: a fence inside a list item stays open when the code is not indented as it should be,
 * because models write it so and the chat platforms show it so.
 */

export type Container =
  | { readonly kind: 'quote' }
  /** `width` is how far the item's text stands to the right of where its parent's begins; `indent` the marker's part. */
  | { readonly kind: 'item'; readonly marker: string; readonly indent: number; readonly width: number }

export type Leaf =
  | { readonly kind: 'none' }
  /** A paragraph or a heading; `heading` is its marks with a space, or empty. */
  | { readonly kind: 'text'; readonly heading: string }
  /** Indented code. */
  | { readonly kind: 'raw' }
  | { readonly kind: 'fence'; readonly indent: number; readonly mark: string; readonly info: string }
  | { readonly kind: 'table'; readonly header: string; readonly delimiter: string; readonly columns: number }

export interface BlockState {
  readonly containers: readonly Container[]
  readonly leaf: Leaf
}

export const START: BlockState = { containers: [], leaf: { kind: 'none' } }

export type Role =
  | 'blank'
  | 'text'
  | 'raw'
  | 'rule'
  | 'fence open'
  | 'fence line'
  | 'fence close'
  | 'table header'
  | 'table delimiter'
  | 'table row'

export interface Line {
  readonly start: number
  /** Where its own text begins, behind quote signs, list markers and indentation. */
  readonly content: number
  /** Where its text ends, before the line break. */
  readonly end: number
  /** Where the next line begins. Equal to `end` when the text stops here without a line break. */
  readonly next: number
  readonly role: Role
  /** How many of the containers open before it go on in it. */
  readonly matched: number
  /** Lines of one paragraph share the number. */
  readonly block: number
  /** After it. */
  readonly state: BlockState
}

/** Deeper than anybody reads; what is deeper counts as text. */
const DEEPEST = 12
/** A longer mark is no fence that anybody meant, and could not be repeated at every cut. */
const LONGEST_MARK = 16

const NONE: Leaf = { kind: 'none' }
const PARAGRAPH: Leaf = { kind: 'text', heading: '' }

const FENCE = /(`{3,})([^`]*)$|(~{3,})(.*)$/y
const ITEM = /([-+*]|\d{1,9}[.)])(?:([ \t]+)|$)/y
const RULE = /(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/y
const HEADING = /(#{1,6})(?:[ \t]|$)/y
const DELIMITER = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/

/** Something that a line can begin with and that would make it more than text. */
export const opensBlock = (text: string): boolean =>
  /^[ \t]*(?:[-+*](?:\s|$)|#{1,6}(?:\s|$)|>|`{3}|~{3}|\||\d{1,9}[.)](?:\s|$)|[-=]+[ \t]*(?:\n|$))/.test(text)

/**
 * The lines of `text`, in a state that an earlier text left.
 *
 * @param midLine the text goes on within a line: its first line is what the state says it is.
 */
export function linesOf(text: string, before: BlockState = START, midLine = false): readonly Line[] {
  const lines: Line[] = []
  let state = before
  let block = 0
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const next = newline < 0 ? text.length : newline + 1
    const end = newline < 0 ? text.length : newline
    const previous = lines.at(-1)
    if (end === start && state.containers.length === 0 && state.leaf.kind !== 'fence') {
      block += 1
      if (state.leaf.kind !== 'none') state = START
      lines.push({ start, content: start, end, next, role: 'blank', matched: 0, block, state })
      start = next
      continue
    }
    const line =
      midLine && previous === undefined
        ? {
            content: start,
            role: roleWithin(state.leaf),
            matched: state.containers.length,
            state,
            joins: false,
          }
        : read(text.slice(start, end), start, state, previous, text)
    if (!line.joins) block += 1
    if (line.role === 'table delimiter' && previous) {
      lines[lines.length - 1] = { ...previous, role: 'table header', block }
      block += 1
    }
    const { content, role, matched } = line
    state = newline >= 0 && isHeading(line.state.leaf) ? { ...line.state, leaf: NONE } : line.state
    lines.push({ start, content, end, next, role, matched, block, state })
    start = next
  }
  return lines
}

const isHeading = (leaf: Leaf): boolean => leaf.kind === 'text' && leaf.heading !== ''

function roleWithin(leaf: Leaf): Role {
  switch (leaf.kind) {
    case 'none':
    case 'text':
      return 'text'
    case 'raw':
      return 'raw'
    case 'fence':
      return 'fence line'
    case 'table':
      return 'table row'
  }
}

interface Read extends Pick<Line, 'content' | 'role' | 'matched' | 'state'> {
  /** It goes on with the paragraph of the line before. */
  readonly joins: boolean
}

function read(
  line: string,
  start: number,
  before: BlockState,
  previous: Line | undefined,
  text: string,
): Read {
  let at = 0
  let matched = 0
  for (const container of before.containers) {
    const after = continued(line, at, container, line.slice(at).trim() === '')
    if (after === undefined) break
    at = after
    matched += 1
  }
  const { leaf } = before
  const open = before.containers.slice(matched)
  if (leaf.kind === 'fence' && !open.some(({ kind }) => kind === 'quote'))
    return { content: start + at, matched, joins: false, ...fenceLine(line.slice(at), before, leaf) }

  const isLazy = open.length > 0 && leaf.kind === 'text'
  let containers = before.containers.slice(0, matched)
  // Another liberty: inside an item, a list may begin with any number.
  let interrupts = leaf.kind === 'text' && before.containers.length === 0
  const opened = containers.length
  while (containers.length < DEEPEST) {
    const container = opening(line, at, interrupts)
    if (container === undefined) break
    at = container.after
    containers = [...containers, container.container]
    interrupts = false
  }
  const isNew = containers.length > opened
  const content = start + at + indentAt(line, at)
  const rest = line.slice(at)
  if (rest.trim() === '') {
    return { content, role: 'blank', matched, joins: false, state: { containers, leaf: NONE } }
  }
  const leafBefore = isNew || (open.length > 0 && !isLazy) ? NONE : leaf
  const found = leafOf(rest, leafBefore, isLazy && !isNew)
  if (found !== undefined)
    return { content, matched, joins: false, role: found.role, state: { containers, leaf: found.leaf } }

  const trimmed = rest.trim()
  if (leafBefore.kind === 'text' && !isLazy && previous?.role === 'text' && DELIMITER.test(trimmed)) {
    const header = text.slice(previous.content, previous.end).trim()
    const columns = cellsOf(trimmed).length
    if (header.includes('|') && columns === cellsOf(header).length) {
      const table: Leaf = { kind: 'table', header, delimiter: trimmed, columns }
      return { content, matched, joins: false, role: 'table delimiter', state: { containers, leaf: table } }
    }
  }
  if (leafBefore.kind === 'table' && open.length === 0)
    return { content, matched, joins: false, role: 'table row', state: { containers, leaf: leafBefore } }
  const joins = leafBefore.kind === 'text'
  if (isLazy && !isNew) return { content, matched, role: 'text', joins, state: before }
  return { content, matched, role: 'text', joins, state: { containers, leaf: PARAGRAPH } }
}

/** Columns of white space at `at`; a tab counts as four. */
function indentAt(line: string, at: number): number {
  let end = at
  while (line[end] === ' ' || line[end] === '\t') end += 1
  return end - at
}

const columnsAt = (line: string, at: number): number =>
  line.slice(at, at + indentAt(line, at)).replaceAll('\t', '    ').length

/** Where the line goes on inside the container; undefined when it has left it. */
function continued(line: string, at: number, container: Container, blank: boolean): number | undefined {
  if (container.kind === 'quote') {
    const sign = at + indentAt(line, at)
    if (line[sign] !== '>' || columnsAt(line, at) > 3) return undefined
    return line[sign + 1] === ' ' ? sign + 2 : sign + 1
  }
  if (blank) return at
  if (columnsAt(line, at) < container.width) return undefined
  let after = at
  for (let columns = 0; columns < container.width; after += 1) columns += line[after] === '\t' ? 4 : 1
  return after
}

function opening(
  line: string,
  at: number,
  interrupts: boolean,
): { container: Container; after: number } | undefined {
  const indent = columnsAt(line, at)
  if (indent > 3) return undefined
  const sign = at + indentAt(line, at)
  if (line[sign] === '>')
    return { container: { kind: 'quote' }, after: line[sign + 1] === ' ' ? sign + 2 : sign + 1 }
  RULE.lastIndex = sign
  if (RULE.test(line)) return undefined
  ITEM.lastIndex = sign
  const [, marker, space = ''] = ITEM.exec(line) ?? []
  if (marker === undefined) return undefined
  const isEmpty = line.length === sign + marker.length + space.length
  // "The year was\n1999. It rained" is one paragraph.
  if (interrupts && (isEmpty || (marker.length > 1 && !/^1[.)]/.test(marker)))) return undefined
  const gap = isEmpty || space.replaceAll('\t', '    ').length > 4 ? 1 : space.length
  const container: Container = { kind: 'item', marker, indent, width: indent + marker.length + gap }
  return { container, after: Math.min(line.length, sign + marker.length + gap) }
}

function fenceLine(
  rest: string,
  before: BlockState,
  fence: Leaf & { kind: 'fence' },
): Pick<Read, 'role' | 'state'> {
  const trimmed = rest.trim()
  const closes =
    columnsAt(rest, 0) <= 3 &&
    trimmed.length >= fence.mark.length &&
    trimmed === (fence.mark[0] ?? '').repeat(trimmed.length)
  return closes
    ? { role: 'fence close', state: { ...before, leaf: NONE } }
    : { role: 'fence line', state: before }
}

function leafOf(rest: string, before: Leaf, lazy: boolean): { role: Role; leaf: Leaf } | undefined {
  const indent = columnsAt(rest, 0)
  if (indent > 3) return before.kind === 'text' || lazy ? undefined : { role: 'raw', leaf: { kind: 'raw' } }
  const sign = indentAt(rest, 0)
  FENCE.lastIndex = sign
  const [, ticks, afterTicks, tildes, afterTildes] = FENCE.exec(rest) ?? []
  const mark = ticks ?? tildes
  if (mark !== undefined && mark.length <= LONGEST_MARK)
    return {
      role: 'fence open',
      leaf: { kind: 'fence', indent, mark, info: (afterTicks ?? afterTildes ?? '').trim() },
    }
  HEADING.lastIndex = sign
  const [, marks] = HEADING.exec(rest) ?? []
  if (marks !== undefined) return { role: 'text', leaf: { kind: 'text', heading: `${marks} ` } }
  RULE.lastIndex = sign
  // Under a paragraph, `---` makes it a heading; either way, the line is no text and ends what was before it.
  if (RULE.test(rest) || (before.kind === 'text' && /^[ ]*(?:=+|-+)[ \t]*$/.test(rest) && !lazy))
    return { role: 'rule', leaf: NONE }
  return undefined
}

/** The cells of a table row, as they are written: markup and escapes untouched. */
export function cellsOf(row: string): readonly string[] {
  const inner = row.trim().replace(/^\|/, '')
  const cells: string[] = []
  let cell = ''
  for (let at = 0; at < inner.length; at += 1) {
    const char = inner[at] ?? ''
    if (char === '\\' && at + 1 < inner.length) {
      cell += char + inner[at + 1]
      at += 1
    } else if (char === '|') {
      cells.push(cell.trim())
      cell = ''
    } else cell += char
  }
  return cell.trim() === '' && cells.length > 0 ? cells : [...cells, cell.trim()]
}
