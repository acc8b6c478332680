import * as z from 'zod'
import type { Turn } from '../dataset.ts'
import { conversation, isPrompt } from '../sources/conversation.ts'
import { fewShot } from './few-shot.ts'

/** Characters. What is longer is no instruction; no trainer's context would hold it. */
const LONGEST_ROW = 1_000_000

const text = z.string()
const turn = z.object({ role: z.enum(['system', 'user', 'assistant']), content: text })
const turns = z.array(turn).min(1)

const alpaca = z.object({ system: text.optional(), instruction: text, input: text.optional(), output: text })
const completed = z.object({ prompt: z.union([text, turns]), completion: z.union([text, turns]) })
const asked = z.object({ question: text, answer: text })
const chat = z.object({ messages: turns })
const played = z.object({ text })

/** Which shape a row has follows from the one field that only this shape has. */
const SHAPES = [
  { field: 'messages', read: (row: unknown) => chat.transform(({ messages }) => messages).safeParse(row) },
  { field: 'instruction', read: (row: unknown) => alpaca.transform(instructed).safeParse(row) },
  { field: 'prompt', read: (row: unknown) => completed.transform(promptAndCompletion).safeParse(row) },
  { field: 'question', read: (row: unknown) => asked.transform(questionAndAnswer).safeParse(row) },
  {
    field: 'text',
    read: (row: unknown) => played.transform(({ text }) => fewShot(text) ?? []).safeParse(row),
  },
] as const

const KNOWN_SHAPES =
  'instruction/input/output, prompt/completion, question/answer, messages, or text with Q: and A:'

/**
 * A row of instruction data as a dialogue that ends with the assistant's answer.
 *
 * @returns what is wrong with it, as the end of a sentence that begins with the row's name.
 */
export function dialogueOf(row: unknown): readonly Turn[] | string {
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    return `is not an object with fields (${KNOWN_SHAPES})`
  const shape = SHAPES.find(({ field }) => Object.hasOwn(row, field))
  if (shape === undefined) return `has none of the fields that are known: ${KNOWN_SHAPES}`
  const { data, error } = shape.read(row)
  if (data === undefined) {
    const [issue] = error.issues
    return `has a wrong field ${issue?.path.join('.')}: ${issue?.message}`
  }
  const dialogue = conversation(data)
  if (dialogue.reduce((sum, { content }) => sum + content.length, 0) > LONGEST_ROW)
    return `has more than ${LONGEST_ROW} characters`
  if (dialogue.at(-1)?.role !== 'assistant') return 'has no answer: what the assistant should say is empty'
  return isPrompt(dialogue.slice(0, -1)) ? dialogue : 'has no question: what the person says is empty'
}

function instructed({ system, instruction, input, output }: z.infer<typeof alpaca>): readonly Turn[] {
  const question = [instruction, input ?? ''].filter((part) => part.trim() !== '').join('\n\n')
  return [...told(system), { role: 'user', content: question }, { role: 'assistant', content: output }]
}

/** A prompt that is a few-shot text ends with an open answer, which the completion is. */
function promptAndCompletion({ prompt, completion }: z.infer<typeof completed>): readonly Turn[] {
  const before = typeof prompt === 'string' ? asTurns(prompt) : prompt
  const after: readonly Turn[] =
    typeof completion === 'string' ? [{ role: 'assistant', content: completion.trim() }] : completion
  return [...before, ...after]
}

function asTurns(prompt: string): readonly Turn[] {
  const few = fewShot(prompt)
  return few !== undefined && isPrompt(few) ? few : [{ role: 'user', content: prompt }]
}

const questionAndAnswer = ({ question, answer }: z.infer<typeof asked>): readonly Turn[] => [
  { role: 'user', content: question },
  { role: 'assistant', content: answer },
]

const told = (system: string | undefined): readonly Turn[] =>
  system === undefined ? [] : [{ role: 'system', content: system }]
