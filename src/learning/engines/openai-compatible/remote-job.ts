import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
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
  const text = await readFile(join(run.path, FILE), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  return text === undefined ? undefined : remoteSchema.parse(JSON.parse(text))
}

export const setRemote = (run: RunDirectory, remote: RemoteJob): Promise<void> =>
  replaceFile(join(run.path, FILE), `${JSON.stringify(remote, undefined, 2)}\n`)

/** In one step, so that nobody reads half of it. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const half = `${path}.${process.pid}.half`
  await writeFile(half, text)
  await rename(half, path)
}
