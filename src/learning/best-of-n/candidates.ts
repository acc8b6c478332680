/** Which of several answers may be given, and which is the best. Pure. */
import type { Usage } from '#core/model/model.ts'

export interface Candidate {
  /** From 0, in the order they were asked for: which comes first does not depend on how long it is. */
  readonly nth: number
  readonly text: string
  /** The model declined. */
  readonly refused: boolean
  readonly finish: 'stop' | 'length' | 'filtered'
  /** As the server named it. */
  readonly model: string
  readonly usage?: Usage
}

/** At least one of what came. */
export type Candidates = readonly [Candidate, ...Candidate[]]

/**
 * Those that a reward model may choose among. Whole answers go before cut ones, and words before none. When at least
 * half of the whole ones decline, so does the answer: choosing among many must not wear a refusal down.
 */
export function eligible(candidates: Candidates): Candidates {
  const said = some(candidates.filter(({ text }) => text.trim() !== '')) ?? candidates
  const whole = some(said.filter(({ finish }) => finish === 'stop'))
  if (whole === undefined) return some(said.filter(({ finish }) => finish === 'length')) ?? said
  const refusals = some(whole.filter(({ refused }) => refused))
  return refusals !== undefined && refusals.length * 2 >= whole.length ? refusals : whole
}

const some = ([first, ...rest]: readonly Candidate[]): Candidates | undefined =>
  first === undefined ? undefined : [first, ...rest]

/** The place of the highest score; of equal ones the first. */
export const highest = (scores: readonly number[]): number => scores.indexOf(Math.max(...scores))

/** Of all that were drawn, also those that nobody sees: they cost the same. Undefined when no server told. */
export function usageOf(candidates: readonly Candidate[]): Usage | undefined {
  const told = candidates.flatMap(({ usage }) => usage ?? [])
  if (told.length === 0) return undefined
  const sum = (of: (usage: Usage) => number) => told.reduce((total, usage) => total + of(usage), 0)
  return {
    inputTokens: sum(({ inputTokens }) => inputTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    cachedTokens: sum(({ cachedTokens }) => cachedTokens),
  }
}

/**
 * How far the best of n may be from the model itself, in nats: ln n − (n−1)/n. A bound, reached when no two answers
 * score the same; no training comes closer for the same gain.
 */
export const divergenceOf = (n: number): number => Math.log(n) - (n - 1) / n
