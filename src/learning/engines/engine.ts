import type { Clock } from '#core/clock.ts'
import type { EngineName, JobStatus, Stage, TrainEngine } from '#core/learning/engine.ts'
import { follow } from '#core/learning/jobs/follow.ts'
import { createProcessEngine } from '#core/learning/jobs/process-engine.ts'
import type { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import { endTrainer, GRACE_MS, type Planner, wordsOf } from './outside.ts'
import { look, type TrainerState } from './process.ts'

export interface OutsideDeps {
  readonly clock: Clock
  /** Where the reward service's token is looked for. */
  readonly env: NodeJS.ProcessEnv
}

export interface OutsideProgram {
  readonly name: EngineName
  readonly stages: readonly Stage[]
  /** A module that exports `train`. */
  readonly trainer: URL
  readonly plan: Planner
}

/** Beyond the trainer's own grace there may be a container to be stopped. */
const CANCEL_MS = GRACE_MS + 40_000

/** The engine of a program that is not ours. What can be refused is refused before a process begins. */
export function createOutsideEngine(
  program: OutsideProgram,
  { clock, env }: OutsideDeps,
): TrainEngine<RunDirectory> {
  const { name, stages, trainer, plan } = program
  const engine = createProcessEngine({
    ...{ name, stages, trainer, clock, cancelMs: CANCEL_MS },
    check: async () => {}, // done below, with the run directory, which the plan names
  })
  const status = async (run: RunDirectory): Promise<JobStatus> => {
    const said = await engine.status(run)
    return said.state === 'lost' ? { ...said, reason: lostBut(await look(run.path)) ?? said.reason } : said
  }
  return {
    ...engine,
    submit: async (run) => {
      const spec = await run.spec()
      wordsOf(await plan(spec, run.path), spec, run.path)
      await engine.submit(run)
    },
    status,
    events: (run, signal) => follow(run, { status: () => status(run), clock, signal }),
    cancel: async (run) => {
      const said = await status(run)
      if (said.state !== 'lost' || (await look(run.path)).is !== 'running') return await engine.cancel(run)
      const spec = await run.spec()
      await endTrainer({
        ...{ plan: await plan(spec, run.path), spec, run: run.path, env },
        log: (line) => run.addLog(line),
      })
      await run.setStatus({
        ...said,
        state: 'cancelled',
        reason: 'It was cancelled.',
        updatedAt: clock.now(),
      })
    },
  }
}

/** The trainer's own process outlives ours. */
function lostBut({ is }: TrainerState): string | undefined {
  switch (is) {
    case 'running':
      return 'Nobody watches this job any more, but its trainer runs on. "parley learn job resume" watches it again; "parley learn job cancel" ends it.'
    case 'ended':
      return 'Nobody watched this job when its trainer ended. "parley learn job resume" fetches what came of it.'
    case 'none':
    case 'gone':
      return undefined
  }
}
