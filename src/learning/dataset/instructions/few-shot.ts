import type { Turn } from '../dataset.ts'

/** How people label the two sides of a question and its answer. */
const LABELS: readonly (readonly [string, string])[] = [
  ['Q', 'A'],
  ['Question', 'Answer'],
  ['User', 'Assistant'],
  ['Human', 'Assistant'],
  ['Human', 'AI'],
  ['Input', 'Output'],
]

/**
 * Few-shot text as the dialogue that it plays: `Q: …`, `A: …`, over and over. What stands before the first question
 * tells the assistant what to do, and becomes the system prompt.
 *
 * @returns undefined when it is no such text: the two sides must alternate. An answer that is still empty is left out.
 * @example fewShot('Q: 1+1?\nA: 2\n\nQ: 2+2?\nA:') // user 1+1?, assistant 2, user 2+2?
 */
export function fewShot(text: string): readonly Turn[] | undefined {
  for (const labels of LABELS) {
    const turns = played(text, labels)
    if (turns !== undefined) return turns
  }
  return undefined
}

function played(text: string, [question, answer]: readonly [string, string]): readonly Turn[] | undefined {
  const label = new RegExp(`^[ \\t]*(${question}|${answer})[ \\t]*:`, 'gimu')
  const marks = [...text.matchAll(label)]
  const [first] = marks
  if (first === undefined || marks.length < 2) return undefined
  const sides = marks.map((mark, nth) => ({
    role: mark[1]?.toLowerCase() === question.toLowerCase() ? ('user' as const) : ('assistant' as const),
    content: text.slice(mark.index + mark[0].length, marks[nth + 1]?.index).trim(),
  }))
  const alternates = sides.every(({ role }, nth) => role === (nth % 2 === 0 ? 'user' : 'assistant'))
  const isOpen = sides.at(-1)?.content === ''
  const said = isOpen ? sides.slice(0, -1) : sides
  if (!alternates || said.some(({ content }) => content === '')) return undefined
  const before = text.slice(0, first.index).trim()
  return before === '' ? said : [{ role: 'system', content: before }, ...said]
}
