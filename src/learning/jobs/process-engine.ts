/**
 * An engine whose jobs are processes of this machine: they outlive whoever begins them, and what is told of them is
 * true after kill -9 of either. What trains is a module that exports `train` (work.ts); it runs in the job's process.
 *
 * Keeps L2 (one dataset directory feeds every engine) and L5 by what the trainer is given: the spec and nothing else.
 */
import { spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { getCompileCacheDir } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Clock } from '#core/clock.ts'
import {
  type EngineName,
  type JobSpec,
  type JobStatus,
  LearningError,
  type ModelArtifact,
  type Stage,
  type TrainEngine,
} from '#core/learning/engine.ts'
import { collectModel } from './collect.ts'
import { follow } from './follow.ts'
import { processOf, tell } from './process.ts'
import type { RunDirectory } from './run-directory.ts'
import { hasEnded, mayBegin, truthOf } from './truth.ts'
import { STATES } from './words.ts'

/** A trainer ends between two steps, which take seconds at most; a program of somebody else's saves what it has. */
const CANCEL_MS = 15_000
/** How often a process that is not ours to wait for is looked at. */
const LOOK_MS = 50

export interface ProcessEngineSettings {
  readonly name: EngineName
  readonly stages: readonly Stage[]
  /** A module that exports `train`. */
  readonly trainer: URL
  /** What can be refused before anything begins. @throws LearningError */
  readonly check: (spec: JobSpec) => Promise<void>
  readonly clock: Clock
  /** How long a cancel is asked for before it is forced, in milliseconds; 15 seconds when left out. */
  readonly cancelMs?: number
}

export function createProcessEngine(settings: ProcessEngineSettings): TrainEngine<RunDirectory> {
  const { name, stages, trainer, check, clock, cancelMs = CANCEL_MS } = settings
  return {
    name,
    stages,

    submit: async (run) => {
      const spec = await run.spec()
      if (!stages.includes(spec.stage))
        throw new LearningError(
          `The engine ${name} cannot do ${spec.stage}; it does ${stages.join(', ')}. Choose another with --engine.`,
        )
      mayBegin(await truthOf(run))
      await check(spec)
      await begin(run, trainer)
    },

    status: truthOf,

    events: (run, signal) => follow(run, { status: () => truthOf(run), clock, signal }),

    cancel: async (run) => {
      const status = await truthOf(run)
      const worker = processOf(status.external)
      if (hasEnded(status) || worker === undefined)
        throw new LearningError(`Nothing is to be cancelled: the job ${STATES[status.state]}.`)
      await tell(worker, 'SIGTERM')
      const asked = await endsWithin(run, cancelMs, clock)
      const isForced = asked.state === 'running'
      if (isForced) await tell(worker, 'SIGKILL')
      const last = isForced ? await lastWords(run, clock) : asked
      if (last.state !== 'lost') return // it has said itself how it ended
      await run.setStatus({
        ...last,
        state: 'cancelled',
        reason: isForced
          ? `It was cancelled, and had to be killed: it did not end within ${cancelMs / 1_000} s.`
          : 'It was cancelled.',
        updatedAt: clock.now(),
      })
    },

    collect: async (run): Promise<ModelArtifact> => collectModel(run, await truthOf(run)),
  }
}

/** @throws LearningError with what the process said when it does not come up. */
async function begin(run: RunDirectory, trainer: URL): Promise<void> {
  const log = await open(run.logPath, 'a')
  try {
    const cache = getCompileCacheDir()
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        fileURLToPath(new URL('./worker.ts', import.meta.url)),
        run.path,
        trainer.href,
      ],
      {
        detached: true,
        stdio: ['ignore', log.fd, log.fd, 'ipc'],
        env: { ...process.env, ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }) },
      },
    )
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve())
      child.once('error', reject)
      child.once('exit', (code, signal) =>
        reject(
          new LearningError(
            `The job's process ended before it began (${signal ?? `exit code ${code}`}). ${run.logPath} has what it said.`,
          ),
        ),
      )
    })
    child.unref()
    if (child.connected) child.disconnect()
  } finally {
    await log.close()
  }
}

async function endsWithin(run: RunDirectory, ms: number, clock: Clock): Promise<JobStatus> {
  const until = clock.now() + ms
  for (;;) {
    const status = await truthOf(run)
    if (status.state !== 'running' || clock.now() >= until) return status
    await clock.sleep(LOOK_MS)
  }
}

/** What it said last, once it can say no more. */
async function lastWords(run: RunDirectory, clock: Clock): Promise<JobStatus> {
  for (;;) {
    const status = await truthOf(run)
    if (status.state !== 'running') return status
    await clock.sleep(LOOK_MS)
  }
}
