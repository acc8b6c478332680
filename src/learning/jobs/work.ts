/**
 * A job as seen by the process that does it. Whatever trains gets a `Work`, tells it how it goes, and puts a model
 * into the folder it is given; everything around that is here: the lock, the status with this process in it, the end in
 * whatever way. Nothing half-written is ever an artifact: the model is checked, moved to its place, and named last.
 */
import { mkdir, rm } from 'node:fs/promises'
import { reasonOf } from '#core/errors.ts'
import {
  type JobSpec,
  type JobState,
  type JobStatus,
  LearningError,
  type ModelArtifact,
  type Sample,
} from '#core/learning/engine.ts'
import { newestCheckpoint, type SavedCheckpoint, saveCheckpoint } from './checkpoints.ts'
import { lockRun } from './lock.ts'
import { settleModel, sha256OfModel } from './model-files.ts'
import { externalOf, identityOf } from './process.ts'
import { rewind } from './rewind.ts'
import type { RunDirectory } from './run-directory.ts'

/** How often the status is rewritten for progress alone, in milliseconds: people look about once a second. */
const PROGRESS_MS = 500

export interface Work {
  readonly spec: JobSpec
  /** The newest whole one, to go on from. */
  readonly checkpoint: SavedCheckpoint | undefined
  /** Empty at first: the files of the model go here. */
  readonly modelFolder: string
  /** Aborted by a cancel. */
  readonly signal: AbortSignal
  progress(done: number, total: number, unit: string): Promise<void>
  /** @throws LearningError when a number is none: training has gone wrong and nothing good comes of going on. */
  metric(step: number, values: Readonly<Record<string, number>>): Promise<void>
  sample(sample: Sample): Promise<void>
  log(line: string): Promise<void>
  /** @param write puts a checkpoint's files into the folder it is given. */
  save(step: number, write: (folder: string) => Promise<void>): Promise<void>
}

export interface Result {
  readonly kind: ModelArtifact['kind']
  /** Last figures, by name. */
  readonly metrics: Readonly<Record<string, number>>
}

/** What a trainer's module exports as `train`. @throws LearningError for what its user can mend. */
export type Train = (work: Work) => Promise<Result>

export interface WorkDeps {
  readonly now: () => number
  readonly signal: AbortSignal
  /** Called once this process holds the run and its status says so. */
  readonly begun: () => void
}

/**
 * Does the job in this process. How it ended is in the run's status too.
 *
 * @throws LearningError when another process works on it.
 */
export async function work(run: RunDirectory, train: Train, deps: WorkDeps): Promise<JobState> {
  const unlock = lockRun(run.path)
  /** A trainer, or a library of its, may end the process in its own right: that is no success either. */
  let atExit = (_code: number): void => {}
  try {
    const spec = await run.spec()
    const checkpoint = await newestCheckpoint(run.checkpointPath)
    // Before anybody is told that it runs: whoever follows it reads these files from then on.
    await rewind(run, checkpoint?.step ?? 0)
    const self = await identityOf(process.pid)
    const external = self === undefined ? {} : { external: externalOf(self) }
    let progress: JobStatus['progress']
    const say = (state: JobState, reason?: string) =>
      run.setStatus({
        ...{ state, ...external, updatedAt: deps.now() },
        ...(progress === undefined ? {} : { progress }),
        ...(reason === undefined ? {} : { reason }),
      })
    await say('running')
    atExit = (code) =>
      run.setStatusAtExit({
        ...{ state: 'failed', ...external, updatedAt: deps.now() },
        ...(progress === undefined ? {} : { progress }),
        reason: `The engine ended without a model (exit code ${code}). ${run.logPath} has what it said; mend that and resume.`,
      })
    process.on('exit', atExit)
    deps.begun()
    let said = deps.now()
    try {
      const modelFolder = `${run.modelPath}.half`
      await rm(modelFolder, { recursive: true, force: true })
      await mkdir(modelFolder)
      await run.addLog(checkpoint === undefined ? 'Begins.' : `Goes on after step ${checkpoint.step}.`)
      const result = await train({
        ...{ spec, checkpoint, modelFolder, signal: deps.signal },
        progress: async (done, total, unit) => {
          progress = { done, total, unit }
          if (deps.now() - said < PROGRESS_MS) return
          said = deps.now()
          await say('running')
        },
        metric: async (step, values) => {
          refuseNaN(step, values)
          await run.addMetric({ step, at: deps.now(), values })
        },
        sample: (sample) => run.addSample(sample),
        log: (line) => run.addLog(line),
        save: (step, write) => saveCheckpoint(run.checkpointPath, step, write),
      })
      deps.signal.throwIfAborted()
      refuseNaN(undefined, result.metrics)
      await settle(run, spec, modelFolder, result)
      await say('succeeded')
      return 'succeeded'
    } catch (error) {
      const state = deps.signal.aborted ? 'cancelled' : 'failed'
      const reason = state === 'cancelled' ? 'It was cancelled.' : whyFailed(error, run)
      await run.addLog(reason)
      // A bug of ours is found by its stack; what its user can mend needs none.
      if (state === 'failed' && !(error instanceof LearningError) && error instanceof Error)
        await run.addLog(error.stack ?? '')
      await say(state, reason)
      return state
    }
  } finally {
    process.off('exit', atExit)
    unlock()
  }
}

async function settle(run: RunDirectory, spec: JobSpec, modelFolder: string, result: Result): Promise<void> {
  await settleModel(modelFolder, run.modelPath).catch((error: unknown) => {
    throw new LearningError(
      `The engine ended without a model: ${reasonOf(error)}. ${run.logPath} has what it said; mend that and resume.`,
    )
  })
  await run.setArtifact({
    ...{ schema: 1, kind: result.kind, uri: run.modelPath, sha256: await sha256OfModel(run.modelPath) },
    ...{ job: spec.id, metrics: result.metrics },
  })
}

function refuseNaN(step: number | undefined, values: Readonly<Record<string, number>>): void {
  const wrong = Object.entries(values).find(([, value]) => !Number.isFinite(value))
  if (wrong === undefined) return
  const [name, value] = wrong
  throw new LearningError(
    `${name} became ${value}${step === undefined ? '' : ` at step ${step}`}. Training went astray: begin again with ` +
      'a lower learning rate (--set learningRate=…).',
  )
}

const whyFailed = (error: unknown, run: RunDirectory): string =>
  error instanceof LearningError ? error.message : `${reasonOf(error)}. ${run.logPath} has more.`
