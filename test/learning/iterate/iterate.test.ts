import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type JobState, LearningError, type ModelArtifact } from '#core/learning/engine.ts'
import { type IterateDeps, iterate } from '#core/learning/iterate/iterate.ts'
import { StateFile } from '#core/learning/iterate/state.ts'

const REQUEST = { engine: 'local', sft: 'sft-job', rounds: 2, rankings: 200, seed: 7 } as const

let folder: string
let said: string[]
let begun: Parameters<IterateDeps['begin']>[0][]
let rankings: number
let ends: Map<string, JobState>
let deps: IterateDeps
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-iterate-'))
  said = []
  begun = []
  rankings = 0
  ends = new Map()
  deps = {
    ...{ folder, state: new StateFile(folder) },
    build: async () => rankings,
    begin: async (job) => {
      begun.push(job)
      return `job-${begun.length}`
    },
    finish: async (job) => ({
      state: ends.get(job) ?? 'succeeded',
      updatedAt: 1,
      reason: 'the disk is full.',
    }),
    collect: async (job): Promise<ModelArtifact> => ({
      ...{ schema: 1, kind: 'policy', uri: '/model', job, metrics: {} },
    }),
    register: async ({ nth }) => `model-${nth}`,
    say: (sentence) => said.push(sentence),
  }
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a round waits for people, says how many rankings there are, and goes on when there are enough', async () => {
  rankings = 37
  expect(await iterate(REQUEST, deps)).toBe('waiting')
  expect(said[0]).toContain('37 of 200 new rankings')
  expect(begun).toEqual([])

  rankings = 210
  expect(await iterate(REQUEST, deps)).toBe('waiting')
  expect(said.at(-2)).toContain('0 of 200 new rankings so far, of replies by model-1')

  rankings = 450
  expect(await iterate(REQUEST, deps)).toBe('done')
  said = []
  expect(await iterate(REQUEST, deps), 'said again, nothing is done again').toBe('done')
  expect(said).toEqual(['Round 2 of 2 is done; its model is model-2. More with --rounds.'])
  expect(begun.map(({ stage, base, reward }) => [stage, base, reward])).toEqual([
    ['rm', 'sft-job', undefined],
    ['ppo', 'sft-job', 'job-1'],
    ['rm', 'sft-job', undefined],
    ['ppo', 'sft-job', 'job-3'],
  ])
  expect(new Set(begun.map(({ dataset }) => dataset)).size).toBe(2)
})

test('L5: each round draws with a seed of its own, that follows from the first', async () => {
  rankings = 1_000
  await iterate({ ...REQUEST, rounds: 1 }, deps)
  expect(begun.map(({ seed }) => seed)).toEqual([8, 8])
})

test('a job that fails is said with its reason, and begun anew by the next call; one that ended is not', async () => {
  rankings = 200
  ends.set('job-2', 'failed')
  await expect(iterate(REQUEST, deps)).rejects.toThrow('Job job-2 has failed. the disk is full.')
  expect(await iterate(REQUEST, deps)).toBe('waiting')
  expect(begun.map(({ stage }) => stage)).toEqual(['rm', 'ppo', 'ppo'])
})

test('killed while it waits for a job, it waits for the same job again', async () => {
  rankings = 200
  const killed = { ...deps, finish: () => Promise.reject(new Error('kill -9')) }
  await expect(iterate(REQUEST, killed)).rejects.toThrow('kill -9')
  expect(await iterate(REQUEST, deps)).toBe('waiting')
  expect(begun.map(({ stage }) => stage)).toEqual(['rm', 'ppo'])
})

test('rounds of another engine or beginning are others', async () => {
  rankings = 200
  await iterate(REQUEST, deps)
  await expect(iterate({ ...REQUEST, sft: 'another' }, deps)).rejects.toThrow('begin others with --name')
  await expect(iterate({ ...REQUEST, engine: 'head' }, deps)).rejects.toThrow('trains no policy')
})

test('a beginning that was mistyped does not keep the name: no job came of it', async () => {
  rankings = 200
  const refused = { ...deps, begin: () => Promise.reject(new LearningError('nowhere is no model.')) }
  await expect(iterate({ ...REQUEST, sft: 'nowhere' }, refused)).rejects.toThrow('nowhere is no model.')
  expect(await iterate(REQUEST, deps)).toBe('waiting')
  expect(begun.map(({ base }) => base)).toEqual(['sft-job', 'sft-job'])
})

test.each(['', '{"schema": 1, "eng', '[]'])(
  'a state that is not what was written is said: %j',
  async (text) => {
    writeFileSync(join(folder, 'state.json'), text)
    await expect(iterate(REQUEST, deps)).rejects.toThrow(
      /^.*state\.json is not what Parley wrote: .*--name\.$/u,
    )
  },
)

test('an engine without reward models learns from preferences directly', async () => {
  rankings = 200
  await iterate({ ...REQUEST, engine: 'openai-compatible', rounds: 1 }, deps)
  expect(begun.map(({ stage, reward }) => [stage, reward])).toEqual([['dpo', undefined]])
})
