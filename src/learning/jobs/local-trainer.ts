/** What runs in the process of a job of the engine `local`: rows of the dataset -> L3's stages -> a model's files. */
import { join } from 'node:path'
import type { z } from 'zod'
import { FORMATS } from '#core/learning/dataset/formats.ts'
import type { Manifest } from '#core/learning/dataset/manifest.ts'
import { LearningError } from '#core/learning/engine.ts'
import { loadModel, readCheckpoint, saveCheckpoint, saveModel } from '#core/learning/local/model-files.ts'
import { openTrainer } from '#core/learning/local/open.ts'
import type { Checkpoint, Completion, Hooks, Ranking, Trained } from '#core/learning/local/trainer.ts'
import { agreementIn } from '#core/learning/reward/agreement.ts'
import { checkDataset, rowsOf } from './dataset.ts'
import { isService, localModel } from './local-engine.ts'
import { modelConfig, ppoSettings, rmSettings, sftSettings } from './local-settings.ts'
import { openScorer } from './remote-scorer.ts'
import type { Result, Train, Work } from './work.ts'

export const train: Train = async (work) => {
  const { spec, checkpoint } = work
  // Again, in the process that reads it: the files may have changed since the job was begun.
  const manifest = await checkDataset(spec, [])
  const resume = checkpoint === undefined ? undefined : await readCheckpoint(fileIn(checkpoint.folder))
  const given = { manifest, resume, hooks: hooksOf(work) }
  const { model, metrics } = await stageOf(work, given)
  await saveModel(work.modelFolder, model)
  if (spec.stage !== 'rm') return { kind: 'policy', metrics } satisfies Result
  const people = await agreementIn(spec.dataset.folder, manifest)
  return { kind: 'reward-model', metrics: { ...metrics, ...people } } satisfies Result
}

const fileIn = (folder: string): string => join(folder, 'checkpoint.safetensors')

interface Given {
  readonly manifest: Manifest
  readonly resume: Checkpoint | undefined
  readonly hooks: Hooks
}

async function stageOf({ spec }: Work, { manifest, resume, hooks }: Given): Promise<Trained> {
  const { dataset, seed, stage } = spec
  const trainer = await openTrainer()
  const common = { seed, ...(resume === undefined ? {} : { resume }) }
  const base = async () => loadModel(await localModel(spec.base, '--base', 'policy'))
  const demonstrations = async () =>
    (await rowsOf(dataset.folder, manifest, ['sft', FORMATS.sft], 'train')).map(demonstrationOf)
  switch (stage) {
    case 'sft': {
      const settings = sftSettings(spec.settings)
      const { batch, steps, learningRate, checkpointEvery } = settings
      const from = spec.base === undefined ? { config: modelConfig(settings) } : { base: await base() }
      return await trainer.sft(
        {
          ...{ ...common, ...from, demonstrations: await demonstrations() },
          ...{ batch, steps, learningRate, checkpointEvery },
        },
        hooks,
      )
    }
    case 'rm': {
      const rankings = async (split: 'train' | 'validation' | 'test') =>
        (await rowsOf(dataset.folder, manifest, ['rank', FORMATS.rank], split)).map(rankingOf)
      const validation = await rankings('validation')
      return await trainer.reward(
        {
          ...{ ...common, ...rmSettings(spec.settings), base: await base() },
          ...{ rankings: await rankings('train'), demonstrations: await demonstrations() },
          // Little data may leave no validation rows; nothing is chosen by these, so the test's do as well.
          heldOut: validation.length > 0 ? validation : await rankings('test'),
        },
        hooks,
      )
    }
    case 'ppo': {
      const { gamma, ...settings } = ppoSettings(spec.settings)
      const prompts = await rowsOf(dataset.folder, manifest, ['prompts', FORMATS.prompts], 'train')
      const { reward = '' } = spec
      return await trainer.ppo(
        {
          ...{ ...common, ...settings, base: await base(), prompts: prompts.map(({ prompt }) => prompt) },
          reward: isService(reward)
            ? await openScorer(reward, { env: process.env, fetch })
            : await loadModel(await localModel(reward, '--reward', 'reward-model')),
          ...(gamma === undefined ? {} : { pretraining: { rows: await demonstrations(), gamma } }),
        },
        hooks,
      )
    }
    case 'dpo':
    case 'kto':
    case 'rloo':
    case 'rft':
      throw new LearningError(`The engine local does not do ${stage}.`)
  }
}

const hooksOf = (work: Work): Hooks => ({
  signal: work.signal,
  metric: async (step, total, values) => {
    await work.metric(step, values)
    await work.progress(step, total, work.spec.stage === 'ppo' ? 'iterations' : 'steps')
  },
  sample: (step, { prompt, completion, reward }) =>
    work.sample({
      ...{ step, completion, prompt: prompt.map(({ content }) => content).join('\n') },
      ...(reward === undefined ? {} : { reward }),
    }),
  checkpoint: (checkpoint) =>
    work.save(checkpoint.step, (folder) => saveCheckpoint(fileIn(folder), checkpoint)),
})

function demonstrationOf({ messages }: z.infer<typeof FORMATS.sft>): Completion {
  return { prompt: messages.slice(0, -1), completion: messages.at(-1)?.content ?? '' }
}

const rankingOf = ({ prompt, candidates, order, weight }: z.infer<typeof FORMATS.rank>): Ranking => ({
  ...{ prompt, order, weight },
  candidates: candidates.map(({ content }) => content),
})
