import type { ModelError } from './error.ts'

/** A wait that a person can read is at least this; shorter ones are over before the sentence is read. */
const ROUGHLY_A_MOMENT_MS = 5_000

/** The one sentence or two a reader in the chat sees when no answer came: what happened, and what to do (rule T4). */
export function explain(error: ModelError): string {
  switch (error.kind) {
    case 'aborted':
      return 'This answer was stopped. Ask again whenever you like.'
    case 'timeout':
      return 'The model took too long to answer. Please try again.'
    case 'rate_limit':
      return `The model is getting too many questions right now. Please try again ${soon(error.fault.retryAfterMs)}.`
    case 'quota':
      return 'The account that pays for the model has no credit left. Please tell the person who runs this assistant.'
    case 'auth':
      return 'The model did not accept the access key. Please tell the person who runs this assistant.'
    case 'bad_request':
      return 'The model could not take this question. Please tell the person who runs this assistant if it happens again.'
    case 'context_overflow':
      return 'This conversation is too long for the model. Please send a shorter message or start a new thread.'
    case 'network':
      return 'The model cannot be reached. Please try again in a minute.'
    case 'server':
      return 'The model had a fault of its own. Please try again in a minute.'
    case 'broken_stream':
      return 'The answer broke off before it was finished. Please try again.'
  }
}

function soon(retryAfterMs: number | undefined): string {
  if (retryAfterMs === undefined || retryAfterMs < ROUGHLY_A_MOMENT_MS) return 'in a moment'
  const seconds = Math.ceil(retryAfterMs / 1000)
  if (seconds <= 90) return `in ${seconds} seconds`
  const minutes = Math.ceil(seconds / 60)
  return minutes <= 90 ? `in ${minutes} minutes` : 'later today'
}
