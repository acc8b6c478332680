import { trainOutside } from '#core/learning/engines/outside.ts'
import { trlPlan } from './plan.ts'

/** What the job's process runs. */
export const train = trainOutside((spec, run) => trlPlan(spec, run, process.env), process.env)
