/**
 * Makes a reply that is still being written look whole. Rules D2, D4. Pure.
 *
 * What can be closed is closed: bold, code, a fence. What cannot be shown yet is held back: half a link's address, half
 * a tag, the first line of what may become a table. Only the last paragraph can be half open, so only that is read.
 *
 * The library made for this, `remend`, counts marks over the whole text: it closes `_` and `**` in the wrong order,
 * leaves fences open, and changes complete text. What is open here is what the splitter takes for open.
 */
import { closing, type Opening } from '../split-open.ts'
import { inlineOf } from './inline.ts'
import { type Line, linesOf } from './lines.ts'

/**
 * The last part of a reply while more is to come: as a reader should see it now. Text in which nothing is open comes
 * back as it is. What is held back here comes with a later text, or with the last: do not use it on a finished reply.
 *
 * @example heal('see **this [page](https://exa') // 'see **this page**'
 */
export function heal(markdown: string): string {
  const lines = linesOf(markdown)
  const last = lines.at(-1)
  if (last === undefined) return markdown
  const { leaf } = last.state
  if (leaf.kind === 'fence') return healedFence(markdown, last)
  const kept = heldBack(markdown, lines)
  if (kept < markdown.length) return kept === 0 ? '' : heal(markdown.slice(0, kept).trimEnd())
  const isText = last.role === 'text' || last.role === 'table row'
  if (!isText || (last.next > last.end && (leaf.kind !== 'text' || last.role !== 'text'))) return markdown
  const healed = healedParagraph(markdown, lines.slice(lines.findIndex(({ block }) => block === last.block)))
  const inRow = last.role === 'table row' && /^\|/.test(markdown.slice(last.content, last.end))
  return inRow && !/\|\s*$/.test(healed) ? `${healed.trimEnd()} |` : healed
}

/** A reply's last part when it is finished: only a fence that the model left open is closed. Nothing is held back. */
export function closed(markdown: string): string {
  const last = linesOf(markdown).at(-1)
  return last === undefined ? markdown : markdown + closing(markdown, openingAt(last))
}

const openingAt = ({ state }: Line): Opening => ({
  state,
  shown: 0,
  midLine: false,
  marks: [],
  open: [],
  cells: 0,
})

function healedFence(markdown: string, last: Line): string {
  // Without a line of code there is nothing to show yet.
  if (last.role === 'fence open') return heal(markdown.slice(0, last.start).trimEnd())
  const fence = last.state.leaf
  const rest = markdown.slice(last.content, last.end).trim()
  const mark = fence.kind === 'fence' ? fence.mark : ''
  const mayClose = last.next === last.end && rest !== '' && rest.length < mark.length && mark.startsWith(rest)
  const shown = mayClose ? markdown.slice(0, last.start) : markdown
  return shown + closing(shown, openingAt(last))
}

