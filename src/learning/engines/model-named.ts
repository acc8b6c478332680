import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LearningError, type ModelArtifact } from '#core/learning/engine.ts'
import { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import { KINDS_OF_MODEL } from '#core/learning/jobs/words.ts'

/**
 * What a trainer is told to begin from: the model of a job, when the job's directory is given; a folder or a name as it
 * is.
 *
 * @throws LearningError when the job has no model yet, or one of another kind.
 */
export async function modelNamed(
  address: string,
  option: '--base' | '--reward',
  kind: ModelArtifact['kind'],
): Promise<string> {
  const isJob = await stat(join(address, 'spec.json')).catch(() => undefined)
  if (isJob === undefined) return address
  const artifact = await new RunDirectory(address).artifact()
  if (artifact === undefined) {
    throw new LearningError(
      `The job ${address} has no model, so ${option} cannot be it. "parley learn job status" says how it stands.`,
    )
  }
  if (artifact.kind === kind) return artifact.uri
  throw new LearningError(
    `The job ${address} made a ${KINDS_OF_MODEL[artifact.kind]}, and ${option} wants a ${KINDS_OF_MODEL[kind]}. Give another.`,
  )
}
