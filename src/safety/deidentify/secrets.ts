/** Keys that open something. What they have in common is a beginning that nothing else has. */
import { matches, type Rule, type Span } from './span.ts'

/** A key is bounded in length, so that a text of nothing but one is still read in one go. */
const SECRETS: readonly RegExp[] = [
  // Slack
  /\bxox[abeoprs]-[\w-]{8,400}/g,
  /\bxapp-[\w-]{8,400}/g,
  /https:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\/[\w/]{10,200}/g,
  // Discord: a bot's token and a webhook's address
  /(?<![\w.-])[A-Za-z0-9_-]{23,28}\.[A-Za-z0-9_-]{6,7}\.[A-Za-z0-9_-]{27,45}(?![\w-]|\.\w)/g,
  /\bmfa\.[\w-]{80,95}/g,
  /https:\/\/(?:ptb\.|canary\.)?discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/\d{1,25}\/[\w-]{10,200}/g,
  // OpenAI, Anthropic and others that write keys so
  /\bsk-(?:[a-z]{2,10}-)?[A-Za-z0-9_-]{16,300}/g,
  /\b[rsp]k_(?:live|test)_[A-Za-z0-9]{10,200}/g,
  // GitHub, GitLab, npm, Hugging Face, Google, AWS, SendGrid
  /\bgh[pousr]_[A-Za-z0-9]{20,255}/g,
  /\bgithub_pat_\w{20,255}/g,
  /\bglpat-[\w-]{20,100}/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /\bhf_[A-Za-z0-9]{30,50}\b/g,
  /\bAIza[\w-]{35}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bSG\.[\w-]{22}\.[\w-]{43}/g,
  // JSON Web Token
  /\beyJ[\w-]{8,2000}\.eyJ[\w-]{4,4000}\.[\w-]{0,2000}/g,
]

/** Named for what they are. The group is the secret. */
const NAMED: readonly RegExp[] = [
  /\b(?:Bearer|Basic)\s{1,2}([A-Za-z0-9+/_.~-]{20,400}={0,2})/g,
  /\baws_?secret_?(?:access_?)?key["']?\s{0,3}[:=]\s{0,3}["']?([A-Za-z0-9/+=]{40})(?![A-Za-z0-9/+=])/gi,
  /\b(?:password|passwd|passphrase|api_?key|client_?secret|access_?token|auth_?token)["']?\s{0,3}[:=]\s{0,3}["']([^\s"'`$<>{}()]{8,200})["']/gi,
]

const PEM_BEGIN = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g
const PEM_END = /-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g
/** What is left of one whose end was cut off. */
const PEM_LINES = /(?:(?:\\n|\s){0,4}[A-Za-z0-9+/=:,-]{1,200}){0,400}/y

export const findSecrets: Rule = (text) => [
  ...findPems(text),
  ...SECRETS.flatMap((pattern) =>
    [...matches(text, pattern)].map(({ index, end }) => secret(text, index, end)),
  ),
  ...NAMED.flatMap((pattern) =>
    [...matches(text, pattern)]
      .filter(({ 1: value = '' }) => /\d/.test(value) && /[A-Za-z]/.test(value))
      .map(({ index, 0: whole, 1: value = '' }) => {
        const start = index + whole.lastIndexOf(value)
        return secret(text, start, start + value.length)
      }),
  ),
]

/** Ends are looked for once, side by side with the beginnings: looking from every beginning would be quadratic. */
function findPems(text: string): readonly Span[] {
  const ends = [...matches(text, PEM_END)]
  const spans: Span[] = []
  let next = 0
  for (const { index: start, end: head } of matches(text, PEM_BEGIN)) {
    if (start < (spans.at(-1)?.end ?? 0)) continue
    while ((ends[next]?.index ?? Number.POSITIVE_INFINITY) < head) next += 1
    spans.push(secret(text, start, ends[next]?.end ?? endOfLines(text, head)))
  }
  return spans
}

function endOfLines(text: string, from: number): number {
  PEM_LINES.lastIndex = from
  return from + (PEM_LINES.exec(text)?.[0].length ?? 0)
}

const secret = (text: string, start: number, end: number): Span => ({
  ...{ start, end, kind: 'SECRET' },
  key: text.slice(start, end),
})
