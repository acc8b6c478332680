import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '#core/clock.ts'
import type { JobSpec } from '#core/learning/engine.ts'
import { createOpenRlhf } from '#core/learning/engines/openrlhf/openrlhf.ts'
import { openRlhfPlan } from '#core/learning/engines/openrlhf/plan.ts'
import { trainOutside } from '#core/learning/engines/outside.ts'
import { createRewardService } from '#core/learning/reward/service.ts'
import { lines } from '#test/learning/dataset/given.ts'
import { fakeReward } from '#test/learning/reward/given.ts'
import { recordingLog } from '#test/quiet-log.ts'
import { dataset, doing, folder, PATIENT, runOf, specOf, standIn } from './given.ts'

const env = { PATH: process.env.PATH, PARLEY_REWARD_TOKEN: 'tok&en' }
const openrlhf = createOpenRlhf({ clock: systemClock, env })
const train = trainOutside((spec, run) => openRlhfPlan(spec, run, env), env)
const reward = 'http://10.0.0.5:5000'
const spec = (more: Partial<JobSpec> = {}) => specOf({ engine: 'openrlhf', base: '/models/sft', ...more })

/** A flag and its value on a line. */
const shown = (words: readonly string[]) =>
  words.map((word) => (word.startsWith('--') ? `\n  ${word}` : ` ${word}`)).join('')

test.each([
  ['sft', { settings: { 'adam.lr': 5e-6, 'train.max_epochs': 2 } }],
  ['rm', { stage: 'rm' }],
  [
    'ppo',
    { stage: 'ppo', reward, settings: { gpus: 4, 'rollout.batch_size': 256, 'train.colocate_all': true } },
  ],
  ['ppo-model', { stage: 'ppo', reward: '/models/rm', settings: { 'train.async_enable': true } }],
  [
    'ppo-ray',
    {
      ...{ stage: 'ppo', reward: `${reward}/get_reward?k=in-the-address` },
      settings: {
        ray: { address: 'http://10.0.0.7:8265', runtime_env: { working_dir: '/openrlhf' } },
        ...{ env: { HF_HOME: '/cache' }, 'vllm.enable_sleep': false, 'reward.clip_range': [-5, 5] },
      },
    },
  ],
] satisfies [string, Partial<JobSpec>][])('L2: the command of %s, as committed', async (name, more) => {
  const plan = await openRlhfPlan(spec(more), '/runs/job-1', env)
  const text = `$${shown(plan.command)}\n# to end it:${shown((plan.stop as string[] | undefined) ?? [])}\n`
  await expect(text.replaceAll(dataset.folder, '/data/D')).toMatchFileSnapshot(`golden/openrlhf-${name}.txt`)
  expect(plan.files).toEqual({})
})

test('a trainer is begun, watched and its model taken', async () => {
  const run = await runOf(spec({ stage: 'rm', settings: standIn() }))
  expect(await doing(run, train)).toMatchObject({ state: 'succeeded' })
  expect(await openrlhf.collect(run)).toMatchObject({ kind: 'reward-model', metrics: { loss: 0.5 } })
})

test("a job that was killed goes on from the trainer's own checkpoint", async () => {
  const run = await runOf(spec({ settings: standIn() }))
  mkdirSync(join(run.path, 'trainer-checkpoint'))
  writeFileSync(join(run.path, 'trainer-checkpoint', 'latest'), 'global_step50')
  writeFileSync(join(run.path, 'trainer.log'), "{'loss': 0.9, 'epoch': 0.1}\n")
  expect(await doing(run, train)).toMatchObject({ state: 'succeeded' })
  expect(readFileSync(join(run.path, 'trainer-checkpoint', 'latest'), 'utf8')).toBe('global_step50')
  expect((await Array.fromAsync(run.metrics())).map(({ values }) => values.loss)).toEqual([
    ...[0.9, 0.7, 0.5, undefined],
  ])
})

