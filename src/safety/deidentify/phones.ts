/** Telephone numbers: by a `+`, by the form of a country, or by a word before them that says what they are. */
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { matches, type Rule, type Span } from './span.ts'

/** Digits as people group them. Neither part of a word nor of a larger number; Chinese needs no blank before it. */
const CANDIDATE =
  /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}_@#$-]|\d[.:/,])(?:\+|00(?=[1-9]))?\(?\d{1,15}(?:[-‐‑–./ ()\u00A0\u202F]{1,4}\d{1,15}){0,7}\)?(?![\p{L}\p{N}_])/gu

const FEWEST_DIGITS = 7
const MOST_DIGITS = 15

/** Countries whose numbers begin with 0 at home and are told from other numbers by the library. */
const WITH_ZERO: readonly CountryCode[] = ['GB', 'DE', 'FR', 'JP', 'IT', 'AU', 'KR']
/** A question costs a tenth of a millisecond. In a text of more numbers than this, all that look like one are. */
const MOST_ASKED = 2_000

const NAMED =
  /(?:\b(?:tele?(?:phone|fono|fon)?|tél(?:éphone)?|phone|mobile?|mob|cell(?:ulare|ular)?|fax|handy|móvil|celular|whats ?app|signal|sms|call|ring|text|appel\w*|ruf\w*|llám\w*|number is|numéro)\b|телефон|тел\b|звони\w*|电话|手机|電話|携帯|전화)[^\d\n+(]{0,24}\+?\(?$/iu
const LOOK_BACK = 44

/** `24.12.2026`, `2026-12-24`, `12/24/2026`, and times behind them. */
const DATE = /^(?:\d{1,2}([./-])\d{1,2}\1(?:\d{2}|\d{4})|\d{4}([./-])\d{1,2}\2\d{1,2})(?!\d)/
/** 415-555-2671, (415) 555-2671, 415.555.2671, with or without a 1. */
const NORTH_AMERICAN = /^(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}([ .-]))[2-9]\d{2}[ .-]\d{4}$/
/** An area in brackets: (11) 98765-4321. */
const IN_BRACKETS = /^\(0?\d{1,5}\) ?\d{2,5}[ -]?\d{2,5}(?:[ -]\d{2,5})?$/
/** 138 1234 5678: the mobile numbers of China. */
const CHINESE = /^1[3-9]\d([ -])\d{4}\1\d{4}$/
/** 8 (912) 345-67-89. */
const RUSSIAN = /^8 ?\(?9\d{2}\)?[ -]\d{3}[ -]\d{2}[ -]?\d{2}$/

export const findPhones: Rule = (text) => {
  let asked = 0
  const ask = (number: string, country?: CountryCode): boolean => {
    asked += 1
    if (asked > MOST_ASKED) return true
    const parsed = parsePhoneNumberFromString(number, country)
    // After a plus, its length is enough: made-up numbers in examples are never given out.
    return country === undefined ? (parsed?.isPossible() ?? false) : (parsed?.isValid() ?? false)
  }
  return [...matches(text, CANDIDATE)].flatMap(({ index, 0: found }): Span[] => {
    const candidate = trimmed(found)
    const start = index + found.indexOf(candidate)
    const size = digitsOf(candidate).length
    if (size < FEWEST_DIGITS || DATE.test(candidate)) return []
    const number = phoneIn(candidate, isNamed(text, start), ask)
    if (number === undefined) return []
    return [{ start, end: start + number.length, kind: 'PHONE', key: digitsOf(number) }]
  })
}

/** The candidate, or as many of its first groups as are a number. */
function phoneIn(
  candidate: string,
  named: boolean,
  ask: (number: string, country?: CountryCode) => boolean,
): string | undefined {
  if (/^(?:\+|00[1-9])/.test(candidate)) {
    const international = (number: string) =>
      ask(number.replace(/^00/, '+')) && (number.startsWith('+') || /\D/.test(number.slice(2)))
    return beginnings(candidate).find(
      (number) => digitsOf(number).length > FEWEST_DIGITS && international(number),
    )
  }
  if (named) return beginnings(candidate).find((number) => digitsOf(number).length <= MOST_DIGITS)
  return isNational(candidate, ask) ? candidate : undefined
}

function isNational(number: string, ask: (number: string, country?: CountryCode) => boolean): boolean {
  if (NORTH_AMERICAN.test(number)) return ask(number, 'US')
  if (CHINESE.test(number)) return ask(number, 'CN')
  if (RUSSIAN.test(number)) return ask(number, 'RU')
  const groups = number.match(/\d+/g) ?? []
  if (IN_BRACKETS.test(number) && digitsOf(number).length >= 8) return true
  const isGrouped = groups.length > 1 && groups.every(({ length }) => length > 1)
  const marks = new Set(number.match(/[-‐‑–.]/g) ?? [])
  const isHome = /^0[1-9]/.test(number) && isGrouped && marks.size <= 1 && groups.length <= 5
  const size = digitsOf(number).length
  if (!isHome || size < 9 || size > 13) return false
  return /^07\d{3}[ -]?\d{3}[ -]?\d{3}$/.test(number) || WITH_ZERO.some((country) => ask(number, country))
}

/** The whole, then without its last group, and so on: `+1 415 555 2671 10 times`. */
function beginnings(candidate: string): readonly string[] {
  const ends = [...candidate.matchAll(/\d+\)?/g)].map(({ index, 0: group }) => index + group.length)
  return ends.toReversed().map((end) => candidate.slice(0, end))
}

/** Without a bracket that was opened for something else. */
function trimmed(found: string): string {
  const opens = found.split('(').length
  const closes = found.split(')').length
  if (opens > closes && found.startsWith('(')) return found.slice(1)
  return closes > opens && found.endsWith(')') ? found.slice(0, -1) : found
}

const isNamed = (text: string, start: number): boolean =>
  NAMED.test(text.slice(Math.max(0, start - LOOK_BACK), start))

const digitsOf = (number: string): string => number.replace(/\D/g, '')
