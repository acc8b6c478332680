/**
 * Training jobs: begun once, followed from anywhere. Rules L2, L5.
 *
 *     jobs.ts            makes a job and finds it again
 *     engines.ts         the engines by name: the one place where they are registered
 *     run-directory.ts   everything a job says of itself
 *     process-engine.ts  an engine whose jobs are processes of this machine; worker.ts is such a process, work.ts what
 *                        it does around the training, truth.ts whether it still runs
 *     local-engine.ts    the engine `local`; local-trainer.ts runs in its process
 *     follow.ts          what a job tells, as it comes
 *     collect.ts         the model of a job, when it is whole
 *
 * Nothing half-written is ever an artifact: a model is made beside its place, checked, moved, and named last.
 */
import { randomBytes } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { readManifest } from '#core/learning/dataset/verify.ts'
import { type EngineName, type JobSpec, LearningError, type Stage } from '#core/learning/engine.ts'
import { isMissing } from '#core/learning/files.ts'
import { RunDirectory } from './run-directory.ts'

export interface JobRequest {
  readonly engine: EngineName
  readonly stage: Stage
  /** A dataset directory. */
  readonly dataset: string
  /** A model's folder, a job's directory or id, or the engine's own name of a model. */
  readonly base?: string | undefined
  /** As `base`, or the address of a reward service. */
  readonly reward?: string | undefined
  readonly seed: number
  readonly settings: Readonly<Record<string, unknown>>
}

export interface Jobs {
  /** Written down, and not begun: that is the engine's. @throws LearningError, DatasetError */
  create(request: JobRequest): Promise<RunDirectory>
  /** Takes a job away that was never begun. */
  forget(run: RunDirectory): Promise<void>
  /** By id, by the beginning of one, or by directory. @throws LearningError when there is none. */
  find(job: string): Promise<RunDirectory>
  /**
   * Where a model is: a path or a job's id becomes a whole path; a web address, and a name that only an engine knows,
   * stay as they are.
   */
  addressOf(given: string): Promise<string>
  /** Newest first. */
  all(): Promise<readonly RunDirectory[]>
}

export interface JobsDeps {
  /** The directory of all runs. */
  readonly runs: string
  readonly now: () => number
}

export function jobsIn(deps: JobsDeps): Jobs {
  const { now } = deps
  const runs = resolve(deps.runs)
  const ids = async (): Promise<readonly string[]> => {
    const entries = await readdir(runs, { withFileTypes: true }).catch((error: unknown) => {
      if (isMissing(error)) return []
      throw error
    })
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .toSorted()
      .toReversed()
  }
  const all = async () => {
    const found = (await ids()).map((id) => new RunDirectory(join(runs, id)))
    const isRun = await Promise.all(found.map((run) => exists(join(run.path, 'spec.json'))))
    return found.filter((_, nth) => isRun[nth])
  }
  const addressOf = async (given: string): Promise<string> => {
    if (given.includes('://')) return given
    for (const path of [resolve(given), resolve(runs, given)]) if (await exists(path)) return path
    return given // the engine's own name of a model
  }
  return {
    create: async ({ engine, stage, dataset, base, reward, seed, settings }) => {
      const { id } = await readManifest(dataset)
      const from = base === undefined ? undefined : await addressOf(base)
      const against = reward === undefined ? undefined : await addressOf(reward)
      const createdAt = now()
      const spec: JobSpec = {
        ...{ schema: 1, id: jobId(createdAt, stage), engine, stage, seed, settings, createdAt },
        dataset: { folder: resolve(dataset), id },
        ...(from === undefined ? {} : { base: from }),
        ...(against === undefined ? {} : { reward: against }),
      }
      return await RunDirectory.create(runs, spec)
    },

    forget: async (run) => {
      if ((await run.status()) === undefined && !(await exists(run.logPath)))
        await rm(run.path, { recursive: true })
    },

    find: async (job) => {
      if (await exists(join(job, 'spec.json'))) return new RunDirectory(resolve(job))
      const matching = (await ids()).filter((id) => id.startsWith(job))
      const [only, ...others] = matching.includes(job) ? [job] : matching
      if (only !== undefined && others.length === 0 && job !== '') return new RunDirectory(join(runs, only))
      throw new LearningError(
        `${matching.length === 0 ? 'No job is' : `${matching.length} jobs are`} called ${job} in ${runs}. ` +
          '"parley learn job ls" shows those there are.',
      )
    },

    addressOf,
    all,
  }
}

/** Sortable by time, and readable: `20261123-120530-sft-4f1a`. */
const jobId = (at: number, stage: Stage): string =>
  `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/gu, '').replace('T', '-')}-${stage}-${randomBytes(2).toString('hex')}`

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
