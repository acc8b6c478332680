import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { JobSpec } from '#core/learning/engine.ts'
import { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import { learnedFrom } from '#core/learning/registry/lineage.ts'
import type { Learned, ModelRecord } from '#core/learning/registry/record.ts'
import { build, dialogue, folder } from '#test/learning/dataset/given.ts'

/** A directory of jobs, each with a dataset of its own unless it is given one. */
function place() {
  const runs = join(folder(), 'runs')
  let count = 0
  return {
    dataset: async (epoch: number): Promise<JobSpec['dataset']> => {
      count += 1
      const consents = { allows: async () => true, epoch: async () => epoch }
      const { out, manifest } = await build([dialogue(count * 1_000)], {}, { consents })
      return { folder: out, id: manifest.id }
    },
    job: async (id: string, dataset: JobSpec['dataset'], more: Partial<JobSpec> = {}): Promise<string> => {
      const { path } = await RunDirectory.create(runs, {
        ...{ schema: 1, id, engine: 'trl', stage: 'sft', seed: 1, settings: {}, createdAt: 1 },
        ...{ dataset, ...more },
      })
      await mkdir(join(path, 'model'))
      return path
    },
  }
}

const registered = (id: string, uri: string, datasets: readonly Learned[]): ModelRecord => ({
  ...{ schema: 1, id, stage: 'sft', createdAt: 1, datasets },
  artifact: { schema: 1, kind: 'policy', uri, job: id, metrics: {} },
})

test('S3: a policy saw what its base saw, and the base of that, and what judged it; the newest first', async () => {
  const { dataset, job } = place()
  const [first, second, ranked, last] = [
    await dataset(1),
    await dataset(2),
    await dataset(3),
    await dataset(4),
  ]
  const begun = await job('sft-1', first)
  const retaught = await job('sft-2', second, { base: begun })
  // As a job names the model that another one made: by its folder, or by the directory of the job.
  const judge = await job('rm', ranked, { stage: 'rm', base: join(retaught, 'model') })
  const policy = await job('ppo', last, { stage: 'ppo', base: join(retaught, 'model'), reward: judge })
  expect(await learnedFrom([policy], [])).toEqual([
    { id: last.id, consentEpoch: 4 },
    { id: second.id, consentEpoch: 2 },
    { id: ranked.id, consentEpoch: 3 },
    { id: first.id, consentEpoch: 1 },
  ])
  // A job does not know of a reward model that is somewhere else; whoever registers its policy does.
  expect(await learnedFrom([begun, judge], [])).toEqual([
    { id: first.id, consentEpoch: 1 },
    { id: ranked.id, consentEpoch: 3 },
    { id: second.id, consentEpoch: 2 },
  ])
})

test('S3: a dataset that is gone, or in whose place another lies, is named by its job all the same', async () => {
  const { dataset, job } = place()
  const [gone, replaced, broken] = [await dataset(1), await dataset(2), await dataset(3)]
  const other = await dataset(9)
  const base = await job('sft-1', gone)
  const reward = await job('rm', { folder: other.folder, id: replaced.id }, { stage: 'rm' })
  const policy = await job('ppo', broken, { base, reward })
  await rm(gone.folder, { recursive: true })
  await writeFile(join(broken.folder, 'manifest.json'), '{')
  expect(await learnedFrom([policy], [])).toEqual([{ id: broken.id }, { id: gone.id }, { id: replaced.id }])
})

test('S3: what an endpoint keeps is found among the registered models, by its name there or here', async () => {
  const { dataset, job } = place()
  const own = await dataset(4)
  const known = [
    registered('first', 'ft:gpt-tiny:parley::1', [{ id: 'ds_a', consentEpoch: 1 }, { id: 'ds_b' }]),
    registered('second', '/models/elsewhere', [{ id: 'ds_c', consentEpoch: 2 }]),
  ]
  const policy = await job('dpo', own, { base: 'ft:gpt-tiny:parley::1' })
  const ours = { id: own.id, consentEpoch: 4 }
  expect(await learnedFrom([policy], known)).toEqual([ours, { id: 'ds_a', consentEpoch: 1 }, { id: 'ds_b' }])
  expect(await learnedFrom([policy, 'second'], known)).toContainEqual({ id: 'ds_c', consentEpoch: 2 })
  const nobodys = await job('dpo-2', own, { base: 'Qwen/Qwen3-0.6B', reward: 'http://127.0.0.1:5000' })
  expect(await learnedFrom([nobodys], known)).toEqual([ours])
})

test('a job that names itself, and one dataset of many jobs, are told once', async () => {
  const { dataset, job } = place()
  const shared = await dataset(1)
  const base = await job('sft', shared)
  const policy = await job('ppo', shared, { base, reward: base })
  expect(await learnedFrom([policy, policy, join(policy, 'model')], [])).toEqual([
    { id: shared.id, consentEpoch: 1 },
  ])
})
