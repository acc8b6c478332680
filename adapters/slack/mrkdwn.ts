/**
 * What people type reaches us as mrkdwn; the core speaks Markdown. Pure.
 *
 * In mrkdwn every `<` of a person's own is written `&lt;`, so a raw `<…>` is always something Slack put there: a
 * mention, a channel, a link, a date. Source: docs.slack.dev/messaging/formatting-message-text.
 */

const PERSON = /<@([^<>|]+)(?:\|([^<>]*))?>/g
const TOKEN = /<([^<>]*)>/g
const CODE = /(```[\s\S]*?```|`[^`\n]*`)/
const BOLD = /(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])/g
const STRUCK = /(?<![\w~])~(?=[^\s~])([^~\n]*[^\s~])~(?![\w~])/g

export interface Names {
  /** Our own user id: its mentions are taken out. */
  readonly self: string
  /** What to call the people who are mentioned; those not in here keep Slack's label, or their id. */
  readonly people: ReadonlyMap<string, string>
}

/** The ids of all people mentioned, each once, in order. */
export const mentionedIn = (mrkdwn: string): readonly string[] => [
  ...new Set([...mrkdwn.matchAll(PERSON)].map(([, id = '']) => id)),
]

/** What a person wrote, as Markdown, without the mentions of ourselves. */
export function toMarkdown(mrkdwn: string, names: Names): string {
  const opening = mrkdwn.trimStart().startsWith(`<@${names.self}`)
  const addressed = mrkdwn.replace(/<@([^<>|]+)(?:\|[^<>]*)?>[ \t]?/g, (mention, id) =>
    id === names.self ? '' : mention,
  )
  const text = addressed
    .split(CODE)
    .map((piece, at) => (at % 2 === 1 ? codeOf(piece, names) : proseOf(piece, names)))
    .join('')
    .trim()
  return opening ? text.replace(/^[,:]\s*/, '') : text
}

const codeOf = (piece: string, names: Names): string =>
  unescaped(piece.replace(TOKEN, (_, inner) => tokenOf(inner, names, true)))

const proseOf = (piece: string, names: Names): string =>
  unescaped(
    piece
      .split(TOKEN)
      .map((part, at) => (at % 2 === 1 ? tokenOf(part, names, false) : emphasised(part)))
      .join(''),
  )

const emphasised = (prose: string): string => prose.replace(BOLD, '**$1**').replace(STRUCK, '~~$1~~')

function tokenOf(inner: string, { people }: Names, inCode: boolean): string {
  const bar = inner.indexOf('|')
  const target = bar < 0 ? inner : inner.slice(0, bar)
  const label = bar < 0 ? '' : inner.slice(bar + 1)
  const rest = target.slice(1)
  switch (target[0]) {
    case '@':
      return `@${people.get(rest) ?? (label || rest)}`
    case '#':
      return `#${label || rest}`
    case '!':
      // `<!here>`, `<!subteam^S1|@team>`, `<!date^…^…|fallback>`: a label says what the reader saw.
      return label && label !== rest ? label : `@${rest}`
    default:
      return linkOf(target, label, inCode)
  }
}

function linkOf(target: string, label: string, inCode: boolean): string {
  const address = target.replace(/^(?:mailto|tel):/, '')
  if (inCode) return label || address
  // Slack labels a bare `example.com` with itself: that is one address, not a named link.
  if (label === '' || target.endsWith(label) || target.endsWith(`${label}/`)) return label || address
  return `[${label.replaceAll(/[[\]]/g, '\\$&')}](${target})`
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

/** Plain text as mrkdwn: the three characters that Slack reads as control are written out. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
