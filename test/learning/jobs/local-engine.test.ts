import { appendFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createEngines, type Engine } from '#core/learning/jobs/engines.ts'
import { type JobRequest, jobsIn } from '#core/learning/jobs/jobs.ts'
import { createProcessEngine } from '#core/learning/jobs/process-engine.ts'
import type { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import { newBlocks } from '#core/learning/local/gpt.ts'
import { saveModel } from '#core/learning/local/model-files.ts'
import type { ModelConfig } from '#core/learning/local/trainer.ts'
import { HEAD_FILE } from '#core/learning/reward/head/file.ts'
import { build, dialogues, ranked } from '../dataset/given.ts'
import { eager, end, folder, never, PATIENCE_MS, pidOf, until } from './given.ts'

const TINY = {
  ...{ layers: 1, width: 8, heads: 1, context: 24, promptTokens: 8 },
  ...{ batch: 2, steps: 4, checkpointEvery: 1, learningRate: 0.001 },
}

const SMALL: ModelConfig = {
  ...{ layers: 1, width: 8, heads: 1, context: 24, promptTokens: 8, alphabet: 'bytes' },
}

const held = createProcessEngine({
  ...{ name: 'local', stages: ['sft'], clock: eager, check: async () => {} },
  trainer: new URL('./held-trainer.ts', import.meta.url),
})

async function workplace() {
  const examples = [...dialogues(40), ...Array.from({ length: 20 }, (_, nth) => ranked(nth))]
  const { out: dataset } = await build(examples, { kinds: ['sft', 'rank', 'prompts'] })
  const runs = folder()
  const jobs = jobsIn({ runs, now: () => Date.UTC(2026, 10, 23) })
  const engine = await createEngines({ clock: eager, env: {}, fetch }).named('local')
  const begin = async (request: Partial<JobRequest>, by: Engine = engine) => {
    const run = await jobs.create({
      engine: 'local',
      stage: 'sft',
      dataset,
      seed: 7,
      settings: {},
      ...request,
    })
    onTestFinished(() => end(run))
    await by.submit(run).catch(async (error: unknown) => {
      await jobs.forget(run)
      throw error
    })
    return run
  }
  return { dataset, runs, jobs, engine, begin }
}

test('L5: sft, killed in the middle and gone on with, comes to the same model; rm and ppo go on from it', {
  timeout: PATIENCE_MS,
}, async () => {
  const { begin, engine, jobs } = await workplace()
  const artifactOf = async (run: RunDirectory) => {
    expect((await until(run, never)).at(-1)).toMatchObject({ status: { state: 'succeeded' } })
    return await engine.collect(run)
  }
  const whole = await artifactOf(await begin({ settings: TINY }))
  expect(whole).toMatchObject({ kind: 'policy', metrics: { loss: expect.any(Number) } })

  const sft = await begin({ settings: TINY }, held)
  await until(sft, (event) => event.type === 'metric' && event.metric.step === 3)
  process.kill(await pidOf(sft), 'SIGKILL')
  expect((await until(sft, never)).at(-1)).toMatchObject({ status: { state: 'lost' } })
  await engine.submit(sft)
  expect(await artifactOf(sft)).toMatchObject({ sha256: whole.sha256 })

  const rm = await begin({ stage: 'rm', base: sft.path, settings: { batch: 8, epochs: 1 } })
  expect(await artifactOf(rm)).toMatchObject({
    ...{ kind: 'reward-model', metrics: { accuracy: expect.any(Number) } },
  })
  const ppo = await begin({
    ...{ stage: 'ppo', base: sft.path, reward: rm.path },
    settings: { batch: 4, iterations: 1, epochs: 1 },
  })
  expect(await artifactOf(ppo)).toMatchObject({ kind: 'policy', metrics: { kl: expect.any(Number) } })
  expect((await jobs.all()).map(({ path }) => path)).toContain(ppo.path)
  await expect(begin({ stage: 'ppo', base: sft.path, reward: sft.path })).rejects.toThrow(
    'made a policy. Give --reward the reward model to use',
  )
})

test('L2: a dataset with a wrong checksum is refused before anything begins', async () => {
  const { begin, dataset, runs } = await workplace()
  appendFileSync(join(dataset, 'sft/train.jsonl'), '\n')
  await expect(begin({ settings: TINY })).rejects.toThrow(
    /is not sound:\n- sft\/train\.jsonl was changed: its checksum is .*\nNothing was begun/s,
  )
  expect(readdirSync(runs)).toEqual([])
})

test('a model that the engine cannot read is refused before anything begins, with what to give', async () => {
  const { begin, runs } = await workplace()
  const [mine, head, foreign] = [folder(), folder(), folder()]
  await saveModel(join(mine, 'model'), { config: SMALL, blocks: newBlocks(SMALL, 1) })
  writeFileSync(join(head, HEAD_FILE), '{}')
  writeFileSync(join(foreign, 'config.json'), '{"architectures": ["Qwen3ForCausalLM"]}')
  const base = join(mine, 'model')
  await expect(begin({ stage: 'ppo', base, reward: head })).rejects.toThrow(
    /is a reward model on embeddings, .* Serve it with "parley learn rm serve" and give --reward its address/u,
  )
  await expect(begin({ stage: 'ppo', base, reward: foreign })).rejects.toThrow(
    /is no model of the engine local\. Give --reward the reward model to use/u,
  )
  await expect(begin({ stage: 'sft', base: foreign })).rejects.toThrow('Give --base the policy to use')
  expect(readdirSync(runs)).toEqual([])
})

test.for([
  [{ stage: 'dpo' }, 'The engine local cannot do dpo; it does sft, rm, ppo.'],
  [{ settings: { stpes: 3 } }, 'There are batch, steps, learningRate'],
  [{ settings: { heads: 3 } }, 'heads is 3 and does not divide width, which is 64.'],
  [{ stage: 'rm' }, 'Give --base the policy to use'],
  [{ base: 'nothing-here' }, 'nothing-here is no model: no model was written.'],
] as const)('what cannot work is refused with what to do: %j', async ([request, why]) => {
  const { begin, runs } = await workplace()
  await expect(begin(request)).rejects.toThrow(why)
  expect(readdirSync(runs)).toEqual([])
})
