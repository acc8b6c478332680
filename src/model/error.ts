export type ModelErrorKind =
  /** Our own caller cancelled. */
  | 'aborted'
  /** No first byte, or no further byte, in time (rule M2). */
  | 'timeout'
  | 'rate_limit'
  /** The account has no credit left: permanent until a person pays. */
  | 'quota'
  | 'auth'
  | 'bad_request'
  | 'context_overflow'
  /** The server cannot be reached. */
  | 'network'
  /** The server answered with a fault of its own. */
  | 'server'
  /** The stream ended or broke without its terminal event (rule M1). */
  | 'broken_stream'

export interface ModelFault {
  readonly status?: number | undefined
  /** The vendor's own code. */
  readonly code?: string | undefined
  readonly retryAfterMs?: number | undefined
  readonly requestId?: string | undefined
  readonly cause?: unknown
}

/** The model could not answer. Never carries message text or keys in `message`. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly kind: ModelErrorKind
  readonly fault: ModelFault

  constructor(kind: ModelErrorKind, message: string, fault: ModelFault = {}) {
    super(message, { cause: fault.cause })
    this.kind = kind
    this.fault = fault
  }
}
