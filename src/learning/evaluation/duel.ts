/**
 * Two models, one prompt, and somebody who does not know which answer is whose: a comparison task of two answers like
 * any other (rule F6), so that people find it in the trainer console and rank it blind. What they say is counted from
 * their rankings, where the win rate can always be counted anew.
 */
import { randomUUID } from 'node:crypto'
import type { RankingRecord } from '#core/feedback/rankings.ts'
import { recordId } from '#core/feedback/record-id.ts'
import type { ComparisonTask } from '#core/feedback/tasks.ts'
import type { Prompt } from '#core/model/model.ts'
import type { Comparison } from './win-rate.ts'

export interface Duellist {
  /** The arm: an id of the registry, or `default` for the model of the configuration. */
  readonly arm: string
  /** As the server named it. */
  readonly model: string
  readonly text: string
}

/** Tells these tasks from those about replies. */
const THREAD = 'eval:'
/** Of a task that is about no reply. */
const NO_PROMPT_VERSION = 'eval'

export interface Duel {
  readonly candidate: Duellist
  readonly production: Duellist
  readonly prompt: Prompt
  readonly at: number
}

/** Which answer is the first says nothing: each rater sees an order of their own. */
export function duelTask({ candidate, production, prompt, at }: Duel): ComparisonTask {
  const id = recordId(at, `eval ${randomUUID()}`)
  const asked = prompt.turns.at(-1)?.content ?? ''
  return {
    ...{ schema: 1, id, at, provenance: 'console', reply: id, thread: `${THREAD}${candidate.arm}` },
    question: asked,
    prompt: [{ role: 'system' as const, content: prompt.system }, ...prompt.turns].filter(
      ({ content }) => content !== '',
    ),
    candidates: [production, candidate].map(({ arm, model, text }, nth) => ({
      ...{ id: `${id}-${nth}`, text, at },
      made: { model, promptVersion: NO_PROMPT_VERSION, sampling: {}, arm, prompt: { first: 0, end: 0 } },
    })),
    ...{ sampledBy: 'uniform', seed: id, wanted: 2, raters: 1, state: 'ready', speakers: [] },
  }
}

/** Whether a task compares this model with that one. */
export function isDuel(task: ComparisonTask, candidate: string, production: string): boolean {
  // Who ranks the same again shows how steady they are, and would count twice.
  if (task.repeatsOf !== undefined) return false
  const arms = task.candidates.map(({ made }) => made?.arm)
  return task.thread === `${THREAD}${candidate}` && arms.includes(candidate) && arms.includes(production)
}

/** What one person said of one duel; undefined when it is not about it. "All bad" is a tie. */
export function saidOf(task: ComparisonTask, ranking: RankingRecord, candidate: string): Comparison {
  const ours = task.candidates.find(({ made }) => made?.arm === candidate)?.id
  const place = ranking.order.findIndex((group) => group.some((id) => id === ours))
  const tied = ranking.allBad || ranking.order.length < 2
  if (tied || place === -1) return 'tie'
  return place === 0 ? 'candidate' : 'production'
}
