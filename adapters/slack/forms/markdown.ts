/**
 * The model's Markdown as mrkdwn, for modals: they know no `markdown` block. Nothing that stands there is lost; what
 * mrkdwn has no word for stays as it is written. Pure.
 *
 * Source: docs.slack.dev/messaging/formatting-message-text.
 */
import { escaped } from '../mrkdwn.ts'
import { JOINER, neutral } from '../neutral.ts'
import { alignedTables } from '../tables.ts'

const FENCED = /^ {0,3}(`{3,}|~{3,})[^\n]*(?:\n([\s\S]*?))??(?:\n {0,3}\1[`~]*[ \t]*(?=\n|$)|$(?![\s\S]))/gm
const INLINE_CODE = /(`+)(?!`)([^\n]*?[^`\n])\1(?!`)/g
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/gm
const HEADING = /^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*$/gm
const BULLET = /^([ \t]*)[-*+][ \t]+(?=\S)/gm
const LINK = /!?\[([^\]\n]+)\]\((https?:\/\/[^\s)|<>]+)\)/g
const STRONG = /(\*\*|__)(?=\S)([^\n]*?\S)\1/g
const EMPHASIS = /(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])/g
const STRUCK = /~~(?=\S)([^\n]*?\S)~~/g

/** Stands for mrkdwn's own star until Markdown's are gone; no text has it. */
const STAR = '\u0001'

export function toMrkdwn(markdown: string): string {
  return apart(alignedTables(neutral(markdown)), FENCED, codeBlock, prose)
}

const codeBlock = ([, , body = '']: RegExpMatchArray): string =>
  `\`\`\`\n${escaped(body).replaceAll('```', `\`${JOINER}\`\``)}\n\`\`\``

const prose = (text: string): string =>
  apart(text, INLINE_CODE, ([, , code = '']) => `\`${escaped(code)}\``, plainProse)

function plainProse(text: string): string {
  return escaped(text)
    .replace(RULE, '———')
    .replace(HEADING, (_, words: string) => STAR + words.replaceAll(/\*\*|__/g, '') + STAR)
    .replace(BULLET, '$1• ')
    .replace(LINK, '<$2|$1>')
    .replace(STRONG, `${STAR}$2${STAR}`)
    .replace(EMPHASIS, '_$1_')
    .replace(STRUCK, '~$1~')
    .replaceAll(STAR, '*')
}

/** What matches is made by `one`, and what stands between by `other`. */
function apart(
  text: string,
  pattern: RegExp,
  one: (match: RegExpMatchArray) => string,
  other: (between: string) => string,
): string {
  let made = ''
  let from = 0
  for (const match of text.matchAll(pattern)) {
    made += other(text.slice(from, match.index)) + one(match)
    from = match.index + match[0].length
  }
  return made + other(text.slice(from))
}
