import { resolve } from 'node:path'
import { DatasetError, type Kind, type Split } from '#core/learning/dataset/dataset.ts'
import type { Manifest } from '#core/learning/dataset/manifest.ts'
import { verify } from '#core/learning/dataset/verify.ts'
import { type JobSpec, LearningError } from '#core/learning/engine.ts'

/** The files of one kind that a trainer may see: never the test split, which says afterwards how good a model is. */
export interface DatasetFiles {
  readonly manifest: Manifest
  /** Absolute, also for a trainer that runs with another working directory. */
  readonly root: string
  /** Where the files of the kind are. */
  readonly folder: string
  readonly train: string
  readonly trainRows: number
  readonly validation: string | undefined
}

/** @throws LearningError when it is not sound, is another than the job was made for, or has nothing of the kind. */
export async function datasetFiles({ dataset }: JobSpec, kind: Kind): Promise<DatasetFiles> {
  const root = resolve(dataset.folder)
  const manifest = await verify(root).catch((error: unknown) => {
    throw error instanceof DatasetError ? new LearningError(error.message) : error
  })
  if (manifest.id !== dataset.id) {
    throw new LearningError(
      `${root} is ${manifest.id} and no longer ${dataset.id}, for which this job was made. Begin a new job.`,
    )
  }
  const fileOf = (split: Split) =>
    manifest.files.find((each) => each.kind === kind && each.split === split && each.rows > 0)
  const train = fileOf('train')
  if (train === undefined) {
    throw new LearningError(
      `${root} has no ${kind} rows to train on. Build it with "parley learn dataset build --kinds ${kind}", and with more data if that is in it.`,
    )
  }
  const validation = fileOf('validation')
  return {
    ...{ manifest, root, folder: resolve(root, kind), train: resolve(root, train.path) },
    trainRows: train.rows,
    validation: validation === undefined ? undefined : resolve(root, validation.path),
  }
}
