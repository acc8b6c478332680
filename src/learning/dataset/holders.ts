/** Which datasets a person is in, by their lineage: to be asked when that person wants their words out (rules S2, S3). */
import { join } from 'node:path'
import { DatasetError } from './dataset.ts'
import { readLines } from './lines.ts'
import { lineageSchema } from './manifest.ts'
import { verify } from './verify.ts'

export interface DatasetAt {
  readonly folder: string
  readonly id: string
}

export interface Held {
  /** Ids of those that the person is in. */
  readonly in: ReadonlySet<string>
  /** Of any other, nobody can tell: its directory is gone, or is another dataset by now. */
  readonly notIn: ReadonlySet<string>
}

/** @param pseudonym as records name the person. @param datasets each once or more, wherever they were seen. */
export async function datasetsWith(pseudonym: string, datasets: readonly DatasetAt[]): Promise<Held> {
  const held = { in: new Set<string>(), notIn: new Set<string>() }
  for (const dataset of datasets) {
    if (held.in.has(dataset.id) || held.notIn.has(dataset.id)) continue
    const isIn = await isPersonIn(pseudonym, dataset)
    if (isIn !== undefined) held[isIn ? 'in' : 'notIn'].add(dataset.id)
  }
  return held
}

/** Undefined when that dataset is not there, or not as it was built. */
async function isPersonIn(pseudonym: string, { folder, id }: DatasetAt): Promise<boolean | undefined> {
  const manifest = await verify(folder).catch((error: unknown) => {
    if (error instanceof DatasetError) return undefined
    throw error
  })
  if (manifest?.id !== id) return undefined
  for (const { lineage } of manifest.files)
    for await (const { text } of readLines(join(folder, lineage.path)))
      if (lineageSchema.parse(JSON.parse(text)).people.includes(pseudonym)) return true
  return false
}
