import { trainOutside } from '#core/learning/engines/outside.ts'
import { openRlhfPlan } from './plan.ts'

/** What the job's process runs. */
export const train = trainOutside((spec, run) => openRlhfPlan(spec, run, process.env), process.env)
