/** Cards, bank accounts and social security numbers: each has a checksum or a form that numbers of programs lack. */
import { matches, type Rule, type Span } from './span.ts'

/** A card's digits as people write them: in one piece or in groups with one blank or dash between. */
const GROUPS = /(?<![\p{L}\p{N}_.])\d{1,19}(?:[ \u00A0\u202F\u2009\-‐‑–.]\d{1,19}){0,18}(?![\p{L}\p{N}_])/gu
const FEWEST_DIGITS = 13
const MOST_DIGITS = 19
/** By their first digits: Visa, Mastercard, American Express, Discover, JCB, Diners, UnionPay, Maestro, Mir. */
const BRANDS =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[689]\d)\d{11}|62\d{14,17}|(?:50|5[6-9]|6[0-9])\d{11,17}|220[0-4]\d{12})$/

export const findCards: Rule = (text) => {
  const spans: Span[] = []
  for (const { index, 0: run } of matches(text, GROUPS)) {
    const groups = [...run.matchAll(/\d+/g)].map(({ index: at, 0: digits }) => ({ at, digits }))
    for (let first = 0; first < groups.length; first += 1) {
      const card = cardFrom(groups, first)
      if (card === undefined) continue
      const { at = 0 } = groups[first] ?? {}
      const last = groups[card.last]
      const end = index + (last === undefined ? 0 : last.at + last.digits.length)
      spans.push({ start: index + at, end, kind: 'CARD', key: card.digits })
      first = card.last
    }
  }
  return spans
}

/** Groups from `first` on that together are a card. */
function cardFrom(
  groups: readonly { readonly digits: string }[],
  first: number,
): { readonly digits: string; readonly last: number } | undefined {
  let digits = ''
  for (let last = first; last < groups.length && digits.length < MOST_DIGITS; last += 1) {
    digits += groups[last]?.digits ?? ''
    // One digit at a time is how nobody writes a card, and many a table.
    if (digits.length >= FEWEST_DIGITS && last - first < 6 && BRANDS.test(digits) && luhn(digits))
      return { digits, last }
  }
  return undefined
}

/** The checksum of cards: every second digit from the right is doubled. */
function luhn(digits: string): boolean {
  const sum = [...digits].toReversed().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 0 ? 1 : 2)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}

/** Countries and the length of their IBAN, from the registry of SWIFT. */
const IBAN_LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
    .split(' ')
    .map((each) => [each.slice(0, 2), Number(each.slice(2))]),
)
const IBAN_START = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ \u00A0-]?[A-Za-z0-9])/g
const IBAN_GAP = /[ \u00A0-]/

export const findIbans: Rule = (text) =>
  [...matches(text, IBAN_START)].flatMap(({ index: start, 0: head }): Span[] => {
    const size = IBAN_LENGTHS[head.slice(0, 2).toUpperCase()]
    if (size === undefined) return []
    let iban = ''
    let end = start
    for (; iban.length < size && end < text.length; end += 1) {
      const character = text[end] ?? ''
      if (/[A-Za-z0-9]/.test(character)) iban += character.toUpperCase()
      else if (!IBAN_GAP.test(character) || IBAN_GAP.test(text[end - 1] ?? '')) return []
    }
    const isWhole = iban.length === size && !/[A-Za-z0-9]/.test(text[end] ?? '')
    return isWhole && mod97(iban) === 1 ? [{ start, end, kind: 'IBAN', key: iban }] : []
  })

/** ISO 7064: the first four characters go to the end, letters count from 10. */
function mod97(iban: string): number {
  const moved = `${iban.slice(4)}${iban.slice(0, 4)}`
  return [...moved].reduce((rest, character) => {
    const value = Number.parseInt(character, 36)
    return (rest * (value > 9 ? 100 : 10) + value) % 97
  }, 0)
}

/** Numbers that were never given out begin with 000, 666 or 9, or have a group of zeros. */
const SSN = /(?<![\w.-])(?!000|666|9)\d{3}([-‐‑–])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-]|\.\d)/g
/** Without dashes only where it is said what it is. */
const NAMED_SSN =
  /(?:\bssn\b|social[ -]security(?:[ -](?:number|no\.?|#))?)[^\d\n]{0,20}(?!000|666|9)(\d{3}[ .]?(?!00)\d{2}[ .]?(?!0000)\d{4})(?!\d)/gi

export const findSsns: Rule = (text) => [
  ...[...matches(text, SSN)].map(({ index: start, end, 0: ssn }) => ssnSpan(start, end, ssn)),
  ...[...matches(text, NAMED_SSN)].map(({ end, 1: ssn = '' }) => ssnSpan(end - ssn.length, end, ssn)),
]

const ssnSpan = (start: number, end: number, ssn: string): Span => ({
  ...{ start, end, kind: 'SSN' },
  key: ssn.replace(/\D/g, ''),
})
