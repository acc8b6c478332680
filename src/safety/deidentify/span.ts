/** What a placeholder says it stands for. */
export const KINDS = [
  'USER',
  'CHANNEL',
  'WORKSPACE',
  'ROLE',
  'APP',
  'FILE',
  'EMOJI',
  'COMMAND',
  'MESSAGE',
  'ID',
  'EMAIL',
  'PHONE',
  'IP',
  'CREDENTIALS',
  'QUERY',
  'LINK',
  'CARD',
  'IBAN',
  'SSN',
  'SECRET',
] as const
export type Kind = (typeof KINDS)[number]

/** Something in a text that names somebody or opens something: `[start, end)` in UTF-16 code units. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly kind: Kind
  /** The same for every way to write the same thing. */
  readonly key: string
}

/** Somebody who speaks in the conversation. */
export interface KnownPerson {
  /** The platform's id. */
  readonly id: string
  /** Display name. */
  readonly name: string
}

/** Finds what it knows, in any order. Its time grows with the text's length and with nothing else. */
export type Rule = (text: string) => readonly Span[]

/** Those of `found` that overlap none of `taken`, and `taken`, in order. */
export function claim(taken: readonly Span[], found: readonly Span[]): readonly Span[] {
  if (found.length === 0) return taken
  const all: Span[] = []
  let next = 0
  for (const span of found.toSorted((a, b) => a.start - b.start)) {
    for (let before = taken[next]; before !== undefined && before.end <= span.start; before = taken[next]) {
      all.push(before)
      next += 1
    }
    const after = taken[next]
    const isFree = (after === undefined || span.end <= after.start) && span.start >= (all.at(-1)?.end ?? 0)
    if (isFree) all.push(span)
  }
  return [...all, ...taken.slice(next)]
}

/** Every match of a pattern whose parts are all bounded in length: then its time is linear. */
export function* matches(
  text: string,
  pattern: RegExp,
): Generator<RegExpExecArray & { readonly end: number }> {
  for (const match of text.matchAll(pattern))
    yield Object.assign(match, { end: match.index + match[0].length })
}
