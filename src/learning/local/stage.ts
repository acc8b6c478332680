/** What all stages have in common: steps that can be watched, stopped and gone on from. */
import { setImmediate } from 'node:timers/promises'
import { LearningError } from '#core/learning/engine.ts'
import type { Learner, Numerics, Weights } from './numerics.ts'
import type { Block, Blocks, Checkpoint, Hooks } from './trainer.ts'

export interface StageRun {
  readonly stage: Checkpoint['stage']
  readonly total: number
  readonly hooks: Hooks
  readonly checkpointEvery: number | undefined
  /** Steps done before. */
  readonly from: number
  /** What a checkpoint holds. */
  readonly blocks: () => Promise<Blocks>
}

/**
 * Calls `step` for every step there is left, and tells the hooks.
 *
 * @param step gives its figures. @throws LearningError when one is no number.
 */
export async function runSteps(
  { stage, total, hooks, checkpointEvery, from, blocks }: StageRun,
  step: (nth: number) => Promise<Readonly<Record<string, number>>>,
): Promise<Readonly<Record<string, number>>> {
  let last: Readonly<Record<string, number>> = {}
  for (let nth = from; nth < total; nth += 1) {
    // A step does not give way: signals and messages to this process come in between.
    await setImmediate()
    hooks.signal.throwIfAborted()
    last = await step(nth)
    const broken = Object.entries(last).find(([, value]) => !Number.isFinite(value))
    if (broken !== undefined) {
      throw new LearningError(
        `${stage}: ${broken[0]} is ${broken[1]} at step ${nth + 1} of ${total}. Begin again with a lower learning rate.`,
      )
    }
    await hooks.metric(nth + 1, total, last)
    if (checkpointEvery !== undefined && (nth + 1) % checkpointEvery === 0 && nth + 1 < total) {
      await hooks.checkpoint?.({ stage, step: nth + 1, blocks: await blocks() })
    }
  }
  return last
}

/** @param name of the learner in a checkpoint. @param resume of the same stage. @param steps optimiser steps that were made before. */
export function learnerOf(
  numerics: Numerics,
  base: Blocks,
  resume: Checkpoint | undefined,
  name: string,
  steps: number,
): Learner {
  if (resume === undefined) {
    return numerics.learner(numerics.weights(base))
  }
  const like = (part: string): Weights =>
    numerics.weights(
      Object.fromEntries(
        Object.entries(base).map(([key, block]) => [key, sameShape(`${name}/${part}/${key}`, block, resume)]),
      ),
    )
  return { weights: like('weights'), first: like('first'), second: like('second'), steps }
}

function sameShape(key: string, { shape }: Block, { blocks, stage }: Checkpoint): Block {
  const found = blocks[key]
  if (found !== undefined && found.shape.join() === shape.join()) return found
  throw new LearningError(
    `The ${stage} checkpoint is of another model: ${key} is not ${shape.join(' x ')}. Begin this job anew.`,
  )
}

/** @throws LearningError when there is nothing to go on from. */
export function stepsDone(stage: Checkpoint['stage'], total: number, resume: Checkpoint | undefined): number {
  if (resume === undefined) return 0
  if (resume.stage === stage && resume.step <= total) return resume.step
  throw new LearningError(
    `The checkpoint is of step ${resume.step} of ${resume.stage}, and cannot go on as ${total} steps of ${stage}. Begin this job anew.`,
  )
}

export async function learnerBlocks(numerics: Numerics, name: string, learner: Learner): Promise<Blocks> {
  const { weights, first, second } = learner
  const blocks: Record<string, Block> = {}
  for (const [part, tensors] of Object.entries({ weights, first, second })) {
    for (const [key, block] of Object.entries(await blocksOf(numerics, tensors))) {
      blocks[`${name}/${part}/${key}`] = block
    }
  }
  return blocks
}

/** Copies; the weights stay. */
export async function blocksOf(numerics: Numerics, weights: Weights): Promise<Blocks> {
  const blocks: Record<string, Block> = {}
  for (const [name, tensor] of Object.entries(weights)) {
    blocks[name] = { shape: [...tensor.shape], values: await numerics.read(tensor.ref) }
  }
  return blocks
}

export function freeLearner(numerics: Numerics, { weights, first, second }: Learner): void {
  for (const each of [weights, first, second]) numerics.free(each)
}

/** The learning rate of a step: whole at first, then falling to 0 over the second half. */
export const fallingRate = (rate: number, nth: number, total: number): number =>
  rate * Math.min(1, (total - nth) / (total * 0.5))

/** Rows of step `nth`, when they are gone through again and again in the order given. */
export function batchOf<T>(rows: readonly T[], nth: number, size: number): readonly T[] {
  return Array.from({ length: size }, (_, at) => rows[(nth * size + at) % rows.length]).filter(
    (row): row is T => row !== undefined,
  )
}

/** @throws LearningError when there is none. */
export function some<T>(rows: readonly T[], what: string): readonly T[] {
  if (rows.length > 0) return rows
  throw new LearningError(`There are no ${what} to learn from. Build a dataset that has some.`)
}
