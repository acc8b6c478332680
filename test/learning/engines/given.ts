import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { JobSpec, JobStatus } from '#core/learning/engine.ts'
import { end, forget } from '#core/learning/engines/process.ts'
import { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import { type Train, work } from '#core/learning/jobs/work.ts'
import { better, build, dialogue, ranked, voted } from '#test/learning/dataset/given.ts'

export const STAND_IN = fileURLToPath(new URL('./stand-in.sh', import.meta.url))

/** A dataset of every kind with a validation split, made once: building takes longer than most tests here. */
export const dataset = await (async () => {
  const root = mkdtempSync(join(tmpdir(), 'parley-engines-'))
  process.on('exit', () => rmSync(root, { recursive: true, force: true }))
  const examples = Array.from({ length: 14 }, (_, nth) => [
    ...[dialogue(nth), ranked(nth), voted(nth, { good: nth % 3 > 0 }), better(nth)],
  ]).flat()
  const kinds = [
    'sft',
    'completion',
    'pref',
    'kto',
    'prompts',
    'sft-openai',
    'dpo-openai',
    'rft-openai',
  ] as const
  const { out, manifest } = await build(examples, {
    out: join(root, 'data'),
    kinds: [...kinds],
    margin: true,
  })
  return { folder: out, id: manifest.id, manifest }
})()

/** For what another process does: this machine may be busy. */
export const PATIENT = { timeout: 20_000, interval: 20 }

/** As it is, in a place of its own, to be damaged. */
export function copyOfDataset(): { readonly folder: string; readonly id: string } {
  const copy = join(folder(), 'data')
  cpSync(dataset.folder, copy, { recursive: true })
  return { folder: copy, id: dataset.id }
}

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'parley-engine-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export const specOf = (more: Partial<JobSpec> = {}): JobSpec => ({
  ...{ schema: 1, id: 'job-1', engine: 'trl', stage: 'sft', base: 'Qwen/Qwen3-0.6B', seed: 7, createdAt: 1 },
  dataset: { folder: dataset.folder, id: dataset.id },
  settings: {},
  ...more,
})

/** Ends as the word says: see the script. Its own name is the trainer's. */
export const standIn = (how = 'well', more: Readonly<Record<string, unknown>> = {}) => ({
  ...{ command: [STAND_IN, '{command}'], env: { STAND_IN: how } },
  ...more,
})

export async function runOf(spec: JobSpec): Promise<RunDirectory> {
  const runs = folder()
  mkdirSync(runs, { recursive: true })
  const run = await RunDirectory.create(runs, spec)
  onTestFinished(async () => {
    await end(run.path, 0)
    await forget(run.path)
  })
  return run
}

/** Does a job in this process, as its own would. */
export async function doing(
  run: RunDirectory,
  train: Train,
  signal = new AbortController().signal,
): Promise<JobStatus | undefined> {
  await work(run, train, { now: () => 5, signal, begun: () => {} })
  return await run.status()
}
