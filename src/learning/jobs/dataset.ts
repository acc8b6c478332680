import { join } from 'node:path'
import type * as z from 'zod'
import { DatasetError, type Kind, type Split } from '#core/learning/dataset/dataset.ts'
import { readLines } from '#core/learning/dataset/lines.ts'
import type { Manifest } from '#core/learning/dataset/manifest.ts'
import { verify } from '#core/learning/dataset/verify.ts'
import { type JobSpec, LearningError } from '#core/learning/engine.ts'

/**
 * The dataset of a job, when it is the one the job was made for, is sound, and has what the stage learns from.
 *
 * @throws LearningError
 */
export async function checkDataset(spec: JobSpec, needed: readonly Kind[]): Promise<Manifest> {
  const { folder, id } = spec.dataset
  const manifest = await verify(folder).catch((error: unknown) => {
    if (!(error instanceof DatasetError)) throw error
    throw new LearningError(`${error.message}\nNothing was begun.`)
  })
  if (manifest.id !== id)
    throw new LearningError(
      `${folder} is dataset ${manifest.id} by now; this job was made for ${id}. Begin a new job.`,
    )
  const missing = needed.filter((kind) => rowsIn(manifest, kind, 'train') === 0)
  if (missing.length === 0) return manifest
  const wanting = `${folder} has no rows of ${missing.join(' and ')} to train ${spec.stage} on.`
  if (missing.every((kind) => manifest.kinds.includes(kind)))
    throw new LearningError(
      `${wanting} There was nothing to make them of when it was built. ` +
        '"parley learn dataset show" says what was left out; collect more, and build another.',
    )
  throw new LearningError(
    `${wanting} Build one with --kinds ${[...new Set([...manifest.kinds, ...missing])].join(',')}.`,
  )
}

const rowsIn = (manifest: Manifest, kind: Kind, split: Split): number =>
  manifest.files.find((file) => file.kind === kind && file.split === split)?.rows ?? 0

/** All rows of a kind in a split; none when there is no such file. @param schema of the kind, in `FORMATS`. */
export async function rowsOf<T>(
  folder: string,
  manifest: Manifest,
  [kind, schema]: readonly [Kind, z.ZodType<T>],
  split: Split,
): Promise<readonly T[]> {
  const file = manifest.files.find((each) => each.kind === kind && each.split === split)
  if (file === undefined) return []
  const rows: T[] = []
  for await (const { text } of readLines(join(folder, file.path))) rows.push(schema.parse(JSON.parse(text)))
  return rows
}
