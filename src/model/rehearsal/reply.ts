import type { Prompt } from '../model.ts'
import { quote, recall } from './recall.ts'
import { samplesFor } from './samples.ts'
import { type Saying, sayingsIn } from './sayings.ts'

/** Begins every reply, so that nobody takes it for a model's. */
export const LABEL = '*Rehearsal: no model is connected.*'

/** Ends every reply: the way out. */
export const CONNECT = '*To connect one: set `OPENAI_API_KEY`, or `OPENAI_BASE_URL`, or start Ollama.*'

/** The whole reply to a prompt, always the same for the same prompt. */
export function rehearse({ turns }: Prompt): string {
  const sayings = sayingsIn(turns)
  const last = turns.at(-1)
  const answered = sayings.length - (last?.role === 'user' ? sayingsIn([last]).length : 0)
  // Messages that came together are answered together: none is passed over (rule T2).
  const body = sayings.slice(answered).map((asked, nth) => answer(asked, sayings.slice(0, answered + nth)))
  const lines = body.length === 0 ? ['Nobody has said anything yet.'] : body.flat()
  return [LABEL, ...lines, CONNECT].join('\n\n')
}

function answer(asked: Saying, earlier: readonly Saying[]): readonly string[] {
  const remembered = recall(asked, earlier)
  if (remembered !== undefined) return [remembered]
  const samples = samplesFor(asked.text)
  if (samples.length > 0) return samples
  const number = earlier.length + 1
  return [
    `This is message ${number} that I read in this thread:`,
    quote(asked),
    'Ask me for a list, a table, code or something long, or ask what somebody said before.',
  ]
}
