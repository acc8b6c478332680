/** What is said again behind a cut, so that both sides of it read as the whole did. Pure. */
import type { BlockState, Container } from './markdown/lines.ts'
import { sizeOf } from './split-size.ts'
import type { PartLimit } from './surface.ts'

/** How the text stands where it is cut. */
export interface Opening {
  readonly state: BlockState
  /** How many of the containers the text behind the cut goes on in. */
  readonly shown: number
  /** The cut is within a line. */
  readonly midLine: boolean
  /** Emphasis and code that is begun again, outermost first. */
  readonly marks: readonly string[]
  /** What is closed before the cut: these, and marks that nothing will ever close. Outermost first. */
  readonly open: readonly string[]
  /** Of the table row that is cut: how many cells lie before it. */
  readonly cells: number
}

/** What was repeated may take this share of a part; beyond it, the plainest form does. */
const REPEATED_SHARE = 1 / 2
/** The first word of a fence's info is its language; more is rarely worth the room. */
const LONGEST_INFO = 24
/** Says that an item goes on. */
const GOES_ON = '…'

/** @returns what is put before the text behind the cut. */
export function reopened(opening: Opening, limit: PartLimit): string {
  const quotes = opening.state.containers.filter(({ kind }) => kind === 'quote')
  const plain = { ...opening, shown: quotes.length, state: { ...opening.state, containers: quotes } }
  const room = limit.size * REPEATED_SHARE
  for (const candidate of [opening, plain]) {
    const text = textOf(candidate)
    if (sizeOf(text, limit) <= room) return text
  }
  return ''
}

function textOf({ state, shown, midLine, cells }: Opening): string {
  const { leaf } = state
  const { lines, prefix } = containersAgain(state.containers.slice(0, shown))
  const above = lines.map((line) => `${line}\n`).join('')
  switch (leaf.kind) {
    case 'none':
      return above
    case 'raw':
      return midLine ? `${above}${prefix}    ` : above
    case 'text': {
      if (!midLine) return above
      const isItem = state.containers.slice(0, shown).at(-1)?.kind === 'item'
      return isItem ? `${above.slice(0, -1)} ${leaf.heading}` : `${above}${prefix}${leaf.heading}`
    }
    case 'fence': {
      const fence = `${prefix}${' '.repeat(leaf.indent)}${leaf.mark}${infoOf(leaf.info)}`
      return `${above}${fence}\n${midLine ? prefix : ''}`
    }
    case 'table': {
      const head = `${prefix}${leaf.header}\n${prefix}${leaf.delimiter}\n`
      return `${above}${head}${midLine ? `${prefix}|${' |'.repeat(cells)} ` : ''}`
    }
  }
}

/** Items are begun again with a sign that they go on, a line each; quotes are signs before a line. */
function containersAgain(containers: readonly Container[]): { lines: readonly string[]; prefix: string } {
  const lines: string[] = []
  let prefix = ''
  for (const container of containers) {
    if (container.kind === 'quote') prefix += '> '
    else {
      lines.push(`${prefix}${' '.repeat(container.indent)}${container.marker} ${GOES_ON}`)
      prefix += ' '.repeat(container.width)
    }
  }
  return { lines, prefix }
}

const infoOf = (info: string): string =>
  info.length <= LONGEST_INFO ? info : (/^\S{1,24}(?!\S)/.exec(info)?.[0] ?? '')

/** @returns what is put behind `slice`, the text before the cut, so that nothing stays open. */
export function closing(slice: string, { state, midLine }: Opening): string {
  const { leaf } = state
  switch (leaf.kind) {
    case 'none':
    case 'raw':
    case 'text':
      return ''
    case 'fence': {
      const { prefix } = containersAgain(state.containers)
      return `${slice.endsWith('\n') ? '' : '\n'}${prefix}${' '.repeat(leaf.indent)}${leaf.mark}`
    }
    case 'table':
      return midLine && !/\|\s*$/.test(slice) ? ' |' : ''
  }
}
