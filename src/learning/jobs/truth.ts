import { basename } from 'node:path'
import { type JobStatus, LearningError } from '#core/learning/engine.ts'
import { isAlive, processOf } from './process.ts'
import type { RunDirectory } from './run-directory.ts'

/** Nothing changes after these without somebody's doing. */
export const hasEnded = ({ state }: Pick<JobStatus, 'state'>): boolean =>
  state !== 'queued' && state !== 'running'

/**
 * What a run says of itself, held against the processes of this machine: it runs only while the very process that said
 * so lives. Read-only: whoever looks changes nothing.
 */
export async function truthOf(run: RunDirectory): Promise<JobStatus> {
  const said = await run.status()
  if (said === undefined) {
    const { createdAt } = await run.spec()
    return { state: 'queued', reason: 'It was not begun yet.', updatedAt: createdAt }
  }
  const worker = processOf(said.external)
  if (hasEnded(said) || worker === undefined || (await isAlive(worker))) return said
  // It may have ended well between the two looks, and its last words count.
  const last = (await run.status()) ?? said
  if (hasEnded(last) || last.external !== said.external) return last
  if ((await run.artifact()) !== undefined) return { ...last, state: 'succeeded' }
  return { ...last, state: 'lost', reason: lostBy(worker.pid, basename(run.path)) }
}

const lostBy = (pid: number, id: string): string =>
  `Its process (${pid}) is gone and did not say how it ended: it was killed, or the machine was. ` +
  `"parley learn job resume ${id}" goes on from its newest checkpoint, or begins it again.`

/** @throws LearningError when the job cannot be begun or gone on with. */
export function mayBegin({ state }: JobStatus): void {
  switch (state) {
    case 'queued':
    case 'lost':
    case 'failed':
    case 'cancelled':
      return
    case 'running':
      throw new LearningError('The job is running. Follow it with "parley learn job logs --follow".')
    case 'succeeded':
      throw new LearningError('The job has succeeded. Fetch its model with "parley learn job collect".')
  }
}
