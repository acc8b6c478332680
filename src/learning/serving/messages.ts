/** What a served policy and its process say to each other. */
import * as z from 'zod'

export const askedSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ask'),
    id: z.number(),
    turns: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })),
    seed: z.number(),
    temperature: z.number(),
    maxTokens: z.number(),
  }),
  /** Nobody wants the answer any more. */
  z.object({ type: z.literal('cancel'), id: z.number() }),
])
export type Asked = z.infer<typeof askedSchema>

export const answeredSchema = z.discriminatedUnion('type', [
  /** How many tokens of a prompt it looks at, and how many it can say. */
  z.object({ type: z.literal('ready'), promptTokens: z.number(), completionTokens: z.number() }),
  /** The model cannot be loaded. */
  z.object({ type: z.literal('unusable'), reason: z.string() }),
  z.object({ type: z.literal('answer'), id: z.number(), text: z.string() }),
  z.object({ type: z.literal('failed'), id: z.number(), reason: z.string() }),
])
export type Answered = z.infer<typeof answeredSchema>
