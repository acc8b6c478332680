import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reasonOf } from '#core/errors.ts'
import { isMissing } from '#core/learning/files.ts'
import { DatasetError } from './dataset.ts'
import { inspect } from './inspect.ts'
import { MANIFEST, type Manifest, manifestSchema } from './manifest.ts'

/** What a directory says of itself. @throws DatasetError when it is not a dataset, or a later version's. */
export async function readManifest(directory: string): Promise<Manifest> {
  const path = join(directory, MANIFEST)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const why = isMissing(error) ? 'it has no' : 'unreadable'
    throw new DatasetError(
      `${directory} is not a dataset: ${why} ${MANIFEST}. Give the directory that "parley learn dataset build" made.`,
    )
  })
  const { data, error } = manifestSchema.safeParse(jsonOf(path, text))
  if (data !== undefined) return data
  const [issue] = error?.issues ?? []
  throw new DatasetError(
    `${path} is not a dataset's: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}. Build the dataset again.`,
  )
}

/** @throws DatasetError with every problem, each with its file and line, and with what to do. */
export async function verify(directory: string): Promise<Manifest> {
  const manifest = await readManifest(directory)
  const problems = await inspect(directory, manifest)
  if (problems.length === 0) return manifest
  throw new DatasetError(
    [
      `${directory} is not sound:`,
      ...problems.map((problem) => `- ${problem}.`),
      'Build the dataset again, or fetch it anew.',
    ].join('\n'),
  )
}

function jsonOf(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new DatasetError(`${path} is not JSON: ${reasonOf(error)}. Build the dataset again.`)
  }
}
