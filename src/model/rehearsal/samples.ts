/**
 * Markdown on request, so that every kind a platform must show can be seen without a model: a list, a table, code, and
 * text longer than one message.
 */

/** @returns the pieces that `text` asks for, in a fixed order; none when it asks for nothing of the kind */
export function samplesFor(text: string): readonly string[] {
  return [
    ...(/\b(list|bullets?|steps)\b/i.test(text) ? [list] : []),
    ...(/\btable\b/i.test(text) ? [table] : []),
    ...(/\b(code|function|script|snippet|program)\b/i.test(text) ? [code(text)] : []),
    ...(/\b(long|longer|essay|story|article|\d+ words)\b/i.test(text) ? [long(wordsWanted(text))] : []),
  ]
}

const list = `A list:

1. **First**, a numbered item
2. **Second**, with items below it
   - one
   - another
3. **Third**, with [a link](https://example.com)`

const table = `A table:

| Platform | Answers in | Streams |
| --- | --- | --- |
| Slack | threads | yes |
| Discord | threads | yes |
| Web | pages | yes |`

const CODE: Readonly<Record<string, string>> = {
  python: 'def greet(name: str) -> str:\n    return f"Hello, {name}"\n\n\nprint(greet("team"))',
  bash: '#!/usr/bin/env bash\nfor name in "$@"; do\n  echo "Hello, $name"\ndone',
  sql: "select name, count(*) as messages\nfrom thread\nwhere name <> ''\ngroup by name\norder by messages desc;",
  ts: 'export function greet(name: string): string {\n  return "Hello, " + name\n}\n\nconsole.log(greet("team"))',
}

function code(text: string): string {
  const language = Object.keys(CODE).find((name) => new RegExp(`\\b${name}\\b`, 'i').test(text)) ?? 'ts'
  return `Some code:\n\n\`\`\`${language}\n${CODE[language]}\n\`\`\``
}

/** Longer than one message of any platform. */
const LONG_WORDS = 1_000
/** More would only be waited for. */
const MOST_WORDS = 5_000

function wordsWanted(text: string): number {
  const [, number] = /\b(\d{1,6}) words\b/i.exec(text) ?? []
  return number === undefined ? LONG_WORDS : Math.min(Number(number), MOST_WORDS)
}

const SENTENCES = [
  'Every paragraph carries its own number, so nothing can be lost or repeated unnoticed.',
  'A reply this long does not fit into one message on most platforms.',
  'It is cut at a good place and goes on in the next message.',
  'Nobody should see a broken word, a torn table or half a letter.',
  'What is visible at the end is what was written, from the first word to the last.',
]

/** No two paragraphs are alike: each is numbered, and begins at another sentence. */
function long(words: number): string {
  const paragraphs: string[] = []
  let left = words
  for (let number = 1; left > 0; number += 1) {
    const turned = SENTENCES.map((_, i) => SENTENCES[(i + number) % SENTENCES.length])
    const paragraph = `Paragraph ${number}. ${turned.join(' ')}`.split(' ').slice(0, left)
    left -= paragraph.length
    paragraphs.push(paragraph.join(' '))
  }
  return paragraphs.join('\n\n')
}
