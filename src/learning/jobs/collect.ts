import { reasonOf } from '#core/errors.ts'
import { type JobStatus, LearningError, type ModelArtifact } from '#core/learning/engine.ts'
import { checkModel, sha256OfModel } from './model-files.ts'
import type { RunDirectory } from './run-directory.ts'
import { STATES } from './words.ts'

/**
 * What came of a job, when its files are the very ones that were made.
 *
 * @throws LearningError when it has not succeeded, or its model is not whole.
 */
export async function collectModel(run: RunDirectory, status: JobStatus): Promise<ModelArtifact> {
  const { id } = await run.spec()
  if (status.state !== 'succeeded')
    throw new LearningError(
      [`Job ${id} ${STATES[status.state]}, so there is no model of it.`, status.reason]
        .filter(Boolean)
        .join(' '),
    )
  const artifact = await run.artifact()
  if (artifact === undefined)
    throw new LearningError(`Job ${id} ended without a model. ${run.logPath} has what it said.`)
  if (artifact.sha256 === undefined) return artifact
  await checkModel(run.modelPath).catch((error: unknown) => {
    throw new LearningError(`The model of job ${id} is not whole: ${reasonOf(error)}. Train it again.`)
  })
  const found = await sha256OfModel(run.modelPath)
  if (found === artifact.sha256) return artifact
  throw new LearningError(
    `The model of job ${id} was changed: its checksum is ${found}, its artifact.json says ${artifact.sha256}. Train it again.`,
  )
}
