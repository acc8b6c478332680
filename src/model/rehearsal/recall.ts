import type { Saying } from './sayings.ts'

/**
 * Answers a question about what was said earlier in the thread, from the prompt alone: enough to see with one's own
 * eyes that a conversation is remembered and that speakers are told apart (rules C1, C4).
 *
 * @param asked the question, and who asks
 * @param earlier what people said before it, oldest first
 * @returns undefined when the question is not about the past
 */
export function recall(asked: Saying, earlier: readonly Saying[]): string | undefined {
  if (/\bwhat('s| is| was) my name\b|\bwho am i\b/i.test(asked.text)) return nameOf(asked, earlier)
  if (/\bwho (said|wrote|asked) what\b|\bwho (is|was|are|were) (here|in this|talking)/i.test(asked.text)) {
    return everyone([...earlier, asked])
  }
  const aboutPast =
    /\b(who|what|which|when|where|how|remember|remind|recall)\b/i.test(asked.text) &&
    /\b(my|our|did|said|told|asked|wrote|mentioned|earlier|remember|remind|recall)\b/i.test(asked.text)
  return aboutPast ? found(asked, earlier) : undefined
}

function nameOf({ name }: Saying, earlier: readonly Saying[]): string {
  const told = earlier.findLast(
    (saying) => saying.name === name && /\b(my name is|call me)\b/i.test(saying.text),
  )
  return told === undefined ? `You are ${name}.` : `You are ${name}. Earlier you said:\n\n${quote(told)}`
}

function everyone(sayings: readonly Saying[]): string {
  const names = [...new Set(sayings.map(({ name }) => name))]
  const lines = names.map((name) => {
    const own = sayings.filter((saying) => saying.name === name)
    return `- **${name}**, ${own.length === 1 ? 'one message' : `${own.length} messages`}, the first: ${brief(own[0])}`
  })
  return `So far I have heard from:\n\n${lines.join('\n')}`
}

function found(asked: Saying, earlier: readonly Saying[]): string {
  const people = [...new Set(earlier.map(({ name }) => name))]
  const meant = people.find((name) => mentions(asked.text, name))
  const own = /\b(i|my)\b/i.test(asked.text) ? asked.name : undefined
  const speaker = meant ?? own
  const heard = earlier.filter(({ name }) => speaker === undefined || name === speaker)
  const topic = topicOf(asked.text, people)

  const first = /\bfirst\b/i.test(asked.text)
  const best = topic.size === 0 ? (first ? heard[0] : heard.at(-1)) : closest(heard, topic)
  if (best === undefined) return 'I find nothing about that earlier in this thread.'
  const who = best.name === asked.name ? 'you' : best.name
  return `${first && topic.size === 0 ? 'First' : 'Earlier'} ${who} said:\n\n${quote(best)}`
}

/** The saying that shares most words with the topic; statements before questions, later ones before earlier. */
function closest(heard: readonly Saying[], topic: ReadonlySet<string>): Saying | undefined {
  let best: { readonly saying: Saying; readonly score: number } | undefined
  for (const saying of heard) {
    const shared = wordsIn(saying.text).filter((word) => topic.has(word)).length
    const score = shared === 0 ? 0 : shared * 2 + (saying.text.includes('?') ? 0 : 1)
    if (score > 0 && score >= (best?.score ?? 0)) best = { saying, score }
  }
  return best?.saying
}

/** Words that shape a question about the past without saying what it is about. */
const SHAPE = new Set(
  (
    'a about again all an and are as ask asked at before can could did do does earlier first for from had has have ' +
    'how i in is it just last me mention mentioned message my of on or our please question recall remember remind ' +
    'said say so tell that the then there thing this thread to told us was we were what when where which who with ' +
    'write wrote you your'
  ).split(' '),
)

function topicOf(text: string, people: readonly string[]): ReadonlySet<string> {
  const names = new Set(people.flatMap(wordsIn))
  return new Set(wordsIn(text).filter((word) => !SHAPE.has(word) && !names.has(word)))
}

const wordsIn = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

const mentions = (text: string, name: string): boolean => {
  const said = wordsIn(text)
  return wordsIn(name).some((word) => said.includes(word) && !SHAPE.has(word))
}

export const quote = ({ name, text }: Saying): string => `${name}: ${text}`.replaceAll(/^/gm, '> ')

/** One line of somebody's text, in a list: characters. */
const BRIEF = 80

function brief(saying: Saying | undefined): string {
  const line = saying?.text.split('\n')[0] ?? ''
  const letters = [...new Intl.Segmenter().segment(line)]
  const short = letters.slice(0, BRIEF).map(({ segment }) => segment)
  return `“${short.join('')}${letters.length > BRIEF ? '…' : ''}”`
}
