/**
 * What trainers accept, as their documentation says it: a row that does not parse here is never written, and never
 * passes `verify`. TRL 1.10 (dataset formats), OpenRLHF 0.11 (`--data.*_key`), OpenAI-format JSONL (fine-tuning,
 * preference and reinforcement guides; also Azure, Together and Fireworks).
 */
import * as z from 'zod'
import { jsonOf } from '#core/learning/files.ts'
import type { Kind, Turn } from './dataset.ts'

const words = z.string().refine((text) => text.trim() !== '', 'must not be empty')
const system = z.strictObject({ role: z.literal('system'), content: words })
const user = z.strictObject({ role: z.literal('user'), content: words })
const assistant = z.strictObject({ role: z.literal('assistant'), content: words })
/** `weight: 0` keeps an earlier answer out of the loss. */
const weighted = assistant.extend({ weight: z.union([z.literal(0), z.literal(1)]).optional() })

/** Chat templates of several models refuse turns that do not alternate. */
const alternates = (turns: readonly { readonly role: string }[]): boolean =>
  turns
    .filter(({ role }, nth) => nth > 0 || role !== 'system')
    .every(({ role }, nth) => role === (nth % 2 === 0 ? 'user' : 'assistant'))

const conversation = <Message extends z.ZodType<{ role: Turn['role'] }>>(
  message: Message,
  last: Turn['role'],
) =>
  z
    .array(message)
    .refine(alternates, 'must be a user and an assistant in turn, after at most one system message')
    .refine((turns) => turns.at(-1)?.role === last, `must end with a message of the ${last}`)

const turns = z.discriminatedUnion('role', [system, user, assistant])
const weightedTurns = z.discriminatedUnion('role', [system, user, weighted])
const prompt = conversation(turns, 'user')
const answer = z.tuple([assistant])

const label = z
  .string()
  .refine((text) => labelled.safeParse(jsonOf(text)).success, 'must be {"pid","ctx_sha"}')
const labelled = z.strictObject({ pid: z.string().min(1), ctx_sha: z.string().regex(/^[0-9a-f]{64}$/) })

const ranked = z
  .strictObject({
    prompt,
    candidates: z.array(assistant).min(2).max(9),
    /** Indices of the candidates, best first; ties stand together. */
    order: z.array(z.array(z.int().nonnegative()).min(1)).min(1),
    all_bad: z.boolean(),
    /** All rankings of one prompt together weigh 1. */
    weight: z.number().positive().max(1),
  })
  .refine(
    ({ candidates, order }) =>
      order.flat().length === candidates.length && new Set(order.flat()).size === candidates.length,
    { path: ['order'], message: 'must name every candidate once' },
  )
  .refine(({ candidates, order }) => order.flat().every((nth) => nth < candidates.length), {
    path: ['order'],
    message: 'names a candidate that is not there',
  })

export const FORMATS = {
  sft: z.strictObject({ messages: conversation(turns, 'assistant') }),
  completion: z.strictObject({ prompt, completion: answer }),
  pref: z.strictObject({
    prompt,
    chosen: answer,
    rejected: answer,
    margin: z.number().min(0).max(1).optional(),
  }),
  rank: ranked,
  kto: z.strictObject({ prompt, completion: answer, label: z.boolean() }),
  prompts: z.strictObject({ prompt, label }),
  'sft-openai': z.strictObject({ messages: conversation(weightedTurns, 'assistant') }),
  'dpo-openai': z.strictObject({
    input: z.strictObject({ messages: prompt, tools: z.tuple([]), parallel_tool_calls: z.boolean() }),
    preferred_output: answer,
    non_preferred_output: answer,
  }),
  'rft-openai': z.strictObject({ messages: prompt, reference_answer: words }),
} satisfies Record<Kind, z.ZodType>

export type Row = z.infer<(typeof FORMATS)[Kind]>

/** The prompt of a row, and its answers: what must not be in two splits. */
export function contentsOf(row: Row): {
  readonly prompt: readonly Turn[]
  readonly answers: readonly string[]
} {
  if ('input' in row)
    return {
      prompt: row.input.messages,
      answers: texts([...row.preferred_output, ...row.non_preferred_output]),
    }
  if ('reference_answer' in row) return { prompt: row.messages, answers: [row.reference_answer] }
  if ('messages' in row) return { prompt: row.messages.slice(0, -1), answers: texts(row.messages.slice(-1)) }
  if ('chosen' in row) return { prompt: row.prompt, answers: texts([...row.chosen, ...row.rejected]) }
  if ('candidates' in row) return { prompt: row.prompt, answers: texts(row.candidates) }
  if ('completion' in row) return { prompt: row.prompt, answers: texts(row.completion) }
  return { prompt: row.prompt, answers: [] }
}

const texts = (messages: readonly { readonly content: string }[]) => messages.map(({ content }) => content)