/** @returns how much of the text can be shown: a line that is only a marker yet says nothing. */
function heldBack(markdown: string, lines: readonly Line[]): number {
  const last = lines.at(-1)
  const before = lines.at(-2)
  if (last === undefined) return 0
  const rest = markdown.slice(last.content, last.end).trim()
  const isPartial = last.next === last.end
  if (isPartial) {
    const whole = markdown.slice(last.start, last.end)
    if (last.role === 'blank' && whole.trim() !== '') return last.start
    if (last.role === 'text' && /^(?:#{1,6}|[-+*]|\d{1,9}[.)])$/.test(rest)) return last.start
    if (last.role === 'rule' && before?.role === 'text' && /^(?:=|-|--)$/.test(rest)) return last.start
  }
  if (last.role === 'text' && last.state.leaf.kind === 'text') {
    if (rest.startsWith('|')) {
      const above = before?.block === last.block ? markdown.slice(before.content, before.end) : ''
      const mayDelimit = /^[\s|:-]+$/.test(rest) && above.trimStart().startsWith('|')
      return mayDelimit && before ? before.start : last.start
    }
    if (before?.block === last.block && /^[\s|:-]+$/.test(rest)) {
      const above = markdown.slice(before.content, before.end).trimStart()
      if (above.startsWith('|')) return before.start
    }
  }
  return markdown.length
}

function healedParagraph(markdown: string, lines: readonly Line[]): string {
  if (endsWhole(markdown, lines)) return markdown
  // Marks at the very end may still be growing; those that close something come back. A backslash there would make
  // text of them.
  const whole = endsEscaping(markdown) ? markdown.slice(0, -1) : markdown
  const settled = withoutLastMarks(whole)
  const spans = spansOf(lines, settled.length)
  const body = bodyOf(settled, spans)
  let showing = showable(body)
  // What is held back may have hidden that something before it is half open too.
  for (let size = body.length; showing.kept < size; ) {
    size = showing.kept
    showing = showable(body.slice(0, size))
  }
  const { kept, hidden, close } = showing
  if (close === '' && kept === body.length && hidden.length === 0 && settled === whole) return markdown
  const inText = (position: number): number => {
    let before = 0
    for (const { from, to } of spans) {
      if (position <= before + to - from) return from + position - before
      before += to - from
    }
    return settled.length
  }
  let shown = kept === body.length ? settled : settled.slice(0, inText(kept))
  for (const position of hidden.toReversed()) {
    const at = inText(position + 1) - 1
    shown = shown.slice(0, at) + shown.slice(at + 1)
  }
  if (close === '') return heal(shown.trimEnd())
  // Right behind a backtick, the mark that closes code would be another one.
  const text = close.startsWith('`') && shown.trimEnd().endsWith('`') ? shown : shown.trimEnd()
  return text + close + shown.slice(text.length)
}

interface Span {
  readonly from: number
  readonly to: number
}

const spansOf = (lines: readonly Line[], end: number): readonly Span[] =>
  lines.map(({ content, next }) => ({ from: content, to: Math.max(content, Math.min(next, end)) }))

const bodyOf = (text: string, spans: readonly Span[]): string =>
  spans.map(({ from, to }) => text.slice(from, to)).join('')

/** The paragraph ends with a mark that closes the last thing that was open. */
function endsWhole(markdown: string, lines: readonly Line[]): boolean {
  const body = bodyOf(markdown, spansOf(lines, markdown.length))
  const { atoms, emphasis } = inlineOf(body, [], false)
  const isEndless = ({ end }: { end: number }) => end === Number.POSITIVE_INFINITY
  if (atoms.some(isEndless) || emphasis.some(({ to }) => isEndless({ end: to }))) return false
  return (
    emphasis.some(({ to, mark }) => to + mark.length === body.length) ||
    atoms.some(({ kind, end }) => kind === 'code' && end === body.length)
  )
}

interface Showable {
  /** How much of the paragraph can be shown. */
  readonly kept: number
  /** Single characters that cannot. */
  readonly hidden: readonly number[]
  /** What closes the rest. */
  readonly close: string
}

function showable(body: string): Showable {
  const { atoms, emphasis } = inlineOf(body, [], false)
  const endless = atoms.filter(({ end }) => end === Number.POSITIVE_INFINITY)
  const hidden: number[] = []
  let kept = body.length
  let code = ''
  for (const atom of endless) {
    if (atom.start >= kept) break
    // `[x]` may be all there is.
    if (atom.label === body.length - 1) continue
    if (atom.kind === 'code') code = atom.mark
    if (atom.kind === 'link' && body[atom.start] === '[') {
      hidden.push(atom.start)
      kept = Math.min(kept, atom.label ?? kept)
    } else if (atom.kind === 'link' || atom.kind === 'tag') kept = Math.min(kept, atom.start)
    else if (body.slice(atom.start + atom.mark.length, kept).trim() === '') {
      kept = Math.min(kept, atom.start)
      code = ''
    }
  }
  const open = emphasis
    .filter(({ start, to }) => to === Number.POSITIVE_INFINITY && start < kept)
    .toSorted((one, other) => one.start - other.start)
  for (let inner = open.at(-1); inner !== undefined; inner = open.at(-1)) {
    const { from } = inner
    const inside = body.slice(from, kept)
    const isShown = (char: string, index: number) => !/\s/.test(char) && !hidden.includes(from + index)
    if (code !== '' || inside.split('').some(isShown)) break
    kept = inner.start
    open.pop()
  }
  const close =
    code +
    open
      .map(({ mark }) => mark)
      .toReversed()
      .join('')
  return { kept, hidden: hidden.filter((at) => at < kept), close }
}

function withoutLastMarks(text: string): string {
  const [run = ''] = /([*_~`])\1*$/.exec(text) ?? []
  const before = text.slice(0, text.length - run.length)
  return endsEscaping(before) ? text : before
}

const endsEscaping = (text: string): boolean => /(?<!\\)(?:\\\\)*\\$/.test(text)
