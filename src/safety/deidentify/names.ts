import { type KnownPerson, matches, type Rule } from './span.ts'

/** Shorter parts of a name are words, initials and particles more often than a person. */
const SHORTEST_PART = 3
/** Scripts that put no blanks between words: a name may stand right beside another word. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u
const IN_A_WORD = '[\\p{L}\\p{N}\\p{M}_]'

/**
 * Names of those who speak: the whole name in any case, its parts as names are written, and ids exactly. A part that
 * two people share goes by the first of them. One pass over the text, however many people there are.
 */
export function nameRule(people: readonly KnownPerson[]): Rule {
  const whole = new Map<string, string>()
  const parts = new Map<string, string>()
  for (const { id, name } of people) {
    const key = `id:${id}`
    for (const each of [name.trim(), id]) if (each !== '') setOnce(whole, each.toLowerCase(), key)
    const words = name
      .split(/[\s._,()|/-]+/)
      .filter((word) => word.length >= SHORTEST_PART && /\p{L}/u.test(word))
    if (words.length > 1) for (const word of words) setOnce(parts, capitalised(word), key)
  }
  const inAnyCase = patternOf([...whole.keys()], 'giu')
  const asWritten = patternOf([...parts.keys()], 'gu')
  return (text) => [
    ...found(text, inAnyCase, (name) => whole.get(name.toLowerCase())),
    ...found(text, asWritten, (name) => parts.get(name)),
  ]
}

function found(text: string, pattern: RegExp | undefined, keyOf: (name: string) => string | undefined) {
  if (pattern === undefined) return []
  return [...matches(text, pattern)].flatMap(({ index: start, end, 0: name }) => {
    const key = keyOf(name)
    return key === undefined ? [] : [{ start, end, kind: 'USER' as const, key }]
  })
}

function patternOf(names: readonly string[], flags: string): RegExp | undefined {
  if (names.length === 0) return undefined
  const longestFirst = names.toSorted((a, b) => b.length - a.length)
  return new RegExp(longestFirst.map(bounded).join('|'), flags)
}

/** Not within a longer word, unless its script has no such thing. A genitive's `s` may follow. */
function bounded(name: string): string {
  const before = UNSPACED.test(name.at(0) ?? '') ? '' : `(?<!${IN_A_WORD})`
  const after = UNSPACED.test(name.at(-1) ?? '') ? '' : `(?!(?!s(?!${IN_A_WORD}))${IN_A_WORD})`
  return `${before}${escaped(name)}${after}`
}

const escaped = (name: string): string => name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

const capitalised = (word: string): string => {
  const [first = '', ...rest] = word
  return `${first.toUpperCase()}${rest.join('')}`
}

const setOnce = (map: Map<string, string>, name: string, key: string): void => {
  if (!map.has(name)) map.set(name, key)
}
