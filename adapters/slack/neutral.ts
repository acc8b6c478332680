/**
 * Model text can ping nobody (rule D6). Pure.
 *
 * Slack reads `<!here>`, `<@U…>` and the like as control wherever they stand, in code too, and its Markdown does not
 * decode entities inside code. So the sequence is broken instead of escaped: an invisible word joiner after the first
 * character leaves nothing for Slack to recognise and nothing for a reader to see.
 *
 * Text arrives piece by piece, and what was sent stays sent: `<!chan` now and `nel>` later would be whole at Slack.
 * So a tail that may yet become such a sequence is held back until it is known what it is.
 */

/** U+2060, zero width, no line break. */
export const JOINER = '\u2060'

const COMMANDS = ['here', 'channel', 'everyone', 'group', 'subteam^', 'date^']
const AT_WORDS = ['here', 'channel', 'everyone']

const COMMAND = /<(?=!(?:here|channel|everyone|group|subteam\^|date\^))/gi
const NAMED = /<(?=[@#][A-Z][A-Z0-9]{2})/g
const AT_WORD = /(?<![\w@.])@(?=(?:here|channel|everyone)(?!\w))/gi

/** The longest tail that can be undecided: `!everyone` after its `<`. */
const LONGEST_TAIL = 10

/** A whole part: nothing follows it. */
export const neutral = (text: string): string =>
  text.replace(COMMAND, `<${JOINER}`).replace(NAMED, `<${JOINER}`).replace(AT_WORD, `@${JOINER}`)

/** A part that still grows: what can safely be shown of it now. Grows when `text` grows. */
export const neutralSoFar = (text: string): string => neutral(text.slice(0, text.length - undecided(text)))

/** How many characters at the end may yet turn out to be part of a ping. */
function undecided(text: string): number {
  const start = Math.max(0, text.length - LONGEST_TAIL - 1)
  for (let at = start; at < text.length; at += 1) {
    const tail = text.slice(at + 1)
    if (tail === '') continue
    if (text[at] === '<' && opensControl(tail)) return tail.length
    if (text[at] === '@' && AT_WORDS.some((word) => word.startsWith(tail.toLowerCase()))) return tail.length
  }
  return 0
}

const opensControl = (tail: string): boolean =>
  tail.startsWith('!')
    ? COMMANDS.some(
        (word) => word !== tail.slice(1).toLowerCase() && word.startsWith(tail.slice(1).toLowerCase()),
      )
    : /^[@#](?:[A-Z][A-Z0-9]?)?$/.test(tail)
