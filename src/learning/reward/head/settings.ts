import * as z from 'zod'
import { LearningError } from '#core/learning/engine.ts'
import { USUAL_EMBEDDINGS } from '../open-embedder.ts'

/** What `--set` may say to the engine `head`. */
const schema = z.strictObject({
  /** See `EmbedderRequest`. */
  embed: z.string().min(1).default(USUAL_EMBEDDINGS),
  dimensions: z.int().min(2).max(8_192).optional(),
  /** In the ensemble: the one that scores, and at least three whose spread says how sure a score is. */
  heads: z.int().min(4).max(32).default(4),
})
export type HeadSettings = z.infer<typeof schema>

/** @throws LearningError for what the engine does not know */
export function headSettings(given: unknown): HeadSettings {
  const { data, error } = schema.safeParse(given)
  if (data !== undefined) return data
  const [issue] = error?.issues ?? []
  const where = issue?.path.join('.') ?? ''
  throw new LearningError(
    `The engine head does not take these settings: ${where === '' ? '' : `${where} `}${issue?.message}. ` +
      `There are ${Object.keys(schema.shape).join(', ')}.`,
  )
}
