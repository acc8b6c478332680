import type { Rule, Span } from './span.ts'

/** RFC 5321: longest local part and domain, in characters. */
const LONGEST_LOCAL = 64
const LONGEST_DOMAIN = 253

const LOCAL = /[\p{L}\p{N}\p{M}._%+'!#$&*/=?^{}~-]/u
const DOMAIN = /[\p{L}\p{N}\p{M}.-]/u
const LABELS = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?\.)+(?:\p{L}\p{M}?){2,24}/u

/** Logins of version control, which are the same for everybody: `git@github.com:org/repo`. */
const NOBODYS = new Set(['git', 'hg', 'svn'])
/** `left-pad@1.2.3-beta.x`, `logo@2x.png`. */
const NO_DOMAIN = /^(?:\d+\.\d+|\d+x\.)/

/** Looks outward from every `@`, so that text without one costs nothing and text of nothing else is linear too. */
export const findEmails: Rule = (text) => {
  const spans: Span[] = []
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const span = emailAround(text, at)
    if (span !== undefined) spans.push(span)
  }
  return spans
}

function emailAround(text: string, at: number): Span | undefined {
  let start = at
  while (start > 0 && at - start < LONGEST_LOCAL && LOCAL.test(text[start - 1] ?? '')) start -= 1
  // Marks that may stand in a name but open a quotation or a link more often.
  while (start < at && /[^\p{L}\p{N}_]/u.test(text[start] ?? '')) start += 1
  if (start === at || /[/=?&'{}$]/.test(text.slice(start, at)))
    start = Math.max(start, lastMark(text, start, at))
  let end = at + 1
  while (end < text.length && end - at <= LONGEST_DOMAIN && DOMAIN.test(text[end] ?? '')) end += 1
  const domain = text.slice(at + 1, end)
  const host = LABELS.exec(domain)?.[0]
  if (start === at || host === undefined || NO_DOMAIN.test(domain)) return undefined
  const local = text.slice(start, at)
  if (NOBODYS.has(local)) return undefined
  return { start, end: at + 1 + host.length, kind: 'EMAIL', key: `${local}@${host}`.toLowerCase() }
}

/** After the last mark that separates rather than belongs: `user=jane@example.com` is about `jane`. */
function lastMark(text: string, start: number, at: number): number {
  const local = text.slice(start, at)
  const place = Math.max(...["'", '/', '=', '?', '&', '{', '}', '$'].map((mark) => local.lastIndexOf(mark)))
  return start + place + 1
}
