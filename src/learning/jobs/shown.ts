import type { Clock } from '#core/clock.ts'
import { trainingView } from './curves.ts'
import { jobsIn } from './jobs.ts'
import type { TrainingView } from './view.ts'

/**
 * How training goes, for the bot: it is looked at now and then, and nothing of it is loaded before.
 *
 * @param runs where training jobs are kept; absent where there are none to show
 */
export async function shownTraining(runs: string | undefined, clock: Clock): Promise<TrainingView> {
  if (runs === undefined) return { runs: [], older: 0 }
  return await trainingView(jobsIn({ runs, now: () => clock.now() }))
}
