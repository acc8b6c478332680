/** Everything that decides what one reply does next. Times are milliseconds on the caller's clock. */
export interface PacingState {
  /** A write is under way. */
  readonly inFlight: boolean
  /** Something was shown before. */
  readonly begun: boolean
  /** There is text that the reader does not see yet. */
  readonly stale: boolean
  /** The model is done: the next write is the last. */
  readonly finished: boolean
  /** The newest write did not go well: it is due again, and room was kept for it. */
  readonly failed: boolean
  /** The platform asked for silence until this; not even the first or the last write may come sooner. */
  readonly blockedUntil: number
}

export type Pace =
  | { readonly do: 'write' }
  /** Stand in line for the account that growing writes are charged to (`budget.ts`), then write. */
  | { readonly do: 'queue' }
  | { readonly do: 'wait'; readonly ms: number }
  /** Nothing to do until new text comes or the write under way ends. */
  | { readonly do: 'rest' }

/**
 * What the next growing write does: `begin` a message below complete ones, `fill` the last one because its text is
 * complete, or `grow` whatever there is.
 */
export type Step = 'grow' | 'fill' | 'begin'

/**
 * Where beginning a message costs nothing, a reply that crosses into one comes in two steps: what is charged fills the
 * old message, and between that and the next charged write comes a free one. What is visible never shrinks on the way:
 * where the cut went back behind text that is shown, or more than one message is missing, all is shown in one step.
 *
 * @param parts of all the text there is.
 * @param visible parts as they were shown last.
 */
export function nextStep(parts: readonly string[], visible: readonly string[]): Step {
  const last = visible.at(-1)
  const filled = parts[visible.length - 1]
  if (last === undefined || filled === undefined || parts.length <= visible.length) return 'grow'
  if (filled === last) return 'begin'
  const grows = filled.trimEnd().startsWith(last.trimEnd())
  return grows && parts.length === visible.length + 1 ? 'fill' : 'grow'
}

/** What to do with the visible text now (rules D3, D4). */
export function nextWrite(state: PacingState, now: number): Pace {
  if (state.inFlight) return { do: 'rest' } // one write at a time: the newest text wins later
  if (!state.stale && !state.finished) return { do: 'rest' }
  if (now < state.blockedUntil) return { do: 'wait', ms: state.blockedUntil - now }
  if (state.finished) return { do: 'write' } // the last write always happens
  return state.begun && !state.failed ? { do: 'queue' } : { do: 'write' } // the first token never waits
}
