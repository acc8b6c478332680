/** What the reward service is sent and what it says, as its callers document it. */
import * as z from 'zod'

/** Answers of one request: as many as a trainer's batch can sensibly have. */
export const MOST_ANSWERS = 1_024

const texts = z.union([z.array(z.string()), z.string().transform((text) => [text])])

/**
 * OpenRLHF 0.11 (`openrlhf/utils/agent.py`): one answer a request, the whole text with its special tokens kept. A label
 * is what the dataset row says; it may be missing, empty or anything.
 */
export const remoteRequest = z.object({
  query: texts.pipe(z.array(z.string()).max(MOST_ANSWERS)),
  prompts: texts.nullish().transform((prompts) => prompts ?? []),
  labels: z
    .unknown()
    .optional()
    .transform((labels): readonly unknown[] => [labels].flat()),
})

export interface RemoteAnswer {
  /** Becomes the advantages. */
  readonly rewards: readonly number[]
  /** From 0 to 1, for the filtering of prompts. */
  readonly scores: readonly number[]
  /** The same keys in every answer, or OpenRLHF cannot put them together. */
  readonly extra_logs: Readonly<Record<'rm_raw' | 'rm_known' | 'rm_failed', readonly number[]>>
}

export const judgeRequest = z.object({
  items: z
    .array(
      z.object({
        conversation: z.array(
          z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }),
        ),
        answer: z.string(),
      }),
    )
    .max(MOST_ANSWERS),
})

export const judgeAnswer = z.object({
  /** The reward model's id. */
  model: z.string(),
  shadow: z.boolean(),
  /** In the order of the items. */
  scores: z.array(z.object({ value: z.number(), conservative: z.number() })),
})
export type JudgeAnswer = z.infer<typeof judgeAnswer>

export const healthAnswer = z.object({ alive: z.literal(true), model: z.string(), shadow: z.boolean() })
export type HealthAnswer = z.infer<typeof healthAnswer>
