import type { Rule, Span } from './span.ts'

/** Where an address ends in prose, in Markdown, in code and in Slack's `<url|label>`. */
const END = /[\s<>"'`|\\]/g
const AUTHORITY_END = /[/?#\s<>"'`|\\]/g
/** A bracket or a stop behind an address belongs to the sentence. */
const TRAILING = /[).,;:!?\]}]{1,8}$/

/**
 * The parts of an address that are about somebody: who logs in, and everything behind the question mark (and behind
 * `#`, where it has the form of one). The rest of it stays, because it says what the conversation is about.
 */
export const findUrlParts: Rule = (text) => {
  const spans: Span[] = []
  let read = 0
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    const start = at + 3
    const login = loginIn(text, start)
    if (login !== undefined) spans.push(login)
    // An address within another's query is gone with it.
    if (at < read) continue
    read = endOf(text, start, END)
    spans.push(...queryIn(text, start, read))
  }
  return spans
}

function loginIn(text: string, start: number): Span | undefined {
  const authority = text.slice(start, endOf(text, start, AUTHORITY_END))
  const at = authority.lastIndexOf('@')
  if (at < 1 || isNobodys(authority.slice(0, at))) return undefined
  return { start, end: start + at, kind: 'CREDENTIALS', key: authority.slice(0, at) }
}

function queryIn(text: string, start: number, end: number): readonly Span[] {
  const whole = text.slice(start, end)
  const rest = whole.slice(0, whole.length - (TRAILING.exec(whole.slice(-8))?.[0].length ?? 0))
  const hash = rest.indexOf('#')
  const query = rest.slice(0, hash === -1 ? rest.length : hash).indexOf('?')
  const queryEnd = hash === -1 ? rest.length : hash
  return [
    ...(query === -1 ? [] : partOf(rest, query + 1, queryEnd, start)),
    ...(hash !== -1 && rest.indexOf('=', hash) !== -1 ? partOf(rest, hash + 1, rest.length, start) : []),
  ]
}

function partOf(rest: string, from: number, to: number, offset: number): readonly Span[] {
  if (from >= to || isNobodys(rest.slice(from, to))) return []
  return [{ start: offset + from, end: offset + to, kind: 'QUERY', key: rest.slice(from, to) }]
}

/** `https://${user}:${password}@host` in a program says nothing of anybody, and neither does what is redacted. */
const isNobodys = (part: string): boolean =>
  /^(?:[$%]?\{{1,2}[^{}]{0,80}\}{1,2}:?){1,2}$/.test(part) || /^\[[A-Z]+_\d+\]?$/.test(part)

function endOf(text: string, from: number, stop: RegExp): number {
  stop.lastIndex = from
  return stop.exec(text)?.index ?? text.length
}
