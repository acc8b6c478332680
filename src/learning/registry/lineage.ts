/**
 * Which datasets a model learned from, also through the model it began as and the reward model it was trained against
 * (rule S3): so that it can be said, after a person's words are gone, which models saw them. Jobs say it themselves;
 * what an endpoint keeps is found by its name among the registered models.
 */
import { stat } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { DatasetError } from '#core/learning/dataset/dataset.ts'
import { readManifest } from '#core/learning/dataset/verify.ts'
import type { JobSpec } from '#core/learning/engine.ts'
import { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import type { Learned, ModelRecord } from './record.ts'

/**
 * @param addresses of models, as jobs name them: a job's directory, a model's folder, a name.
 * @param registered every model that is registered.
 * @returns each dataset once, the newest job's first.
 */
export async function learnedFrom(
  addresses: readonly string[],
  registered: readonly ModelRecord[],
): Promise<readonly Learned[]> {
  const found = new Map<string, Learned>()
  const seen = new Set<string>()
  const waiting = [...addresses]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const address = next
    if (seen.has(address)) continue
    seen.add(address)
    const known = registered.filter(({ id, artifact }) => id === address || artifact.uri === address)
    for (const each of known.flatMap(({ datasets }) => datasets)) found.set(each.id, each)
    const run = await jobAt(address)
    if (run === undefined) continue
    const { dataset, base, reward } = await run.spec()
    if (!found.has(dataset.id)) found.set(dataset.id, await builtWhen(dataset))
    waiting.push(...[base, reward].filter((each) => each !== undefined))
  }
  return [...found.values()]
}

/** The job that made a model: a model's folder lies in its job's directory. Undefined when it was no job of ours. */
export async function jobAt(address: string): Promise<RunDirectory | undefined> {
  if (!isAbsolute(address)) return undefined // a name that only an engine knows
  for (const folder of [address, dirname(address)])
    if ((await stat(join(folder, 'spec.json')).catch(() => undefined)) !== undefined)
      return new RunDirectory(folder)
  return undefined
}

/** The directory may be gone, or another dataset by now: the job's own word is what it learned from. */
async function builtWhen({ folder, id }: JobSpec['dataset']): Promise<Learned> {
  try {
    const manifest = await readManifest(folder)
    return manifest.id === id ? { id, consentEpoch: manifest.consentEpoch } : { id }
  } catch (error) {
    if (error instanceof DatasetError) return { id }
    throw error
  }
}
