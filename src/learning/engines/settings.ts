import * as z from 'zod'
import { type JobSpec, LearningError } from '#core/learning/engine.ts'

const template = z.union([z.string().min(1), z.array(z.string()).min(1).readonly()])

/** What every trainer that is a process of its own takes. */
export const processSettings = {
  /** How its command is started (`template.ts`). Its own words on this machine when left out. */
  command: template.optional(),
  /** What else ends it: a container or a remote process does not end with whoever started it. */
  cancel_command: template.optional(),
  /** For its environment. It is written into the run directory: no place for secrets. */
  env: z.record(z.string(), z.string()).optional(),
}

/** @throws LearningError naming the setting, and those there are when it is unknown. */
export function settingsOf<Shape extends z.ZodRawShape>(
  { engine, stage, settings }: JobSpec,
  schema: z.ZodObject<Shape>,
): z.infer<z.ZodObject<Shape>> {
  const { data, error } = schema.safeParse(settings)
  if (data !== undefined) return data
  const [issue] = error?.issues ?? []
  if (issue?.code === 'unrecognized_keys') {
    const known = Object.keys(schema.shape).toSorted().join(', ')
    throw new LearningError(
      `${engine} knows no setting ${issue.keys.map((key) => `"${key}"`).join(', ')} for ${stage}. It knows ${known}.`,
    )
  }
  throw new LearningError(
    `The setting "${issue?.path.join('.')}" of ${engine} is not right: ${issue?.message}. Change it and begin a new job.`,
  )
}
