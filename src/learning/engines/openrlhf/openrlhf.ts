/**
 * OpenRLHF 0.11 on a machine with GPUs, or on a Ray cluster: supervised fine-tuning, a reward model, and PPO against
 * Parley's reward service. Keeps L2 (it reads the dataset directory as it is) and L5 (the seed is handed on).
 *
 * Never run on a GPU by us: held by golden command lines, a stand-in that behaves like it, and its own client's
 * requests to the reward service (docs/engines.md).
 */
import type { TrainEngine } from '#core/learning/engine.ts'
import { createOutsideEngine, type OutsideDeps } from '#core/learning/engines/engine.ts'
import type { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import { OPENRLHF_STAGES } from './flags.ts'
import { openRlhfPlan } from './plan.ts'

export const createOpenRlhf = (deps: OutsideDeps): TrainEngine<RunDirectory> =>
  createOutsideEngine(
    {
      ...{ name: 'openrlhf', stages: OPENRLHF_STAGES, trainer: new URL('./train.ts', import.meta.url) },
      plan: (spec, run) => openRlhfPlan(spec, run, deps.env),
    },
    deps,
  )
