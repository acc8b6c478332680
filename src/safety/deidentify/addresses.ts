import { isIPv6 } from 'node:net'
import { matches, type Rule, type Span } from './span.ts'

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const IPV4 = new RegExp(`(?<![\\w.-])${OCTET}(?:\\.${OCTET}){3}(?![\\w-]|\\.\\w)`, 'g')
/** Longer than any address; what it finds is checked by Node. */
const IPV6 =
  /(?<![\p{L}\p{N}_:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?(?![\p{L}\p{N}_:])/gu

/**
 * Addresses that are nobody's: this machine, any, everybody, masks, and those that documents use (RFC 5737, 3849).
 * Private networks are not among them: they say how somebody's house is built.
 */
const NOBODYS_V4 = /^(?:127\.|0\.|255\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|22[4-9]\.|23\d\.)/
const NOBODYS_V6 = /^(?:::1?$|2001:0?db8:|ff)/i

/** Four numbers with points are a version as often as an address; then what stands before them says so. */
const VERSION_BEFORE =
  /(?:\b(?:v|ver\.?|versions?|release|build|assembly)["'\]]?[=:(\s]{0,3}["']?|[=~<>^]=|\^|~|\b[A-Z]\w{1,14}\/)$/i
const LOOK_BACK = 16

export const findAddresses: Rule = (text) => [
  ...[...matches(text, IPV4)]
    .filter(({ index, 0: ip }) => !NOBODYS_V4.test(ip) && !isVersion(text, index))
    .map(({ index, end, 0: ip }) => ipSpan(index, end, ip)),
  ...[...matches(text, IPV6)]
    .filter(({ 0: ip }) => isIPv6(ip) && isPlainlyIPv6(ip) && !NOBODYS_V6.test(ip))
    .map(({ index, end, 0: ip }) => ipSpan(index, end, ip.toLowerCase())),
]

const ipSpan = (start: number, end: number, key: string): Span => ({ start, end, kind: 'IP', key })

const isVersion = (text: string, index: number): boolean =>
  VERSION_BEFORE.test(text.slice(Math.max(0, index - LOOK_BACK), index))

/**
 * `a::b` is how programs name things too: an address has a digit and more than two groups, or one that is long. Eight
 * pairs of digits are the number of a network card.
 */
function isPlainlyIPv6(ip: string): boolean {
  const groups = ip.split(':').filter((group) => group !== '')
  const isCard = groups.every(({ length }) => length === 2) && !ip.includes('::')
  const isLong = groups.length > 2 || groups.some(({ length }) => length > 2)
  return /\d/.test(ip) && groups.length >= 2 && isLong && !isCard
}
