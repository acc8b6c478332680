import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { externalOf, identityOf, isAlive, processOf, startedIn, tell } from '#core/learning/jobs/process.ts'
import { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import { truthOf } from '#core/learning/jobs/truth.ts'
import { folder, specOf } from './given.ts'

async function self() {
  const identity = await identityOf(process.pid)
  if (identity === undefined) throw new Error('this process has no identity')
  return identity
}

test('a process is known by its number and its beginning, and kept as text', async () => {
  const me = await self()
  expect(await isAlive(me)).toBe(true)
  expect(processOf(externalOf(me))).toEqual(me)
  expect(processOf('ftjob-abc')).toBeUndefined()
  expect(await isAlive({ ...me, started: `${me.started}0` })).toBe(false)
})

test.each([
  ['S', 12, '3363516'],
  ['R', 1, '3363516'],
  ['Z', 12, '3363516'],
  ['Z', 1, undefined],
  ['X', 0, undefined],
])('a process is dead once its last thread is: state %s, %i threads', (state, threads, started) => {
  // As Linux tells it, with a program's name that is there to mislead.
  const between = Array.from({ length: 16 }, (_, nth) => nth).join(' ')
  expect(startedIn(`4711 (no) Z 1 (de) ${state} ${between} ${threads} 0 3363516 999 1\n`)).toBe(started)
})

test('nobody is killed in the place of a process that is gone', async () => {
  const me = await self()
  expect(await tell({ ...me, started: 'another time' }, 'SIGKILL')).toBe(false)
})

test('running is said only while the very process lives that said so', async () => {
  const me = await self()
  const run = await RunDirectory.create(folder(), specOf({}))
  expect(await truthOf(run)).toMatchObject({ state: 'queued' })
  await run.setStatus({ state: 'running', external: externalOf(me), updatedAt: 1 })
  expect(await truthOf(run)).toMatchObject({ state: 'running' })
  await run.setStatus({ state: 'running', external: `process:${me.pid}:another-time`, updatedAt: 1 })
  expect(await truthOf(run)).toMatchObject({ state: 'lost', reason: expect.stringContaining('resume') })
  await run.setStatus({ state: 'running', external: 'ftjob-abc', updatedAt: 1 })
  expect(await truthOf(run)).toMatchObject({ state: 'running' })
})

test('killed between its last file and its last word, it has succeeded', async () => {
  const me = await self()
  const run = await RunDirectory.create(folder(), specOf({}))
  await run.setStatus({ state: 'running', external: `process:${me.pid}:another-time`, updatedAt: 1 })
  await run.setArtifact({ schema: 1, kind: 'policy', uri: run.modelPath, job: 'job-1', metrics: {} })
  expect(await truthOf(run)).toMatchObject({ state: 'succeeded' })
})

test.runIf(process.platform === 'linux')('a dead process that nobody has counted yet is dead', async () => {
  // The shell becomes a program that knows nothing of the child it has.
  const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void parent.kill('SIGKILL'))
  const [said] = await once(parent.stdout, 'data')
  const pid = Number(String(said))
  expect(pid).toBeGreaterThan(1)
  while ((await identityOf(pid)) !== undefined) await delay(2)
})
