/**
 * The engine `local`: a small model trained for real on this machine, in a process of its own. It is the reference that
 * proves the loop, and makes no good assistant.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '#core/clock.ts'
import type { Kind } from '#core/learning/dataset/dataset.ts'
import { type JobSpec, LearningError, type ModelArtifact } from '#core/learning/engine.ts'
import { readModelConfig } from '#core/learning/local/model-files.ts'
import { HEAD_FILE } from '#core/learning/reward/head/file.ts'
import { collectModel } from './collect.ts'
import { checkDataset } from './dataset.ts'
import {
  LOCAL_STAGES,
  type LocalStage,
  modelConfig,
  ppoSettings,
  rmSettings,
  sftSettings,
} from './local-settings.ts'
import { checkModel } from './model-files.ts'
import { createProcessEngine } from './process-engine.ts'
import { openScorer, type ScorerDeps } from './remote-scorer.ts'
import { RunDirectory } from './run-directory.ts'
import { truthOf } from './truth.ts'
import { KINDS_OF_MODEL } from './words.ts'

const KINDS: Readonly<Record<LocalStage, readonly Kind[]>> = {
  sft: ['sft'],
  rm: ['rank', 'sft'],
  ppo: ['prompts'],
}

export const createLocalEngine = ({ clock, ...deps }: ScorerDeps & { readonly clock: Clock }) =>
  createProcessEngine({
    ...{ name: 'local', stages: LOCAL_STAGES, clock, check: (spec) => checkLocal(spec, deps) },
    trainer: new URL('./local-trainer.ts', import.meta.url),
  })

/** Everything that can be known before a process is begun. @throws LearningError */
async function checkLocal(spec: JobSpec, deps: ScorerDeps): Promise<void> {
  const { stage, settings, base, reward } = spec
  switch (stage) {
    case 'sft':
      modelConfig(sftSettings(settings))
      if (base !== undefined) await localModel(base, '--base', 'policy')
      break
    case 'rm':
      rmSettings(settings)
      await localModel(base, '--base', 'policy')
      break
    case 'ppo':
      ppoSettings(settings)
      await localModel(base, '--base', 'policy')
      if (reward !== undefined && isService(reward)) await openScorer(reward, deps)
      else await localModel(reward, '--reward', 'reward-model')
      break
    case 'dpo':
    case 'kto':
    case 'rloo':
    case 'rft':
      throw new LearningError(
        `The engine local does ${LOCAL_STAGES.join(', ')} only. Choose another with --engine.`,
      )
  }
  const withDemonstrations = stage === 'ppo' && ppoSettings(settings).gamma !== undefined
  await checkDataset(spec, withDemonstrations ? [...KINDS.ppo, 'sft'] : KINDS[stage])
}

export const isService = (reward: string): boolean => /^https?:\/\//u.test(reward)

/**
 * The folder of a model of this engine: itself, or that of the job's directory that is given.
 *
 * @throws LearningError when there is none, it is of another kind, or it is not whole.
 */
export async function localModel(
  address: string | undefined,
  option: '--base' | '--reward' | '--model',
  kind: ModelArtifact['kind'],
): Promise<string> {
  const wanted = `Give ${option} the ${KINDS_OF_MODEL[kind]} to use: the id of a job of the engine local, or a model's folder`
  if (address === undefined) throw new LearningError(`${wanted}.`)
  const folder = await folderAt(address, kind, wanted)
  if (await isThere(join(folder, HEAD_FILE)))
    throw new LearningError(
      `${address} is a reward model on embeddings, and the engine local cannot look into it. ` +
        `Serve it with "parley learn rm serve" and give ${option} its address, or give one of the engine local.`,
    )
  await readModelConfig(folder).catch((error: unknown) => {
    if (!(error instanceof LearningError)) throw error
    throw new LearningError(`${address} is no model of the engine local. ${wanted}.`, { cause: error })
  })
  return folder
}

async function folderAt(address: string, kind: ModelArtifact['kind'], wanted: string): Promise<string> {
  if (await isThere(join(address, 'spec.json'))) {
    const run = new RunDirectory(address)
    const artifact = await collectModel(run, await truthOf(run))
    if (artifact.kind === kind) return run.modelPath
    throw new LearningError(`${address} made a ${KINDS_OF_MODEL[artifact.kind]}. ${wanted}.`)
  }
  await checkModel(address).catch((error: unknown) => {
    if (!(error instanceof LearningError)) throw error
    throw new LearningError(`${address} is no model: ${error.message}. ${wanted}.`)
  })
  return address
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
