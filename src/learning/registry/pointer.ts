/**
 * Which model answers whom: one record, so that a promotion or a rollback is one write and nobody ever sees half of it
 * (rule L6). Pure; whoever keeps it writes what comes out.
 */
import * as z from 'zod'
import { LearningError } from '#core/learning/engine.ts'
import type { ModelRecord } from './record.ts'

const turnSchema = z
  .object({
    at: z.number(),
    /** `undefined` stands for the model of the configuration. */
    production: z.string().optional(),
    by: z.enum(['operator', 'guardrail']),
    why: z.string(),
  })
  .readonly()

export const pointerSchema = z
  .object({
    schema: z.literal(1),
    /** The model that answers. Absent: the one that the configuration names. */
    production: z.string().optional(),
    /** Answers so many of a hundred threads; `since` is when its present weight began. */
    canary: z
      .object({ model: z.string(), percent: z.number().positive().max(100), since: z.number() })
      .readonly()
      .optional(),
    /** Is asked and recorded beside the one that answers; nobody sees it. */
    shadow: z.string().optional(),
    /** What a rollback goes back to, the last one first to go; `null` stands for the model of the configuration. */
    before: z.array(z.string().nullable()).readonly(),
    /** Every swap, oldest first: the model in production from then on. */
    history: z.array(turnSchema).readonly(),
  })
  .readonly()
export type Pointer = z.infer<typeof pointerSchema>

export type By = z.infer<typeof turnSchema>['by']

export interface Swap {
  readonly at: number
  readonly by: By
  /** For people. */
  readonly why: string
}

export const NOBODY_YET: Pointer = { schema: 1, before: [], history: [] }

/** Swaps that are kept: years of them. */
const MOST_HISTORY = 1_000

export type ModelState = 'candidate' | 'shadow' | 'canary' | 'production' | 'retired' | 'rejected'

/** Follows from the pointer, so that no model's record can say something else. */
export function stateOf(
  { id, rejected }: Pick<ModelRecord, 'id' | 'rejected'>,
  pointer: Pointer,
): ModelState {
  if (pointer.production === id) return 'production'
  if (pointer.canary?.model === id) return 'canary'
  if (pointer.shadow === id) return 'shadow'
  if (rejected !== undefined) return 'rejected'
  return pointer.history.some(({ production }) => production === id) ? 'retired' : 'candidate'
}

/** The same twice is no swap. */
export function promoted(pointer: Pointer, model: string, swap: Swap): Pointer {
  const { canary, shadow, ...rest } = pointer
  if (pointer.production === model && canary === undefined) return pointer
  const others = shadow === undefined || shadow === model ? {} : { shadow }
  if (pointer.production === model) return withSwap({ ...rest, ...others }, model, swap)
  // In one place only: a rollback leads to a model at most once.
  const before = [...rest.before, pointer.production ?? null].filter((each) => each !== model)
  return withSwap({ ...rest, ...others, before: before.slice(-MOST_HISTORY) }, model, swap)
}

/** @throws LearningError when another canary runs, or the model answers everybody already. */
export function withCanary(pointer: Pointer, model: string, percent: number, at: number): Pointer {
  if (pointer.production === model)
    throw new LearningError(`${model} is in production already. A canary is for another model.`)
  if (pointer.canary !== undefined && pointer.canary.model !== model)
    throw new LearningError(
      `${pointer.canary.model} is the canary now. Promote it or end it with "parley learn model rollback" first.`,
    )
  if (pointer.canary?.percent === percent) return pointer
  const { shadow, ...rest } = pointer
  const others = shadow === undefined || shadow === model ? {} : { shadow }
  return { ...rest, ...others, canary: { model, percent, since: at } }
}

/**
 * A canary goes first; without one, production goes back to what answered before it.
 *
 * @param from what is to go. When something else is there by now, nothing changes: said twice, it is done once.
 */
export function rolledBack(pointer: Pointer, from: string, swap: Swap): Pointer {
  if (pointer.canary?.model === from) {
    const { canary: _, ...rest } = pointer
    return withSwap(rest, pointer.production, swap)
  }
  if (pointer.production !== from) return pointer
  const { canary: _, ...rest } = pointer
  return withSwap({ ...rest, before: rest.before.slice(0, -1) }, rest.before.at(-1) ?? undefined, swap)
}

function withSwap({ production: _, ...rest }: Pointer, model: string | undefined, swap: Swap): Pointer {
  const production = model === undefined ? {} : { production: model }
  return {
    ...rest,
    ...production,
    history: [...rest.history, { ...swap, ...production }].slice(-MOST_HISTORY),
  }
}