test('S5: what the trainer prints of the address, the log says without its token', async () => {
  const settings = { command: ['sh', '-c', 'echo "$0"; exit 1', '{line}'] }
  const run = await runOf(spec({ stage: 'ppo', reward, settings }))
  expect(await doing(run, train)).toMatchObject({ state: 'failed' })
  const told = readFileSync(run.logPath, 'utf8') + readFileSync(join(run.path, 'status.json'), 'utf8')
  expect(told).toContain('/get_reward?k=…')
  expect(told).not.toMatch(/tok(&|%26)en/)
  const [log, command] = ['trainer.log', 'command.json'].map(
    (name) => statSync(join(run.path, name)).mode & 0o777,
  )
  expect([log, command]).toEqual([0o600, 0o600])
})

test('a cluster is told to end what was submitted to it', async () => {
  const bin = folder()
  writeFileSync(
    join(bin, 'ray'),
    `#!/bin/sh\necho "$@" >> ${bin}/asked\n[ "$2" = submit ] && { echo holds; exec sleep 60; }\nexit 0\n`,
  )
  chmodSync(join(bin, 'ray'), 0o755)
  const path = `${bin}:${process.env.PATH}`
  const cluster = trainOutside((each, run) => openRlhfPlan(each, run, env), { PATH: path })
  const ray = { address: 'http://10.0.0.7:8265' }
  const run = await runOf(spec({ stage: 'ppo', reward, settings: { ray } }))
  const cancel = new AbortController()
  const ended = doing(run, cluster, cancel.signal)
  await expect.poll(() => readFileSync(run.logPath, 'utf8'), PATIENT).toContain('holds')
  cancel.abort()
  expect(await ended).toMatchObject({ state: 'cancelled' })
  expect(readFileSync(join(bin, 'asked'), 'utf8').split('\n').slice(1, 3)).toEqual([
    'job stop --address http://10.0.0.7:8265 parley-job-1',
    'job delete --address http://10.0.0.7:8265 parley-job-1',
  ])
})

test("L2: the address in the command is one that OpenRLHF's client gets a reward from", async () => {
  const service = createRewardService({
    ...{ reward: fakeReward(), token: 'tok&en', clock: systemClock, log: recordingLog().log },
  })
  const server = createServer(getRequestListener(service.fetch)).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const bound = server.address()
  const origin = typeof bound === 'object' ? `http://127.0.0.1:${bound?.port}` : ''
  const { command } = await openRlhfPlan(spec({ stage: 'ppo', reward: origin }), '/runs/job-1', env)
  const address = command[command.indexOf('--reward.remote_url') + 1] ?? ''
  const [row] = lines(dataset.folder, 'prompts/train.jsonl') as {
    prompt: { content: string }[]
    label: string
  }[]
  // Byte for byte what its client sends: one answer a request, the template's tokens kept.
  const prompt = `<|im_start|>user\n${row?.prompt[0]?.content}<|im_end|>\n<|im_start|>assistant\n`
  const body = { query: [`${prompt}Blue, like the sea.<|im_end|>`], prompts: [prompt], labels: [row?.label] }
  const answer = await fetch(address, {
    ...{ method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } },
  })
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ rewards: [expect.any(Number)], scores: [expect.any(Number)] })
})

test.each([
  ['dpo', { stage: 'dpo' }, 'For dpo use --engine trl'],
  ['an old flag', { settings: { zero_stage: 3 } }, 'openrlhf knows no setting "zero_stage" for sft'],
  ['no reward', { stage: 'ppo' }, 'Start one with "parley learn rm serve"'],
  [
    'an estimator that compares, and nothing to compare',
    { stage: 'ppo', reward, settings: { 'algo.advantage.estimator': 'rloo' } },
    'to 2 or more',
  ],
  [
    'a cluster without a web address',
    { stage: 'ppo', reward, settings: { ray: { address: '10.0.0.7' } } },
    '"ray.address"',
  ],
] satisfies [string, Partial<JobSpec>, string][])(
  'refused before anything begins: %s',
  async (_, more, words) => {
    const run = await runOf(spec(more))
    await expect(openrlhf.submit(run)).rejects.toThrow(words)
  },
)

test('a reward service without a token is refused', async () => {
  await expect(openRlhfPlan(spec({ stage: 'ppo', reward }), '/runs/job-1', {})).rejects.toThrow(
    'PARLEY_REWARD_TOKEN',
  )
})
