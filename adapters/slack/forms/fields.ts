/**
 * A long text in several fields, and back: what nobody changes comes back as it was, to the letter. Pure.
 *
 * A field of Slack's holds 3,000 characters. It is filled with fewer, so that there is room to write.
 */

/** Characters with which a field is filled. */
const FILLED = 2_500
/** More than these are no form that anybody would read through. */
const MOST_FIELDS = 8
/** White space between two fields, which Slack might trim, is kept beside them up to this length. */
const LONGEST_SEAM = 40
/** A cut further forward than this would leave fields half empty. */
const SHORTEST = FILLED / 2

export interface Fields {
  readonly texts: readonly string[]
  /** What stands between two of them; one fewer. */
  readonly seams: readonly string[]
}

/** @returns undefined when the text is too long for a form. */
export function cutIntoFields(text: string): Fields | undefined {
  const texts: string[] = []
  const seams: string[] = []
  let rest = text
  while (rest.length > FILLED) {
    if (texts.length === MOST_FIELDS - 1) return undefined
    const { at, seam } = cutOf(rest)
    texts.push(rest.slice(0, at))
    seams.push(seam)
    rest = rest.slice(at + seam.length)
  }
  return { texts: [...texts, rest], seams }
}

/** @param seams as `cutIntoFields` gave them; behind a text that has none begins another paragraph. */
export function joinFields(texts: readonly string[], seams: readonly string[]): string {
  let joined = ''
  let seam = ''
  for (const [at, text] of texts.entries()) {
    // A field that somebody emptied takes what stood before it along.
    if (text.trim() !== '') joined += (joined === '' ? '' : seam) + text
    if (text.trim() !== '' || joined === '') seam = seams[at] ?? '\n\n'
  }
  return joined
}

/** At the end of a paragraph, else of a line, else of a word, else between two characters. */
function cutOf(text: string): { readonly at: number; readonly seam: string } {
  for (const pattern of [/\n[^\S\n]*\n\s*/g, /\s*\n\s*/g, /\s+/g]) {
    const last = [...text.slice(0, FILLED).matchAll(pattern)]
      .filter(({ 0: seam, index }) => index >= SHORTEST && seam.length <= LONGEST_SEAM)
      // A run that the window ends in may go on.
      .filter(({ 0: seam, index }) => index + seam.length < FILLED)
      .at(-1)
    if (last !== undefined) return { at: last.index, seam: last[0] }
  }
  return { at: isHighSurrogate(text, FILLED - 1) ? FILLED - 1 : FILLED, seam: '' }
}

const isHighSurrogate = (text: string, at: number): boolean => /[\uD800-\uDBFF]/.test(text.charAt(at))
