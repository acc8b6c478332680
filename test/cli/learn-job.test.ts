import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { progressLine } from '#core/cli/progress.ts'
import { main } from '#core/cli.ts'
import type { JobStatus } from '#core/learning/engine.ts'
import { build, dialogues, ranked } from '#test/learning/dataset/given.ts'
import { catchOutput } from './given.ts'

let folder = ''
const output = catchOutput()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-job-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** @returns the exit code and what it wrote. */
async function learn(...args: readonly string[]) {
  output.forget()
  const code = await main(['learn', ...args, '--runs', join(folder, 'runs')], {})
  return { code, wrote: output.text }
}
const objects = (text: string): readonly Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

const TINY = ['layers=1', 'width=8', 'heads=1', 'context=24', 'promptTokens=8', 'batch=2', 'steps=2']
const train = (dataset: string, ...more: readonly string[]) =>
  learn('train', 'sft', '--engine', 'local', '--dataset', dataset, ...more)

test('a job is begun, followed to its model, found again and fetched, all as JSON', async () => {
  const { out, manifest } = await build(dialogues(20))
  const { code, wrote: told } = await train(out, '--json', ...TINY.flatMap((each) => ['--set', each]))
  expect(code).toBe(0)
  const events = objects(told)
  expect(events[0]).toMatchObject({ type: 'job', id: expect.stringMatching(/^\d{8}-\d{6}-sft-[0-9a-f]{4}$/) })
  expect(events.filter(({ type }) => type === 'metric')).toHaveLength(2)
  expect(events.at(-1)).toMatchObject({ type: 'artifact', artifact: { kind: 'policy', job: events[0]?.id } })
  const id = String(events[0]?.id)
  const summary = { job: id, engine: 'local', stage: 'sft', dataset: manifest.id, state: 'succeeded' }
  expect(objects((await learn('job', 'ls', '--json')).wrote)).toMatchObject([summary])
  expect(objects((await learn('job', 'status', id.slice(0, 8), '--json')).wrote)).toMatchObject([summary])
  expect((await learn('job', 'logs', id)).wrote).toMatch(
    /^Begins\.\nstep 1 {2}loss .*\nstep 2 .*\nsucceeded\n$/s,
  )
  expect((await learn('job', 'collect', id)).wrote).toContain('The policy is whole: /')
  expect(await learn('job', 'cancel', id)).toEqual({
    code: 1,
    wrote: 'Nothing is to be cancelled: the job has succeeded.\n',
  })
  expect(await learn('job', 'resume', id)).toMatchObject({ code: 1 })
})

test('what is refused says what to do, and leaves no job', async () => {
  const { out } = await build(dialogues(20))
  expect(await learn('job', 'ls')).toEqual({
    code: 0,
    wrote: 'There are no jobs yet. "parley learn train" begins one.\n',
  })
  for (const [args, said] of [
    [['--set', 'x'], '--set is "x" (string); expected key=value.'],
    [['--seed', '1.5'], '--seed is "1.5" (string); expected a whole number.'],
    [['--set', 'stepz=3'], 'There are batch, steps, learningRate'],
    [['--base', 'nowhere'], 'nowhere is no model: no model was written. Give --base the policy to use'],
  ] as const) {
    const { code, wrote: told } = await train(out, ...args)
    expect(code).toBe(1)
    expect(told).toContain(said)
  }
  expect(await learn('train', 'sft', '--engine', 'nope', '--dataset', out)).toMatchObject({
    code: 1,
    wrote: expect.stringContaining('There is no engine "nope". Use --engine with one of local'),
  })
  expect(await learn('job', 'status', 'x')).toMatchObject({
    code: 1,
    wrote: expect.stringContaining('No job is called x in '),
  })
  expect(readdirSync(join(folder, 'runs'))).toEqual([])
})

test('too little data, or an embedding model that is not there, is said with the next step', async () => {
  const { out } = await build(dialogues(20), { kinds: ['sft', 'rank'] })
  expect((await learn('train', 'rm', '--engine', 'head', '--dataset', out)).wrote).toMatch(
    /has no rows of rank to train rm on\. There was nothing to make them of .* collect more, and build another\.\n$/u,
  )
  const { out: both } = await build(
    [...dialogues(20), ...Array.from({ length: 25 }, (_, nth) => ranked(nth))],
    {
      kinds: ['sft', 'rank'],
    },
  )
  const { code, wrote: told } = await learn('rm', 'train', '--dataset', both, '--embed', 'nowhere.gguf')
  expect(code).toBe(1)
  expect(told).toMatch(
    /^There are no embeddings from nowhere\.gguf: .*[^.]\. Or name another, like --embed http.*\.\n$/u,
  )
})

test.for([[['train']], [['train', 'sft']], [['job']], [['job', 'status']], [['job', 'begin', 'x']]])(
  'what is not understood gets the usage: %j',
  async ([args]) => {
    expect(await learn(...(args ?? []))).toMatchObject({ code: 2, wrote: expect.stringContaining('Usage: ') })
  },
)

test('what is missing to begin a job is named before the usage', async () => {
  for (const [args, said] of [
    [['sft'], 'Missing: --engine and --dataset.'],
    [['sft', '--engine', 'local'], 'Missing: --dataset.'],
    [['stf', '--engine', 'local', '--dataset', 'd'], 'Name a stage: sft, rm, '],
    [['sft', 'rm', '--engine', 'local', '--dataset', 'd'], 'One stage at a time.'],
  ] as const) {
    const { code, wrote: told } = await learn('train', ...args)
    expect(code).toBe(2)
    expect(told.startsWith(said), told).toBe(true)
    expect(told).toContain('\n\nUsage: parley learn <what>\n  train ')
  }
})

const running = (done: number): JobStatus => ({
  ...{ state: 'running', updatedAt: 0 },
  progress: { done, total: 120, unit: 'steps' },
})

test('the line of a terminal: how far it is, how long it still takes, and the newest figures', () => {
  const metric = { step: 60, at: 0, values: { loss: 1.234567, kl: 0.5 } }
  expect(progressLine({ status: running(60), metric, since: { at: 0, done: 30 }, now: 90_000 }, 200)).toBe(
    'running  ████████████░░░░░░░░░░░░  60/120 steps  3:00 left  loss 1.235  kl 0.5',
  )
  expect(
    progressLine({ status: running(1), metric: undefined, since: { at: 0, done: 0 }, now: 90_000 }, 200),
  ).toBe('running  ░░░░░░░░░░░░░░░░░░░░░░░░  1/120 steps  2:58:30 left')
  expect(progressLine({ status: running(60), metric, since: undefined, now: 0 }, 20)).toBe(
    'running  ██████████',
  )
})

test('a run whose files break off hides no other, and what it says names the file and the next step', async () => {
  const { out } = await build(dialogues(20))
  const begin = ['--detach', '--json', ...TINY.flatMap((each) => ['--set', each])]
  const ids = [await train(out, ...begin), await train(out, ...begin)].map(({ wrote }) =>
    String(objects(wrote)[0]?.id),
  )
  for (const id of ids) await learn('job', 'logs', id, '--follow')
  writeFileSync(join(folder, 'runs', ids[0] ?? '', 'spec.json'), '{')
  const said =
    /spec\.json is not what Parley wrote: it breaks off\. Put it back, or move .* away and begin the job anew\./u
  expect((await learn('job', 'status', ids[0] ?? '')).wrote).toMatch(said)
  const { code, wrote: listed } = await learn('job', 'ls')
  expect(code).toBe(0)
  expect(listed).toMatch(said)
  expect(listed).toContain(ids[1])
})
