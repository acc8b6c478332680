/** Ids that the platforms give, wherever they stand: in links, logs and quoted events too. */
import { type Kind, matches, type Rule, type Span } from './span.ts'

/**
 * Slack: a letter for what it names, then 8 to 12 capitals and digits. At least two digits, and not just a word with
 * a number behind it: constants of programs look like that.
 */
const SLACK = /(?<![A-Za-z0-9])[UWCDGTEBASF](?=[A-Z]{0,11}\d)[A-Z0-9]{8,12}(?![A-Za-z0-9])/g
const WORD_AND_NUMBER = /^[A-Z]{4,}\d{1,5}$/
const TECHNICAL =
  /^(?:SHA|BASE|AES|CRC|CHACHA|BLAKE|UINT|BIGINT|FLOAT|DOUBLE|UTF|ASCII|CP|GB|ED|TLS|ARM|AMD|AVX|SSE|FP|BF|CUDA|CVE|WIN|E2E|D3D|F32|F64|SO)\d/

const SLACK_KINDS: Readonly<Record<string, Kind>> = {
  U: 'USER',
  W: 'USER',
  C: 'CHANNEL',
  D: 'CHANNEL',
  G: 'CHANNEL',
  T: 'WORKSPACE',
  E: 'WORKSPACE',
  B: 'APP',
  A: 'APP',
  S: 'ROLE',
  F: 'FILE',
}

/** Discord: 17 to 20 digits that hold a time between 2015 and 2040. Larger ones are limits of integers. */
const SNOWFLAKE = /(?<![A-Za-z0-9]|\d[.,])\d{17,20}(?![A-Za-z0-9]|[.,]\d)/g
const DISCORD_EPOCH_MS = 1_420_070_400_000
const LAST_MS = Date.UTC(2040, 0, 1)
/** A snowflake's lower bits number what happened within its millisecond. */
const TIME_SHIFT = 22n

/** Slack's name of a message: seconds and six digits after the point. In a link the point is missing. */
const SLACK_TS = /(?<![\w.])1[5-9]\d{8}\.\d{6}(?!\w|\.\d)|(?<![A-Za-z0-9])p1[5-9]\d{14}(?![A-Za-z0-9])/g

/** Our own workspace: people, and messages in their threads. */
const WEB_PERSON = /(?<![A-Za-z0-9])u_[0-9a-f]{18}(?![A-Za-z0-9])/g
const WEB_MESSAGE = /(?<![A-Za-z0-9])[0-9a-f]{20}\.\d{1,9}(?![A-Za-z0-9])/g

export const findIds: Rule = (text) => [
  ...[...matches(text, SLACK)]
    .filter(({ 0: id }) => (id.match(/\d/g)?.length ?? 0) > 1 && !isWord(id))
    .map((match) => spanOf(match, SLACK_KINDS[match[0][0] ?? ''] ?? 'ID')),
  ...[...matches(text, SNOWFLAKE)].filter(({ 0: id }) => isSnowflake(id)).map((match) => spanOf(match, 'ID')),
  ...[...matches(text, SLACK_TS)].map((match) => spanOf(match, 'MESSAGE')),
  ...[...matches(text, WEB_PERSON)].map((match) => spanOf(match, 'USER')),
  ...[...matches(text, WEB_MESSAGE)].map((match) => spanOf(match, 'MESSAGE')),
]

const isWord = (id: string): boolean => WORD_AND_NUMBER.test(id) || TECHNICAL.test(id)

const spanOf = (match: { index: number; end: number; 0: string }, kind: Kind): Span => ({
  ...{ start: match.index, end: match.end, kind },
  key: `id:${match[0]}`,
})

function isSnowflake(digits: string): boolean {
  const made = Number(BigInt(digits) >> TIME_SHIFT) + DISCORD_EPOCH_MS
  return made < LAST_MS
}
