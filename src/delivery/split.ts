import type { PartLimit } from './surface.ts'

/** Room that a closed and reopened fence takes at a cut, in either unit. */
const FENCE_ROOM = 64
/** Nobody needs more; a longer one would not fit into the room and is left as it is. */
const LONGEST_MARK = FENCE_ROOM / 2
/** A cut at a nicer place may leave at most this share of a part empty. */
const NICE_SHARE = 0.5

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/**
 * Cut Markdown into parts that each fit the platform (rules D1, D2).
 *
 * Cuts prefer a blank line, then a line, then a space, and never fall inside a grapheme; a code fence is closed at a
 * cut and opened again after it, with its language. While a text grows, cuts already made stay where they are.
 *
 * @returns at least one part; a single empty one for empty text.
 */
export function split(text: string, limit: PartLimit): readonly string[] {
  const parts: string[] = []
  let rest = text
  let reopened = ''
  while (sizeOf(reopened + rest, limit) > limit.size) {
    const room = limit.size - sizeOf(reopened, limit) - FENCE_ROOM
    const cut = cutPoint(rest, prefixLength(rest, { unit: limit.unit, size: room }))
    const part = reopened + rest.slice(0, cut)
    const fence = openFence(part)
    parts.push(fence === undefined ? part : `${part}${part.endsWith('\n') ? '' : '\n'}${fence.mark}`)
    reopened = fence === undefined ? '' : `${fence.mark}${fence.language}\n`
    rest = rest.slice(cut)
  }
  parts.push(reopened + rest)
  return parts
}

/** In the platform's own unit. */
export function sizeOf(text: string, { unit }: Pick<PartLimit, 'unit'>): number {
  switch (unit) {
    case 'utf16':
      return text.length
    case 'utf8':
      return Buffer.byteLength(text)
  }
}

/** Code units of the longest prefix that fits and ends between two graphemes. */
function prefixLength(text: string, limit: PartLimit): number {
  let size = 0
  let length = 0
  // A grapheme may be longer than a part can be; then it has to be cut, between two code points.
  for (const { segment } of graphemes.segment(text.slice(0, limit.size + 1))) {
    size += sizeOf(segment, limit)
    if (size > limit.size) break
    length += segment.length
  }
  return length > 0 ? length : codePoints(text, limit)
}

function codePoints(text: string, limit: PartLimit): number {
  let size = 0
  let length = 0
  for (const point of text) {
    size += sizeOf(point, limit)
    if (size > limit.size) break
    length += point.length
  }
  return length
}

/** The nicest place to cut at or before `most`. Looks only at text before it, so growth never moves a cut. */
function cutPoint(text: string, most: number): number {
  const least = Math.floor(most * NICE_SHARE)
  for (const mark of ['\n\n', '\n', ' ']) {
    const at = text.lastIndexOf(mark, most - mark.length)
    if (at >= least && at > 0) return at + mark.length
  }
  return most
}

interface Fence {
  readonly mark: string
  readonly language: string
}

/** The code fence that is still open at the end of the text. */
function openFence(text: string): Fence | undefined {
  let open: Fence | undefined
  for (const line of text.split('\n')) {
    const match = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line)
    const mark = match?.[1]
    if (match === null || mark === undefined || mark.length > LONGEST_MARK) continue
    const info = match[2] ?? ''
    if (open === undefined) open = { mark, language: info.trim().slice(0, FENCE_ROOM / 4) }
    else if (mark.startsWith(open.mark) && info.trim() === '') open = undefined
  }
  return open
}
