/** The part of OpenAI's Chat Completions wire that a small policy can serve (platform.openai.com/docs/api-reference/chat). */
import * as z from 'zod'
import type { Turn } from '#core/learning/dataset/dataset.ts'

/** More answers to one question than anybody compares. */
const MOST_CHOICES = 16

const parts = z
  .array(z.object({ type: z.literal('text'), text: z.string() }))
  .transform((all) => all.map(({ text }) => text).join('\n'))
const role = z
  .enum(['system', 'developer', 'user', 'assistant'])
  .transform((given): Turn['role'] => (given === 'developer' ? 'system' : given))

export const chatRequest = z.object({
  model: z.string(),
  messages: z.array(z.object({ role, content: z.union([z.string(), parts]) })).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  /** Every token stands for a byte: leaving out unlikely ones is not offered, and not silently ignored. */
  top_p: z.literal(1, 'must be 1: this model draws from all tokens').nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  n: z.int().min(1).max(MOST_CHOICES).nullish(),
  seed: z.int().nullish(),
})
export type ChatRequest = z.infer<typeof chatRequest>

export interface Choice {
  readonly text: string
  readonly finish: 'stop' | 'length'
}

export interface Usage {
  readonly promptTokens: number
  readonly completionTokens: number
}

interface Head {
  readonly id: string
  readonly model: string
  /** Seconds since the epoch. */
  readonly created: number
}

const usageOf = ({ promptTokens, completionTokens }: Usage) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
})

export const completion = (head: Head, choices: readonly Choice[], usage: Usage) => ({
  ...{ ...head, object: 'chat.completion' },
  choices: choices.map(({ text, finish }, index) => ({
    ...{ index, message: { role: 'assistant', content: text }, finish_reason: finish, logprobs: null },
  })),
  usage: usageOf(usage),
})

/** As server-sent events; the last says that nothing follows. */
export function* chunks(head: Head, choices: readonly Choice[], usage: Usage | undefined): Generator<string> {
  const event = (more: object) =>
    `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...more })}\n\n`
  for (const [index, { text, finish }] of choices.entries()) {
    const delta = { role: 'assistant', content: text }
    yield event({ choices: [{ index, delta, finish_reason: null }] })
    yield event({ choices: [{ index, delta: {}, finish_reason: finish }] })
  }
  if (usage !== undefined) yield event({ choices: [], usage: usageOf(usage) })
  yield 'data: [DONE]\n\n'
}

export const models = (name: string, created: number) => ({
  object: 'list',
  data: [{ id: name, object: 'model', created, owned_by: 'parley' }],
})

export const failure = (message: string, type: string, code: string | null = null) => ({
  error: { message, type, code, param: null },
})
