/** How good the reward model was that a policy was trained against: for people to see (rule L4), never to decide by. */
import { DatasetError } from '#core/learning/dataset/dataset.ts'
import { verify } from '#core/learning/dataset/verify.ts'
import type { JobSpec } from '#core/learning/engine.ts'
import { jobAt } from '#core/learning/registry/lineage.ts'
import { type AgainstRaters, agreementIn } from '#core/learning/reward/agreement.ts'

/** Held-out rows before those of training: our own engines, then what TRL calls them. */
const NAMES = ['testAccuracy', 'eval_accuracy', 'accuracy'] as const

/**
 * @param address of a reward model, as jobs name it.
 * @returns undefined for one that no job of ours made, or that did not say how good it is.
 */
export async function rewardAccuracyOf(address: string): Promise<AgainstRaters | undefined> {
  const run = await jobAt(address)
  const metrics = (await run?.artifact())?.metrics
  const accuracy = NAMES.map((name) => metrics?.[name]).find((value) => value !== undefined)
  if (run === undefined || metrics === undefined || accuracy === undefined) return undefined
  const { agreement = await agreementOf(await run.spec()) } = metrics
  return { accuracy, ...(agreement === undefined ? {} : { agreement }) }
}

/** Trainers of somebody else's know nothing of raters; the directory may be gone, or another dataset by now. */
async function agreementOf({ dataset: { folder, id } }: JobSpec): Promise<number | undefined> {
  try {
    const manifest = await verify(folder)
    return manifest.id === id ? (await agreementIn(folder, manifest)).agreement : undefined
  } catch (error) {
    if (error instanceof DatasetError) return undefined
    throw error
  }
}
