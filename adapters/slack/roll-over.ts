/**
 * Where a part of a reply goes on in a further message, because Slack would not let its message grow (rule D5). Pure.
 *
 * The core cuts by length; these are the cuts that only Slack asks for. A cut once made stays while the part grows, so
 * that what is shown already does not change.
 */
import { type Leaf, linesOf } from '#core/delivery/markdown/lines.ts'

export interface Cut {
  /** The part up to here. Its length is where the cut is; another part that does not begin so was not cut here. */
  readonly before: string
  /** Closes what is open at the cut, in the message before it. */
  readonly closing: string
  /** Opens it again, in the message after it. */
  readonly reopening: string
}

/** What one message shows of a part. */
export interface Piece {
  readonly part: number
  /** Offsets into the part. */
  readonly start: number
  readonly end: number
  readonly text: string
}

/** @param cuts by part, in order. */
export const piecesOf = (
  parts: readonly string[],
  cuts: ReadonlyMap<number, readonly Cut[]>,
): readonly Piece[] => parts.flatMap((text, part) => piecesOfPart(text, part, cuts.get(part) ?? []))

function piecesOfPart(text: string, part: number, cuts: readonly Cut[]): readonly Piece[] {
  const made = cuts.filter(({ before }) => text.startsWith(before))
  const ends = [...made, undefined]
  return ends.map((cut, index) => {
    const previous = made[index - 1]
    const start = previous?.before.length ?? 0
    const end = cut?.before.length ?? text.length
    return {
      part,
      start,
      end,
      text: `${previous?.reopening ?? ''}${text.slice(start, end)}${cut?.closing ?? ''}`,
    }
  })
}

/**
 * The first good place for a cut that takes nothing back of what is shown: between two blocks.
 *
 * @param from what is shown already.
 * @param late no time is left to wait for a good place: any line will do, or any word, or the end.
 * @returns undefined when waiting may bring a better one.
 */
export function cutBehind(text: string, from: number, late: boolean): Cut | undefined {
  const ended = linesOf(text).filter(({ end, next }) => next > end && next >= from)
  const good = ended.find(({ state }) => state.containers.length === 0 && !isOpen(state.leaf))
  if (good !== undefined) return cutAt(text, good.next)
  if (!late) return undefined
  const [line] = ended
  return cutAt(text, line?.next ?? Math.max(from, endOfLastWord(text)))
}

/** A cut near the middle of what is too long for one message; undefined when there is nothing left to cut. */
export function cutWithin(text: string, { start, end }: Piece): Cut | undefined {
  const middle = start + Math.floor((end - start) / 2)
  const lines = linesOf(text.slice(0, middle))
  const line = lines.findLast(({ end, next }) => next > end && next > start)?.next
  const word = endOfLastWord(text.slice(0, middle))
  const at = line ?? (word > start ? word : betweenCharacters(text, middle))
  return at > start && at < end ? cutAt(text, at) : undefined
}

function cutAt(text: string, at: number): Cut {
  const before = text.slice(0, at)
  const leaf = linesOf(before).at(-1)?.state.leaf
  const lineBreak = before.endsWith('\n') ? '' : '\n'
  switch (leaf?.kind) {
    case 'fence':
      return { before, closing: `${lineBreak}${leaf.mark}`, reopening: `${leaf.mark}${leaf.info}\n` }
    case 'table':
      return { before, closing: '', reopening: `${leaf.header}\n${leaf.delimiter}\n` }
    default:
      return { before, closing: '', reopening: '' }
  }
}

const isOpen = ({ kind }: Leaf): boolean => kind === 'fence' || kind === 'table'

/** Behind the last white space; 0 when there is none. */
const endOfLastWord = (text: string): number => /^[\s\S]*\s/.exec(text)?.[0].length ?? 0

/** No surrogate pair is cut in two. */
const betweenCharacters = (text: string, at: number): number =>
  /[\uD800-\uDBFF]/.test(text[at - 1] ?? '') ? at - 1 : at
