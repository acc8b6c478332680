import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { Clock } from '#core/clock.ts'
import type { JobEvent, JobSpec } from '#core/learning/engine.ts'
import { isAlive, processOf, tell } from '#core/learning/jobs/process.ts'
import { createProcessEngine } from '#core/learning/jobs/process-engine.ts'
import { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import type { Script } from './stand-in.ts'

/** What a job may take on a machine that has much else to do: five processes are begun and train for real. */
export const PATIENCE_MS = 90_000

/**
 * Looks again soon: what a test waits for comes as an event, but for the death of a process. Not at once: whoever looks
 * without a pause takes the processor from the very job that it waits for.
 */
export const eager: Clock = { now: Date.now, sleep: (_, signal) => delay(SOON_MS, undefined, { signal }) }
const SOON_MS = 20

/** @param cancelMs how long a trainer may take to hear that it is cancelled. */
const engineWith = (cancelMs: number) =>
  createProcessEngine({
    ...{ name: 'local', stages: ['sft'], clock: eager, cancelMs },
    trainer: new URL('./stand-in.ts', import.meta.url),
    check: async () => {},
  })

export const engine = engineWith(PATIENCE_MS)
/** For a trainer that hears nothing. */
export const impatient = engineWith(200)

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'parley-jobs-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export const specOf = (script: Partial<Script>, more: Partial<JobSpec> = {}): JobSpec => ({
  ...{ schema: 1, id: 'job-1', engine: 'local', stage: 'sft', seed: 1, createdAt: 1 },
  dataset: { folder: 'nowhere', id: 'd' },
  settings: { ...script },
  ...more,
})

export async function job(script: Partial<Script>): Promise<RunDirectory> {
  const run = await RunDirectory.create(folder(), specOf(script))
  onTestFinished(() => end(run))
  return run
}

/** Nothing of a test outlives it. */
export async function end(run: RunDirectory): Promise<void> {
  const worker = processOf((await run.status())?.external)
  if (worker === undefined || worker.pid === process.pid) return
  await tell(worker, 'SIGKILL')
  while (await isAlive(worker)) await delay(2)
}

/** Follows a job until the event that is waited for, or its end. */
export async function until(
  run: RunDirectory,
  isIt: (event: JobEvent) => boolean,
): Promise<readonly JobEvent[]> {
  const seen: JobEvent[] = []
  for await (const event of engine.events(run, AbortSignal.timeout(PATIENCE_MS))) {
    seen.push(event)
    if (isIt(event)) return seen
  }
  return seen
}

export const stepDone = (step: number) => (event: JobEvent) =>
  event.type === 'log' && event.line === `step ${step} is done`
export const never = () => false

export async function pidOf(run: RunDirectory): Promise<number> {
  const worker = processOf((await engine.status(run)).external)
  if (worker === undefined) throw new Error('no process')
  return worker.pid
}
