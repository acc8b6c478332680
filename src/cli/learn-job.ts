import { parseArgs } from 'node:util'
import { systemClock } from '#core/clock.ts'
import { reasonOf } from '#core/errors.ts'
import { type JobSpec, type JobStatus, LearningError } from '#core/learning/engine.ts'
import type { Engines } from '#core/learning/jobs/engines.ts'
import type { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import { commandIn, openJobs, RUNS_USAGE } from './open-jobs.ts'

export const JOB_USAGE = `  job ls [--json]                   every job, the newest first
  job status <job> [--json]
  job logs <job> [--follow] [--json]   what it told; --follow goes on until it ends
  job cancel <job>
  job resume <job> [--detach] [--json]   goes on from its newest checkpoint, or begins again
  job collect <job> [--json]        checks its model and says where it is
${RUNS_USAGE}`
const NOT_UNDERSTOOD = 2

const flag = { type: 'boolean', default: false } as const
const OPTIONS = { runs: { type: 'string' }, json: flag, follow: flag, detach: flag } as const

/** `parley learn job …`. A job is named by its id, the beginning of it, or its directory. @throws LearningError */
export async function job(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { positionals, values } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  const [verb, name, ...others] = positionals
  const { json, follow, detach } = values
  const { jobs, engines } = await openJobs(values.runs, env, systemClock)
  if (verb === 'ls' && name === undefined) return await list(await jobs.all(), engines, json)
  if (name === undefined || others.length > 0) return notUnderstood()
  const open = async () => {
    const run = await jobs.find(name)
    return { run, engine: await engines.named((await run.spec()).engine) }
  }
  switch (verb) {
    case 'status': {
      const { run, engine } = await open()
      return tell(await run.spec(), await engine.status(run), json)
    }
    case 'logs': {
      const { run, engine } = await open()
      const { followJob, showSoFar, viewFor } = await import('./follow-job.ts')
      return follow
        ? await followJob(run, engine, viewFor(json), commandIn(values.runs))
        : await showSoFar(run, engine, json ? 'json' : 'lines')
    }
    case 'cancel': {
      const { run, engine } = await open()
      await engine.cancel(run)
      return tell(await run.spec(), await engine.status(run), json)
    }
    case 'resume': {
      const { run, engine } = await open()
      await engine.submit(run)
      if (detach) return tell(await run.spec(), await engine.status(run), json)
      const { followJob, viewFor } = await import('./follow-job.ts')
      return await followJob(run, engine, viewFor(json), commandIn(values.runs))
    }
    case 'collect': {
      const { run, engine } = await open()
      const { showModel } = await import('./follow-job.ts')
      return await showModel(run, engine, json)
    }
    default:
      return notUnderstood()
  }
}

function notUnderstood(): number {
  process.stderr.write(`Usage: parley learn <what>\n${JOB_USAGE}`)
  return NOT_UNDERSTOOD
}

async function list(runs: readonly RunDirectory[], engines: Engines, json: boolean): Promise<number> {
  if (runs.length === 0 && !json)
    process.stdout.write('There are no jobs yet. "parley learn train" begins one.\n')
  for (const run of runs) {
    try {
      const spec = await run.spec()
      tell(spec, await statusOf(run, spec, engines), json, true)
    } catch (error) {
      if (!(error instanceof LearningError)) throw error
      process.stderr.write(`${error.message}\n`)
    }
  }
  return 0
}

/** An engine that cannot be asked must not hide the other jobs, and neither must a damaged one among them. */
async function statusOf(run: RunDirectory, spec: JobSpec, engines: Engines): Promise<JobStatus> {
  try {
    return await (await engines.named(spec.engine)).status(run)
  } catch (error) {
    if (!(error instanceof LearningError)) throw error
    const said = await run.status()
    return { state: 'queued', updatedAt: spec.createdAt, ...said, reason: reasonOf(error) }
  }
}

function tell(spec: JobSpec, status: JobStatus, json: boolean, brief = false): number {
  const { id, engine, stage } = spec
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ job: id, engine, stage, dataset: spec.dataset.id, ...status })}\n`,
    )
    return 0
  }
  const { done, total, unit } = status.progress ?? { done: 0, total: 0, unit: '' }
  const progress = total > 0 ? `${done}/${total} ${unit}` : ''
  process.stdout.write(
    `${[id, engine.padEnd(6), stage.padEnd(4), status.state.padEnd(9), progress].join('  ').trimEnd()}\n`,
  )
  if (!brief && status.reason !== undefined) process.stdout.write(`${status.reason}\n`)
  return 0
}
