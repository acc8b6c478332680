import type { ModelError } from './error.ts'

/** What the route does after a model failed. */
export type AfterFailure =
  | { readonly type: 'again'; readonly waitMs: number }
  /** This model will not help; another might. */
  | { readonly type: 'next' }
  | { readonly type: 'give-up' }

/** Tries of one model. A fault that lasts longer than two waits is no hiccup. */
const TRIES = 3
/** A timeout has already cost the reader its whole length: once more, and no further. */
const TRIES_AFTER_TIMEOUT = 2
/** The first wait; it doubles. */
const BACKOFF_MS = 500
/** A reader waits no longer than this for one model; a server that asks for more is passed over. */
const LONGEST_WAIT_MS = 20_000

/**
 * Rule M3: nothing is tried again once text was shown; what cannot get better by itself is never retried on the same
 * model.
 *
 * @param tries how often this model was tried, the failed one included
 * @param shown whether the reader has seen any text of this reply
 */
export function afterFailure(error: ModelError, tries: number, shown: boolean): AfterFailure {
  if (shown) return { type: 'give-up' }
  switch (error.kind) {
    case 'aborted':
      return { type: 'give-up' }
    case 'quota':
    case 'auth':
    case 'bad_request':
    case 'context_overflow':
      return { type: 'next' }
    case 'timeout':
      return tries < TRIES_AFTER_TIMEOUT ? { type: 'again', waitMs: 0 } : { type: 'next' }
    case 'rate_limit':
    case 'network':
    case 'server':
    case 'broken_stream': {
      const waitMs = error.fault.retryAfterMs ?? BACKOFF_MS * 2 ** (tries - 1)
      return tries < TRIES && waitMs <= LONGEST_WAIT_MS ? { type: 'again', waitMs } : { type: 'next' }
    }
  }
}
