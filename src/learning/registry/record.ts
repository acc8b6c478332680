/** A model that was made here, or given: what it is, what it came of, and what is known of it. */
import * as z from 'zod'
import { artifactSchema, stageSchema } from '#core/learning/engine.ts'

const learnedSchema = z
  .object({
    /** A dataset's id, and the consent epoch in which it was built (rule S2), while that is known. */
    id: z.string(),
    consentEpoch: z.number().int().nonnegative().exactOptional(),
  })
  .readonly()
export type Learned = z.infer<typeof learnedSchema>

export const modelRecordSchema = z
  .object({
    schema: z.literal(1),
    id: z.string(),
    /** The model that training began from: an id of the registry, or any name. */
    base: z.string().optional(),
    stage: stageSchema,
    artifact: artifactSchema,
    /** Its own datasets and those of everything it came from. */
    datasets: z.array(learnedSchema).readonly(),
    rewardModel: z.string().optional(),
    /** How good that is, where it is known: shares of preferences, see `rewardAccuracyOf`. */
    reward: z
      .object({ accuracy: z.number(), agreement: z.number().exactOptional() })
      .readonly()
      .exactOptional(),
    /** The round of `iterate` that made it, from 1. */
    iteration: z.number().int().positive().optional(),
    /** Milliseconds since the epoch. */
    createdAt: z.number(),
    /** What the gate said, newest; absent while nobody has asked it. */
    verdict: z
      .object({
        at: z.number(),
        passed: z.boolean(),
        /** What it was held against; `null` stands for the model of the configuration, absent: not known any more. */
        against: z.string().nullable().exactOptional(),
        /** One plain sentence for each test. */
        reasons: z.array(z.object({ passed: z.boolean(), text: z.string() }).readonly()).readonly(),
        /** What decides nothing. */
        notes: z.array(z.string()).readonly().exactOptional(),
      })
      .readonly()
      .optional(),
    rejected: z.object({ at: z.number(), why: z.string() }).readonly().optional(),
  })
  .readonly()
export type ModelRecord = z.infer<typeof modelRecordSchema>
