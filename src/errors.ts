/**
 * Errors that say whose fault it is and what to do next.
 *
 * `ConfigError` is the operator's, `PlatformError` is Slack's or Discord's, `ModelError` (in `src/model`) is the
 * model server's, and a plain `Error` is a bug of ours.
 */

export interface SettingProblem {
  /** Shown as it is; the caller masks secrets first. */
  readonly got: unknown
  /** Completes "expected …", for example `a port from 1 to 65535`. */
  readonly expected: string
  /** A whole instruction, for example `Set PARLEY_PORT=3978.` */
  readonly fix: string
}

/**
 * A setting is wrong, and the operator can mend it.
 *
 * @example
 * throw new ConfigError('PARLEY_PORT', { got: '80a', expected: 'a port from 1 to 65535', fix: 'Set PARLEY_PORT=3978.' })
 * // PARLEY_PORT is "80a" (string); expected a port from 1 to 65535. Set PARLEY_PORT=3978.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'

  constructor(key: string, problem: SettingProblem) {
    super(`${key} is ${show(problem.got)}; expected ${problem.expected}. ${problem.fix}`)
  }
}

export interface PlatformFault {
  readonly platform: string
  /** The call that failed, for example `chat.postMessage` or `PATCH /channels/:id/messages/:id`. */
  readonly method: string
  /** The platform's own code, for example `not_in_channel` or `50013`. */
  readonly code: string
  /** What the operator can do, as a whole sentence. */
  readonly fix: string
  /** True when trying again without a change cannot help (a wrong token, a missing permission). */
  readonly permanent: boolean
  readonly cause?: unknown
}

/** Slack or Discord said no. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError'
  readonly fault: PlatformFault

  constructor(fault: PlatformFault) {
    super(`${fault.platform}: ${fault.method} failed with ${fault.code}. ${fault.fix}`, {
      cause: fault.cause,
    })
    this.fault = fault
  }
}

/** The message of anything that was thrown. */
export const reasonOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown)

function show(value: unknown): string {
  if (value === undefined) return 'not set'
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  return `${JSON.stringify(value)} (${type})`
}
