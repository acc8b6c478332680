/**
 * What a text leaves open at its end. Written for tests, from the outside: by striking out what is complete and
 * looking at what is left. Shares nothing with what it checks.
 */

const MARKERS = /^(?:[ \t]*(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t])|…))*[ \t]*/
const ROW = /^\|.*\|$/

/** @returns what is open; undefined when nothing is. */
export function openAtEnd(text: string): string | undefined {
  const { fence, last } = blocks(text)
  if (fence !== undefined) return `fence ${fence}`
  return openInline(last)
}

/** The fence that is open at the end, and the lines of the last paragraph. */
function blocks(text: string): { fence: string | undefined; last: string } {
  let fence: { mark: string; quoted: boolean } | undefined
  let last: string[] = []
  for (const line of text.split('\n')) {
    const markers = MARKERS.exec(line)?.[0] ?? ''
    const quoted = markers.trimStart().startsWith('>')
    if (fence?.quoted && !quoted) fence = undefined
    const content = line.slice(markers.length)
    if (fence !== undefined) {
      const inner = line.replace(/^[ \t>]*/, '').trimEnd()
      const closes = inner.startsWith(fence.mark) && inner.replaceAll(fence.mark[0] ?? '', '') === ''
      if (closes) fence = undefined
      last = []
      continue
    }
    const mark = /^(`{3,})[^`]*$|^(~{3,})/.exec(content)
    if (mark) {
      fence = { mark: mark[1] ?? mark[2] ?? '', quoted }
      last = []
    } else if (content.trim() === '' || /^#{1,6} /.test(content) || ROW.test(content.trim())) {
      last = content.trim() === '' ? [] : [content]
    } else if (/[-+*>.)]/.test(markers) && !(quoted && !/[-+*.)]/.test(markers))) last = [content]
    else if (/^#|^\|/.test(last[0] ?? '')) last = [content]
    else last.push(content)
  }
  return { fence: fence?.mark, last: last.join('\n') }
}

/** An angle bracket in code ends a tag's hope, too. */
const coded = (code: string): string => (/[<>]/.test(code) ? '<.' : 'c')

function openInline(paragraph: string): string | undefined {
  const prose = paragraph.replace(/\\[\s\S]/g, 'e').replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, coded)
  const bare = prose
    .replace(/!?\[[^[\]]*\]\([^()\s]*\)/g, 'l')
    .replace(/<[@#:!/A-Za-z][^<>\n]*>/g, '>')
    .replace(/https?:\/\/[^\s*)]*?(?=[_~]*(?:[\s*)]|$))/g, 'u')
  if (bare.includes('`')) return 'code'
  if (/\[[^[\]]*\]\([^)\s]*$/.test(bare)) return 'link'
  if (/<(?:[A-Za-z@#!/][^\s<>]*|\w+ [\w-]+=[^<>\n]*)$/.test(prose)) return 'tag'
  const open: string[] = []
  for (const match of bare.matchAll(/(?<![*_~])(\*{1,3}|_{1,3}|~~)(?![*_~])|([*_~]{2,})/g)) {
    const run = match[0]
    const before = bare[match.index - 1] ?? ' '
    const after = bare[match.index + run.length] ?? ' '
    for (const mark of run.match(/\*+|_+|~+/g) ?? []) toggle(open, mark, before, after)
  }
  return open.length === 0 ? undefined : `emphasis ${open.join(' ')}`
}

function toggle(open: string[], mark: string, before: string, after: string): void {
  const intraword = mark.startsWith('_') && /[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after)
  if (intraword || mark.length > 3 || (mark.startsWith('~') && mark.length !== 2)) return
  if (mark === '*' && /[A-Za-z\d]/.test(before) && /[A-Za-z\d]/.test(after)) return
  let length = mark.length
  while (!/\s/.test(before) && length > 0) {
    const at = open.findLastIndex((other) => other[0] === mark[0])
    const opener = open[at]
    if (opener === undefined) break
    open.length = at
    if (opener.length > length) open.push(opener.slice(length))
    length -= Math.min(length, opener.length)
  }
  if (/\s/.test(after) || length === 0) return
  // A mark inside its like is a new beginning.
  const like = open.filter(
    (other) => other[0] === mark[0] && (other.length === length || other.length + length > 3),
  )
  for (const other of like) open.splice(open.indexOf(other), 1)
  open.push(mark.slice(mark.length - length))
}
