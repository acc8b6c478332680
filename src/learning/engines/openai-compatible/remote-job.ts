import { join } from 'node:path'
import * as z from 'zod'
import { replaceFile, textIn } from '#core/learning/files.ts'
import type { RunDirectory } from '#core/learning/jobs/run-directory.ts'

/**
 * What of a job is at the endpoint, written down as soon as it is there: whoever resumes a job that was cut off in the
 * middle uploads nothing twice and begins nothing twice.
 */
const remoteSchema = z
  .object({
    /** What the endpoint's job carries, to be found again by. */
    attempt: z.string(),
    trainingFile: z.string().optional(),
    validationFile: z.string().optional(),
    job: z.string().optional(),
  })
  .readonly()
export type RemoteJob = z.infer<typeof remoteSchema>

const FILE = 'remote.json'

/** Undefined before anything was sent. */
export async function remoteOf(run: RunDirectory): Promise<RemoteJob | undefined> {
  const text = await textIn(join(run.path, FILE))
  return text === undefined ? undefined : remoteSchema.parse(JSON.parse(text))
}

export const setRemote = (run: RunDirectory, remote: RemoteJob): Promise<void> =>
  replaceFile(join(run.path, FILE), `${JSON.stringify(remote, undefined, 2)}\n`)
