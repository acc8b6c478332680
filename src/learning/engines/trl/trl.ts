/**
 * TRL 1.10 on whatever machine has it: supervised fine-tuning, a reward model, DPO, KTO, and RLOO against Parley's
 * reward service. Keeps L2 (it reads the dataset directory as it is) and L5 (the seed is handed on).
 *
 * Never run on a GPU by us: held by golden files and a stand-in that behaves like it (docs/engines.md).
 */
import type { TrainEngine } from '#core/learning/engine.ts'
import { createOutsideEngine, type OutsideDeps } from '#core/learning/engines/engine.ts'
import type { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import { trlPlan } from './plan.ts'
import { TRL_STAGES } from './settings.ts'

export const createTrl = (deps: OutsideDeps): TrainEngine<RunDirectory> =>
  createOutsideEngine(
    {
      ...{ name: 'trl', stages: TRL_STAGES, trainer: new URL('./train.ts', import.meta.url) },
      plan: (spec, run) => trlPlan(spec, run, deps.env),
    },
    deps,
  )
