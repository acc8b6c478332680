import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { JobEvent } from '#core/learning/engine.ts'
import { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import { work } from '#core/learning/jobs/work.ts'
import { end, engine, folder, impatient, job, never, pidOf, specOf, stepDone, until } from './given.ts'
import { type Script, train } from './stand-in.ts'

const losses = (events: readonly JobEvent[]) =>
  events.flatMap((event) => (event.type === 'metric' ? [event.metric.step] : []))
/** Done to its end in this process: what a process of its own adds is tested with one. */
async function here(script: Partial<Script>): Promise<RunDirectory> {
  const run = await job(script)
  await work(run, train, { now: Date.now, signal: new AbortController().signal, begun: () => {} })
  return run
}
const letGo = (run: RunDirectory) => writeFileSync(join(run.path, 'go'), '')

test('a job is followed from its beginning to its end, and its model is fetched', async () => {
  const run = await job({ steps: 3 })
  await engine.submit(run)
  const events = await until(run, never)
  expect(losses(events)).toEqual([1, 2, 3])
  expect(events).toContainEqual({ type: 'sample', sample: { step: 3, prompt: 'hello', completion: 'world' } })
  expect(events.at(-1)).toMatchObject({
    type: 'status',
    status: { state: 'succeeded', progress: { done: 3, total: 3, unit: 'steps' } },
  })
  expect(await engine.collect(run)).toMatchObject({
    ...{ kind: 'policy', uri: run.modelPath, job: 'job-1', metrics: { sum: 6 } },
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  await expect(engine.submit(run)).rejects.toThrow('The job has succeeded.')
})

test('kill -9 in the middle: the job is lost, has no model, and goes on from its newest whole checkpoint', async () => {
  const run = await job({ steps: 5, holdAfter: 3 })
  await engine.submit(run)
  await until(run, stepDone(3))
  expect(await engine.status(run)).toMatchObject({ state: 'running' })
  await expect(engine.submit(run)).rejects.toThrow('The job is running.')
  process.kill(await pidOf(run), 'SIGKILL')
  expect((await until(run, never)).at(-1)).toMatchObject({ type: 'status', status: { state: 'lost' } })
  await expect(engine.collect(run)).rejects.toThrow(
    /^Job job-1 is lost, so there is no model of it\. .* "parley learn job resume job-1" goes on/u,
  )
  expect(await run.artifact()).toBeUndefined()
  // As a process leaves it that dies while it writes.
  appendFileSync(run.metricsPath, '{"step":4,"at":1,"val')
  truncateSync(join(run.checkpointPath, '000000003/sum.txt'), 0)
  letGo(run)
  await engine.submit(run)
  const events = await until(run, never)
  expect(events.at(-1)).toMatchObject({ type: 'status', status: { state: 'succeeded' } })
  expect(losses(events)).toEqual([1, 2, 3, 4, 5])
  expect(events).toContainEqual({ type: 'log', line: 'Goes on after step 2.' })
  expect((await engine.collect(run)).metrics).toEqual({ sum: 15 })
})

test('kill -9 of whoever began it: the job runs on, and its end is told', async () => {
  const run = await RunDirectory.create(folder(), specOf({ steps: 2, holdAfter: 1 }))
  onTestFinished(() => end(run))
  const parent = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(new URL('./parent.ts', import.meta.url)),
      run.path,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [said] = await once(parent.stdout, 'data')
  expect(String(said)).toBe('begun\n')
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  expect(await engine.status(run)).toMatchObject({ state: 'running' })
  letGo(run)
  expect((await until(run, never)).at(-1)).toMatchObject({ status: { state: 'succeeded' } })
})

test('a cancel ends it between two steps; it can be gone on with', async () => {
  const run = await job({ steps: 2, holdAfter: 1 })
  await engine.submit(run)
  await until(run, stepDone(1))
  await engine.cancel(run)
  expect(await engine.status(run)).toMatchObject({ state: 'cancelled', reason: 'It was cancelled.' })
  await expect(engine.cancel(run)).rejects.toThrow('Nothing is to be cancelled: the job was cancelled.')
  await engine.submit(run)
  expect((await until(run, never)).at(-1)).toMatchObject({ status: { state: 'succeeded' } })
})

test('who does not hear a cancel is killed', async () => {
  const run = await job({ steps: 2, holdAfter: 1, deaf: true })
  await engine.submit(run)
  await until(run, stepDone(1))
  await impatient.cancel(run)
  expect(await engine.status(run)).toMatchObject({
    state: 'cancelled',
    reason: 'It was cancelled, and had to be killed: it did not end within 0.2 s.',
  })
})

test('a loss that is no number fails the job, with the step and what to do', async () => {
  const run = await here({ steps: 3, nanAt: 2 })
  const events = await until(run, never)
  expect(losses(events)).toEqual([1])
  expect(events.at(-1)).toMatchObject({
    status: {
      state: 'failed',
      reason: expect.stringMatching(/^loss became NaN at step 2\. .*learning rate/),
    },
  })
  await expect(engine.collect(run)).rejects.toThrow('Job job-1 has failed')
})

test.for([
  ['without a model', { noModel: true }, 'no model was written'],
  ['with half of one', { halfModel: true }, 'model.safetensors of the model breaks off'],
] as const)('an engine that ends well %s has failed, and nothing is an artifact', async ([, script, why]) => {
  const run = await here({ steps: 1, ...script })
  expect(await engine.status(run)).toMatchObject({
    ...{ state: 'failed', reason: expect.stringContaining(`The engine ended without a model: ${why}. `) },
  })
  await expect(engine.collect(run)).rejects.toThrow(`The engine ended without a model: ${why}. `)
  expect(await run.artifact()).toBeUndefined()
  expect(existsSync(run.modelPath)).toBe(false)
})

test('an engine that exits 0 in its own right, without a model, has failed', async () => {
  const run = await job({ steps: 1, exit: 0 })
  await engine.submit(run)
  expect((await until(run, never)).at(-1)).toMatchObject({
    status: {
      state: 'failed',
      reason: expect.stringContaining('The engine ended without a model (exit code 0).'),
    },
  })
  await expect(engine.collect(run)).rejects.toThrow('Job job-1 has failed, so there is no model of it.')
})

test('a model whose files changed since is not handed out', async () => {
  const run = await here({ steps: 1 })
  await engine.collect(run)
  appendFileSync(join(run.modelPath, 'config.json'), '{}')
  await expect(engine.collect(run)).rejects.toThrow('The model of job job-1 was changed')
  truncateSync(join(run.modelPath, 'model.safetensors'), 20)
  await expect(engine.collect(run)).rejects.toThrow('model.safetensors of the model breaks off')
})

test('two that begin one job at the same time begin it once', async () => {
  const run = await job({ steps: 1, holdAfter: 1 })
  const both = await Promise.allSettled([engine.submit(run), engine.submit(run)])
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  letGo(run)
  const events = await until(run, never)
  expect(losses(events)).toEqual([1])
  expect(readdirSync(run.path).filter((name) => name.endsWith('.half'))).toEqual([])
})
