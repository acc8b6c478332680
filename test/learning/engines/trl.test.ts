import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '#core/clock.ts'
import type { JobSpec } from '#core/learning/engine.ts'
import { trainOutside } from '#core/learning/engines/outside.ts'
import { begin, look } from '#core/learning/engines/process.ts'
import { trlPlan } from '#core/learning/engines/trl/plan.ts'
import { createTrl } from '#core/learning/engines/trl/trl.ts'
import { copyOfDataset, dataset, doing, folder, PATIENT, runOf, STAND_IN, specOf, standIn } from './given.ts'

const env = { PATH: process.env.PATH, PARLEY_REWARD_TOKEN: 'tok-en', SLACK_BOT_TOKEN: 'xoxb-secret' }
const train = trainOutside((spec, run) => trlPlan(spec, run, env), env)
const trl = createTrl({ clock: systemClock, env })
const logOf = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n')

test.each([
  ['sft', {}],
  [
    'sft-completion',
    { stage: 'sft', settings: { rows: 'completion', eval_strategy: 'steps', eval_steps: 20 } },
  ],
  ['rm', { stage: 'rm', base: '/models/sft', settings: { learning_rate: 9e-6, num_processes: 4 } }],
  [
    'dpo',
    { stage: 'dpo', settings: { beta: 0.2, use_peft: true, lora_target_modules: ['q_proj', 'v_proj'] } },
  ],
  ['kto', { stage: 'kto', settings: { accelerate_config: 'zero3' } }],
  ['rloo', { stage: 'rloo', reward: 'http://10.0.0.5:5000', settings: { env: { HF_HOME: '/cache' } } }],
  ['rloo-model', { stage: 'rloo', reward: '/models/rm' }],
] satisfies [string, Partial<JobSpec>][])(
  'L2: the command and configuration of %s, as committed',
  async (name, more) => {
    const plan = await trlPlan(specOf(more), '/runs/job-1', env)
    const text = [
      `$ ${plan.command.join(' ')}`,
      ...Object.entries(plan.files).flatMap(([file, content]) =>
        file.endsWith('.py') ? [`--- ${file} (src/learning/reward)`] : [`--- ${file}`, content.trimEnd()],
      ),
      '',
    ].join('\n')
    await expect(text.replaceAll(dataset.folder, '/data/D')).toMatchFileSnapshot(`golden/trl-${name}.txt`)
    expect(text).not.toMatch(/test_split_size|push_to_hub|xoxb/)
  },
)

test('a trainer is begun, watched and its model taken; its checkpoints stay behind', async () => {
  const run = await runOf(specOf({ settings: standIn() }))
  expect(await doing(run, train)).toMatchObject({
    ...{ state: 'succeeded', progress: { done: 3, total: 3, unit: 'steps' } },
  })
  expect(await Array.fromAsync(run.metrics())).toEqual([
    { step: 1, at: 5, values: { loss: 0.7, learning_rate: 2e-5, epoch: 0.33 } },
    { step: 2, at: 5, values: { loss: 0.5, epoch: 0.67 } },
    { step: 3, at: 5, values: { train_runtime: 3.1, train_loss: 0.6, epoch: 1 } },
  ])
  expect(logOf(run.logPath)).toEqual([
    ...[
      'Begins.',
      'Loading the model',
      expect.stringContaining("{'loss': 0.7"),
      expect.stringContaining("'0.5'"),
    ],
    ...[expect.stringContaining('train_runtime'), 'Model saved.'],
  ])
  expect(readdirSync(run.modelPath).toSorted()).toEqual(['config.json', 'model.safetensors'])
  const artifact = await trl.collect(run)
  expect(artifact).toMatchObject({
    kind: 'policy',
    uri: run.modelPath,
    metrics: { loss: 0.5, train_loss: 0.6 },
  })
  expect(JSON.parse(readFileSync(join(run.path, 'command.json'), 'utf8')).command.slice(0, 2)).toEqual([
    'trl',
    'sft',
  ])
})

