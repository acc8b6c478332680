/** Discord takes names of 1 to 100 UTF-16 code units. */
const LONGEST_NAME = 100
const NAMELESS = 'New conversation'
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * A thread's name, made from the question that opens it. It is set once: renaming is limited to twice in ten minutes.
 *
 * The first line that says something, without Markdown, cut between words.
 */
export function threadName(question: string): string {
  const line = question
    .split(/[\r\n]+/)
    .map(plain)
    .find((text) => /[\p{L}\p{N}\p{S}\p{P}]/u.test(text))
  return line === undefined ? NAMELESS : cut(line)
}

const plain = (line: string): string =>
  line
    .replace(/^\s*```.*$/, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, (run) => (/^\u200d+$/.test(run) ? run : ' '))
    .replace(/^\s*(?:#{1,3}|-#|>{1,3}|[-*])\s+/, '')
    .replace(/\*\*|__|~~|\|\||`+/g, '')
    .replace(/\s+/g, ' ')
    .trim()

function cut(line: string): string {
  if (line.length <= LONGEST_NAME) return line
  const room = LONGEST_NAME - 1
  let end = 0
  for (const { index, segment } of graphemes.segment(line)) {
    if (index + segment.length > room) break
    end = index + segment.length
  }
  // One grapheme can be longer than a whole name; then nothing of the line fits.
  if (end === 0) return NAMELESS
  const head = line.slice(0, end)
  const word = head.lastIndexOf(' ')
  // A language without spaces, or one endless word, is cut between graphemes instead.
  return `${(word > room / 2 ? head.slice(0, word) : head).trimEnd()}…`
}
