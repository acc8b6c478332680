/**
 * A long reply in several fields of a form, and back: what nobody changes comes back as it was. Pure.
 *
 * What stands between two fields is kept in the second one's `custom_id`, because Discord may trim the fields.
 */
import type { FieldValue } from './heard.ts'

/** With what a field is filled at most: a quarter is left for what people add. */
const FILLED = 3_000
/** A form has five parts, and one is the text above. */
const MOST_FIELDS = 4
/** A cut further forward would leave fields half empty. */
const SHORTEST = FILLED / 2
/** What stands between two fields and fits into a `custom_id`, escaped. Longer gaps are part of the field before. */
const LONGEST_SEAM = 20
/** A last field that is fuller than this is followed by an empty one. */
const ROOMY = 2_000

export interface FilledField {
  readonly customId: string
  readonly filled: string
}

/** @returns undefined when the text is longer than a form holds. */
export function fieldsFor(text: string): readonly FilledField[] | undefined {
  const fields: FilledField[] = []
  let rest = text
  let seam = ''
  while (rest.length > FILLED) {
    const cut = cutOf(rest)
    fields.push({ customId: idOf(fields.length, seam), filled: rest.slice(0, cut.at) })
    seam = cut.seam
    rest = rest.slice(cut.at + seam.length)
    if (fields.length === MOST_FIELDS) return undefined
  }
  fields.push({ customId: idOf(fields.length, seam), filled: rest })
  if (rest.length > ROOMY && fields.length < MOST_FIELDS)
    fields.push({ customId: idOf(fields.length, PARAGRAPH), filled: '' })
  return fields
}

/** A field that somebody emptied takes what stood before it along. */
export function joinedFields(fields: ReadonlyMap<string, FieldValue>): string {
  let joined = ''
  for (let nth = 0; nth < MOST_FIELDS; nth += 1) {
    const found = [...fields].find(([id]) => id.startsWith(`${nth}:`))
    const [id = '', value] = found ?? []
    if (typeof value !== 'string' || value.trim() === '') continue
    joined += (joined === '' ? '' : seamOf(id)) + value
  }
  return joined
}

const PARAGRAPH = '\n\n'

const idOf = (nth: number, seam: string): string => `${nth}:${encodeURIComponent(seam)}`
const seamOf = (id: string): string => decodeURIComponent(id.slice(id.indexOf(':') + 1))

/** Between paragraphs, else between lines, else between words, else anywhere but inside of a character. */
function cutOf(text: string): { readonly at: number; readonly seam: string } {
  const head = text.slice(0, FILLED)
  for (const gap of [/\n\s*\n\s*/g, /\s*\n\s*/g, /\s+/g]) {
    const found = [...head.matchAll(gap)].findLast(
      ({ index, 0: seam }) =>
        index >= SHORTEST && seam.length <= LONGEST_SEAM && index + seam.length < FILLED,
    )
    if (found !== undefined) return { at: found.index, seam: found[0] }
  }
  return { at: LEADING_SURROGATE.test(head) ? FILLED - 1 : FILLED, seam: '' }
}

const LEADING_SURROGATE = /[\ud800-\udbff]$/