test('what the model says on the way is kept as samples, at its step, and is no line of the log', async () => {
  const run = await runOf(specOf({ settings: standIn('samples') }))
  expect(await doing(run, train)).toMatchObject({ state: 'succeeded' })
  expect(await Array.fromAsync(run.samples())).toEqual([
    { step: 2, prompt: 'Name a colour.', completion: 'Blue\nlike the sea.', reward: 0.5 },
    { step: 2, prompt: "user\nWhat's up?", completion: 'Not much.', reward: -1.25 },
  ])
  expect(readFileSync(run.logPath, 'utf8')).not.toMatch(/Blue|Not much/)
  // Begun again, it tells them again, and each is there once.
  rmSync(run.modelPath, { recursive: true })
  expect(await doing(run, train)).toMatchObject({ state: 'succeeded' })
  expect(await Array.fromAsync(run.samples())).toHaveLength(2)
})

test.each([
  ['empty', 'The trainer ended without a model: there is nothing in'],
  ['torn', 'ended without a model: model.safetensors of the model breaks off'],
  ['nan', 'loss is no number any more'],
  ['oom', 'CUDA out of memory. Tried to allocate 2 GiB. The GPU has not enough memory'],
])('a trainer that ends in another way (%s) leaves no model and a reason', async (how, reason) => {
  const run = await runOf(specOf({ settings: standIn(how) }))
  expect(await doing(run, train)).toMatchObject({ state: 'failed', reason: expect.stringContaining(reason) })
  expect(await run.artifact()).toBeUndefined()
  expect(existsSync(run.modelPath)).toBe(false)
  expect(await look(run.path)).toEqual({ is: 'none' })
  await expect(trl.collect(run)).rejects.toThrow('there is no model of it')
})

test('elsewhere, by a shell that is given one line: as ssh and containers do it', async () => {
  const bin = folder()
  symlinkSync(STAND_IN, join(bin, 'trl'))
  const there = { PATH: `${bin}:${process.env.PATH}` }
  const elsewhere = trainOutside((spec, run) => trlPlan(spec, run, there), there)
  // Another machine knows nothing of our environment and our working directory.
  const settings = {
    command: ['sh', '-c', 'cd / && exec env -i PATH="$PATH" sh -c "$0"', '{line}'],
    env: { STAND_IN: 'well' },
  }
  const run = await runOf(specOf({ settings }))
  expect(await doing(run, elsewhere)).toMatchObject({ state: 'succeeded' })
})

test('a trainer that is not there: who has to be installed', async () => {
  const run = await runOf(specOf({ settings: { command: '/nowhere/trl {command}' } }))
  expect(await doing(run, train)).toMatchObject({
    ...{
      state: 'failed',
      reason: 'trl is not there. Install it, or say with the setting "command" where it is.',
    },
  })
})

test('a job that hangs is cancelled, and what it began elsewhere is told', async () => {
  const settings = standIn('hang', { cancel_command: ['sh', '-c', 'echo {name} > {run}/stopped'] })
  const run = await runOf(specOf({ settings }))
  const cancel = new AbortController()
  const ended = doing(run, train, cancel.signal)
  await expect.poll(() => logOf(run.logPath), PATIENT).toContain('holds')
  cancel.abort()
  expect(await ended).toMatchObject({ state: 'cancelled' })
  expect(readFileSync(join(run.path, 'stopped'), 'utf8')).toBe('job-1\n')
  expect(await look(run.path)).toEqual({ is: 'none' })
})

