/**
 * What people ask and what the model answers. The answer is a pure function of the questions in the prompt, so that
 * whoever sees a reply can say which questions it covers and whether it is whole.
 */
import { createHash } from 'node:crypto'

/** One question: the how many-th of which thread. */
export interface Token {
  readonly thread: number
  readonly nth: number
}

const TOKEN = /\bq(\d+)n(\d+)\b/g

export const nameOf = ({ thread, nth }: Token): string => `q${thread}n${nth}`

export const questionText = (token: Token): string => `What do you make of ${nameOf(token)}?`

/** The questions that a text names, in order, each once. */
export function tokensIn(text: string): readonly Token[] {
  const found = new Map<string, Token>()
  for (const [name, thread, nth] of text.matchAll(TOKEN))
    if (!found.has(name)) found.set(name, { thread: Number(thread), nth: Number(nth) })
  return [...found.values()]
}

const SUBJECTS = ['The river', 'A lamp', 'Every map', 'The old bridge', 'Some rain', 'One careful reader']
const VERBS = ['carries', 'remembers', 'follows', 'measures', 'keeps', 'turns over']
const OBJECTS = ['a quiet stone', 'the long way home', 'seven small doors', 'what was said', 'the blue hour']

/** One answer in so many needs several messages. */
const LONG_ONE_IN = 40
const SHORT_SENTENCES = 12
/** Beyond the longest message of any platform: about eleven thousand characters. */
const LONG_SENTENCES = 260

/** The one right answer to these questions together. */
export function answerTo(tokens: readonly Token[]): string {
  const names = tokens.map(nameOf).join(', ')
  const digest = createHash('sha256').update(names).digest()
  const isLong = digest.readUInt16BE(0) % LONG_ONE_IN === 0
  const count = isLong ? LONG_SENTENCES : 1 + (digest.readUInt16BE(2) % SHORT_SENTENCES)
  const sentences = Array.from({ length: count }, (_, at) => {
    const pick = (words: readonly string[], shift: number) =>
      words[((digest[(at + shift) % digest.length] ?? 0) + at) % words.length]
    return `${pick(SUBJECTS, 0)} ${pick(VERBS, 7)} ${pick(OBJECTS, 13)}, for the ${at + 1}. time.`
  })
  const paragraphs = [`${HEAD} ${names}.`]
  for (let at = 0; at < count; at += 4) paragraphs.push(sentences.slice(at, at + 4).join(' '))
  return [...paragraphs, `That is all about ${names}.`].join('\n\n')
}

/** Every answer begins so, and nothing else does. */
export const HEAD = 'Here is what I make of'
