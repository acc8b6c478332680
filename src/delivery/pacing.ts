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

/** What to do with the visible text now (rules D3, D4). */
export function nextWrite(state: PacingState, now: number): Pace {
  if (state.inFlight) return { do: 'rest' } // one write at a time: the newest text wins later
  if (!state.stale && !state.finished) return { do: 'rest' }
  if (now < state.blockedUntil) return { do: 'wait', ms: state.blockedUntil - now }
  if (state.finished) return { do: 'write' } // the last write always happens
  return state.begun && !state.failed ? { do: 'queue' } : { do: 'write' } // the first token never waits
}
