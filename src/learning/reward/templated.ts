/** From the templated text that a PPO engine trains on back to what was said. Pure. */
import type { Conversations } from './conversations.ts'
import type { Judged } from './reward-model.ts'

/** What chat templates put behind an answer: an end, then padding. Those in other brackets are named one by one. */
const END = /(?:\s|<\|[\w-]{1,40}\|>|<｜[^｜\s]{1,40}｜>|<\/s>|<(?:eos|pad|end_of_turn)>|\[(?:PAD|EOS)\])+$/u

/** The answer alone. */
export const completionOf = (query: string, prompt: string): string =>
  withoutEnd(query.slice(prompt.length)).trimStart()

/** Linear also for a megabyte of blanks: a regular expression is asked about short ends only. */
function withoutEnd(text: string): string {
  let rest = text.trimEnd()
  for (;;) {
    const tail = rest.slice(-LONGEST_TOKEN)
    const found = END.exec(tail)?.[0].length ?? 0
    if (found === 0) return rest
    rest = rest.slice(0, rest.length - found).trimEnd()
  }
}

/** Of one special token, in characters. */
const LONGEST_TOKEN = 64

export interface Recovered {
  readonly judged: Judged
  /** False when the label named no conversation that is here: the templated prompt stands in for it. */
  readonly known: boolean
}

export function recover(
  query: string,
  prompt: string,
  label: unknown,
  conversations: Conversations,
): Recovered {
  const answer = completionOf(query, prompt)
  const conversation = conversations.find(label)
  if (conversation !== undefined) return { judged: { conversation, answer }, known: true }
  const content = prompt.trim()
  return {
    judged: { conversation: content === '' ? [] : [{ role: 'user', content }], answer },
    known: false,
  }
}