test('kill -9 of the process that watches: the trainer runs on, and a resumed job takes its model', async () => {
  const run = await runOf(specOf({ settings: standIn('hold') }))
  await trl.submit(run)
  await expect.poll(() => logOf(run.logPath), PATIENT).toContain('holds')
  const [, pid] = (await run.status())?.external?.split(':') ?? []
  process.kill(Number(pid), 'SIGKILL')
  await expect
    .poll(() => trl.status(run), PATIENT)
    .toMatchObject({
      ...{ state: 'lost', reason: expect.stringContaining('its trainer runs on') },
    })
  expect(await look(run.path)).toMatchObject({ is: 'running' })
  writeFileSync(join(run.path, 'go'), '')
  await expect.poll(() => look(run.path), PATIENT).toEqual({ is: 'ended', code: 0 })
  expect((await trl.status(run)).reason).toContain('fetches what came of it')
  expect(await doing(run, train)).toMatchObject({ state: 'succeeded' })
  const log = logOf(run.logPath)
  expect(log.filter((line) => line === 'Loading the model')).toHaveLength(1)
  expect(log).toContain('The trainer was begun before; it is watched again.')
  expect((await Array.fromAsync(run.metrics())).map(({ step }) => step)).toEqual([1, 2, 3])
  expect(await trl.collect(run)).toMatchObject({ kind: 'policy' })
})

test('a lost job whose trainer runs on can be cancelled', async () => {
  const run = await runOf(specOf())
  // As a process leaves it that was killed: nobody watches.
  await begin(run.path, [STAND_IN], { PATH: process.env.PATH ?? '', STAND_IN: 'hang' })
  await run.setStatus({ state: 'lost', updatedAt: 1 })
  await trl.cancel(run)
  expect(await run.status()).toMatchObject({ state: 'cancelled' })
  expect(await look(run.path)).toEqual({ is: 'none' })
})

test("what is not Parley's to hand on stays: no secret of ours is in the trainer's environment", async () => {
  const settings = { command: ['sh', '-c', 'env; exit 3', '{command}'] }
  const run = await runOf(specOf({ settings }))
  expect(await doing(run, train)).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('ended with code 3'),
  })
  const log = readFileSync(run.logPath, 'utf8')
  expect(log).toContain('PYTHONUNBUFFERED=1')
  expect(log).not.toMatch(/xoxb|tok-en/)
})

test.each([
  ['ppo with TRL', { stage: 'ppo' }, 'its PPO is experimental'],
  ['no base', { base: undefined }, 'TRL needs a model to begin from'],
  ['a misspelt setting', { settings: { learning_rat: 1 } }, 'trl knows no setting "learning_rat" for sft'],
  ['a split by row', { settings: { test_split_size: 0.1 } }, 'knows no setting "test_split_size"'],
  [
    'a wrong value',
    { settings: { learning_rate: 'fast' } },
    'The setting "learning_rate" of trl is not right',
  ],
  ['no reward', { stage: 'rloo' }, 'Start one with "parley learn rm serve"'],
  ['another dataset', { dataset: { folder: dataset.folder, id: 'ds_other' } }, 'no longer ds_other'],
  ['no dataset', { dataset: { folder: '/nowhere', id: 'x' } }, 'is not a dataset'],
  ['a template without the command', { settings: { command: 'docker run trl' } }, 'Write {command} in it'],
] satisfies [string, Partial<JobSpec> | { base: undefined }, string][])(
  'refused before anything begins: %s',
  async (_, more, words) => {
    const run = await runOf({ ...specOf(), ...more } as JobSpec)
    await expect(trl.submit(run)).rejects.toThrow(words)
    expect(readdirSync(run.path)).toEqual(['spec.json'])
  },
)

test('L2: a dataset whose checksum is wrong trains nothing', async () => {
  const damaged = copyOfDataset()
  appendFileSync(join(damaged.folder, 'sft/train.jsonl'), '{"messages":[]}\n')
  const run = await runOf(specOf({ dataset: damaged }))
  await expect(trl.submit(run)).rejects.toThrow(
    /is not sound:[\s\S]*sft\/train.jsonl[\s\S]*\nBuild the dataset again, or fetch it anew\.$/u,
  )
})
