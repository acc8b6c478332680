import { systemClock } from '#core/clock.ts'
import { USUAL_RUNS } from '#core/learning/jobs/place.ts'

/** A reward model as it is typed: the id of a job becomes its directory, and every other address stays what it is. */
export async function rewardNamed(given: string, runs: string | undefined): Promise<string> {
  const { jobsIn } = await import('#core/learning/jobs/jobs.ts')
  return await jobsIn({ runs: runs ?? USUAL_RUNS, now: () => systemClock.now() }).addressOf(given)
}
