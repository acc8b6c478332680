import type { Clock } from '#core/clock.ts'
import type { Engines } from '#core/learning/jobs/engines.ts'
import type { Jobs } from '#core/learning/jobs/jobs.ts'
import { USUAL_RUNS } from '#core/learning/jobs/place.ts'

export const RUNS_USAGE = `    --runs <directory>     where jobs are kept; ${USUAL_RUNS} when left out
`

/** As it is to be typed: `"parley learn job cancel 2026… --runs elsewhere"`. */
export type CommandOf = (verb: string, id: string) => string
export const commandIn =
  (runs: string | undefined): CommandOf =>
  (verb, id) =>
    `"parley learn job ${verb} ${id}${runs === undefined ? '' : ` --runs ${runs}`}"`

export interface OpenJobs {
  readonly jobs: Jobs
  readonly engines: Engines
}

/** @param runs the directory of all runs; the usual one when left out. */
export async function openJobs(
  runs: string | undefined,
  env: NodeJS.ProcessEnv,
  clock: Clock,
): Promise<OpenJobs> {
  const [{ jobsIn }, { createEngines }] = await Promise.all([
    import('#core/learning/jobs/jobs.ts'),
    import('#core/learning/jobs/engines.ts'),
  ])
  return {
    jobs: jobsIn({ runs: runs ?? USUAL_RUNS, now: () => clock.now() }),
    engines: createEngines({ clock, env, fetch }),
  }
}
