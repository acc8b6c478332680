/**
 * A little colour for code, the same for every language: comments, texts, numbers and common keywords.
 *
 * No grammar and no dependency. What it does not know it leaves plain, and it never changes a character.
 */
const KEYWORDS = new Set(
  `abstract and as async await begin bool boolean break byte case catch char class const continue def default defer del
  delete do double elif else elsif end enum except export extends extern false False final finally float fn for from
  func function global go goto if impl implements import in include instanceof int interface is lambda let long loop
  match mod module mut namespace new nil None not null number object of or package pass private protected pub public
  raise range readonly record require return self short signed static str string struct super switch template then this
  throw throws trait true True try type typedef typeof undefined union unless until use using val var void volatile when
  where while with yield select insert update create table values join left right inner outer on group order by limit
  having distinct into set primary key references SELECT FROM WHERE INSERT INTO UPDATE DELETE CREATE TABLE VALUES SET
  JOIN LEFT RIGHT INNER OUTER ON GROUP ORDER BY LIMIT HAVING DISTINCT AND OR NOT NULL AS PRIMARY KEY`.split(
    /\s+/,
  ),
)

/** Longest text that is coloured, in UTF-16 code units: beyond it the colours cost more than they help. */
const MOST = 20_000

/** `#` begins a comment in some languages and means other things in the rest. */
const HASH_COMMENTS = new Set([
  'python',
  'py',
  'sh',
  'bash',
  'shell',
  'zsh',
  'yaml',
  'yml',
  'toml',
  'ruby',
  'rb',
  'r',
  'perl',
  'make',
  'dockerfile',
])
const DASH_COMMENTS = new Set(['sql', 'lua', 'haskell', 'hs', 'elm'])
const PLAIN = new Set([
  '',
  'text',
  'txt',
  'plain',
  'plaintext',
  'output',
  'console',
  'markdown',
  'md',
  'diff',
])

/** @returns markup with every character of `code` escaped, in spans of the classes `com`, `str`, `num` and `key`. */
export function highlight(code: string, language: string): string {
  if (PLAIN.has(language) || code.length > MOST) return escapeHtml(code)
  const line = HASH_COMMENTS.has(language) ? '#' : DASH_COMMENTS.has(language) ? '--' : '\\/\\/'
  const token = new RegExp(
    `(?<com>${line}[^\\n]*|\\/\\*[^]*?(?:\\*\\/|$))|(?<str>"""[^]*?(?:"""|$)|"(?:\\\\.|[^"\\\\\\n])*"?|'(?:\\\\.|[^'\\\\\\n])*'|\`(?:\\\\.|[^\`\\\\])*\`?)|(?<num>\\b\\d[\\w.]*)|(?<word>[A-Za-z_$][\\w$]*)`,
    'g',
  )
  let html = ''
  let end = 0
  for (const match of code.matchAll(token)) {
    const [text] = match
    const kind = kindOf(match.groups ?? {})
    html += escapeHtml(code.slice(end, match.index))
    html += kind === undefined ? escapeHtml(text) : `<span class="${kind}">${escapeHtml(text)}</span>`
    end = match.index + text.length
  }
  return html + escapeHtml(code.slice(end))
}

function kindOf(groups: Readonly<Record<string, string | undefined>>): string | undefined {
  if (groups.com !== undefined) return 'com'
  if (groups.str !== undefined) return 'str'
  if (groups.num !== undefined) return 'num'
  return groups.word !== undefined && KEYWORDS.has(groups.word) ? 'key' : undefined
}

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)
