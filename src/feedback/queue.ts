/** Which comparison tasks are offered to whom. Pure and seeded (rules F5, F6, L5). */
import { recordId } from './record-id.ts'
import { drawFrom } from './seeded-draw.ts'
import type { ComparisonTask } from './tasks.ts'

/** One ranking in twenty is asked for again: a person who contradicts themselves tells how far a ranking can be trusted. */
const REPEAT_ONE_IN = 20
/** Later than anybody remembers where which answer stood. */
const REPEAT_AFTER_MS = 86_400_000

export interface QueuedRater {
  /** Pseudonym. */
  readonly name: string
  readonly platform: string
}

/**
 * Whether this task waits for this person. What one person asked to have compared was said to the people of one
 * platform, and stays with them; what was drawn at random is for every reviewer. Nobody is waited for: whoever comes
 * first takes a place.
 *
 * @param raters who ranked it already.
 */
export function offered(
  task: ComparisonTask,
  rater: QueuedRater,
  raters: readonly string[],
  now: number,
): boolean {
  const { state, sampledBy, provenance, repeatsOf } = task
  if (state === 'withdrawn' || raters.includes(rater.name) || raters.length >= task.raters) return false
  if (repeatsOf !== undefined) return repeatsOf.rater === rater.name && task.at <= now
  return sampledBy === 'uniform' || provenance === rater.platform
}

/** The same task for the same person again, in another order, for one ranking in twenty; undefined for the others. */
export function repeatOf(task: ComparisonTask, rater: string, now: number): ComparisonTask | undefined {
  if (task.repeatsOf !== undefined) return undefined
  if (drawFrom(`${task.seed}/repeat/${rater}`)(REPEAT_ONE_IN) !== 0) return undefined
  // Named by what it repeats, and by the time of that: a change of mind makes no second one.
  const id = recordId(task.at, `repeat/${task.id}/${rater}`)
  return {
    ...task,
    ...{ id, seed: id, at: now + REPEAT_AFTER_MS, raters: 1 },
    repeatsOf: { task: task.id, rater },
  }
}
