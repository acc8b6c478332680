import { ModelError } from '#core/model/error.ts'
import { MAX_SCORE, type Score } from './reward-model.ts'

/** A score within its bounds. @throws ModelError when it is no number: whoever asked must not act on it. */
export function bounded({ value, conservative }: Score): Score {
  if (Number.isNaN(value) || Number.isNaN(conservative))
    throw new ModelError('server', 'the reward model gave a score that is no number')
  return { value: clamped(value), conservative: clamped(conservative) }
}

const clamped = (value: number): number => Math.max(-MAX_SCORE, Math.min(MAX_SCORE, value))
