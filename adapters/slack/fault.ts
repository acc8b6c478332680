/**
 * What Slack's refusals mean. Pure.
 *
 * Error codes: docs.slack.dev/reference/methods, per method. Bolt's client reports them in four classes.
 */
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api'
import { SurfaceError } from '#core/delivery/surface.ts'
import { PlatformError, reasonOf } from '#core/errors.ts'

export type SlackFault =
  /** Nothing was done. */
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  /** It may or may not have been done. */
  | { readonly kind: 'unavailable' }
  /** Slack understood, and said no. */
  | { readonly kind: 'refused' }

/** One Web API call failed. */
export class SlackCallError extends Error {
  override readonly name = 'SlackCallError'
  readonly method: string
  /** Slack's own code (`not_in_channel`), or `http_503` and `no_answer`. */
  readonly code: string
  readonly fault: SlackFault

  constructor(method: string, code: string, fault: SlackFault, cause?: unknown) {
    super(`${method}: ${code}`, { cause })
    this.method = method
    this.code = code
    this.fault = fault
  }
}

/** When Slack limits a call and names no time. */
const RETRY_AFTER_MS = 5_000

const LIMITED = new Set(['ratelimited', 'rate_limited', 'message_limit_exceeded'])
const FAULTS_OF_SLACK = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'])

export function slackFailure(method: string, thrown: unknown): SlackCallError {
  const failed = (code: string, fault: SlackFault) => new SlackCallError(method, code, fault, thrown)
  if (thrown instanceof WebAPIRateLimitedError) {
    return failed('http_429', { kind: 'rate_limited', retryAfterMs: thrown.retryAfter * 1000 })
  }
  if (thrown instanceof WebAPIPlatformError) {
    const code = String(thrown.data.error)
    const seconds = thrown.data.response_metadata?.retryAfter
    if (LIMITED.has(code)) {
      return failed(code, { kind: 'rate_limited', retryAfterMs: seconds ? seconds * 1000 : RETRY_AFTER_MS })
    }
    // A proxy's error page arrives as a "platform error" whose code is the whole page.
    if (!/^[\w.-]{1,80}$/.test(code)) return failed('unreadable_answer', { kind: 'unavailable' })
    return failed(code, { kind: FAULTS_OF_SLACK.has(code) ? 'unavailable' : 'refused' })
  }
  if (thrown instanceof WebAPIHTTPError) {
    const { statusCode } = thrown
    return failed(`http_${statusCode}`, {
      kind: statusCode >= 500 || statusCode === 408 ? 'unavailable' : 'refused',
    })
  }
  if (thrown instanceof WebAPIRequestError) return failed('no_answer', { kind: 'unavailable' })
  // A 429 without a Retry-After header ends up here, as a plain Error.
  return reasonOf(thrown).includes('Retry header')
    ? failed('http_429', { kind: 'rate_limited', retryAfterMs: RETRY_AFTER_MS })
    : failed('no_answer', { kind: 'unavailable' })
}

/** The server does not know the method, or this app may never use it: remember, and do without. */
const NOT_OFFERED = new Set([
  'unknown_method',
  'http_404',
  'http_405',
  'method_deprecated',
  'deprecated_endpoint',
  'feature_disabled',
  'feature_not_enabled',
  'not_agent_app',
  'not_allowed_token_type',
  'not_authorized',
  'missing_scope',
])

export const notOffered = (code: string): boolean => NOT_OFFERED.has(code)

/** Our access as a whole is gone; every call would say so. */
const NO_ACCESS = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'org_login_required',
  'team_access_not_granted',
  'team_not_found',
])

/** The conversation cannot be written to any more. */
const GONE = new Set([
  ...NO_ACCESS,
  'channel_not_found',
  'thread_not_found',
  'is_archived',
  'is_inactive',
  'not_in_channel',
  'cannot_reply_to_message',
  'restricted_action_thread_locked',
])

export const isGone = (code: string): boolean => GONE.has(code)

/** The token is refused, whatever is asked. It may be good again: the app is installed anew, the workspace is back. */
export const isShutOut = (code: string): boolean => NO_ACCESS.has(code)

/** For the core: what came of a write. */
export function surfaceError(failure: SlackCallError): SurfaceError {
  const { fault, code, message } = failure
  if (fault.kind !== 'refused') return new SurfaceError(fault, message, failure)
  if (isShutOut(code)) return new SurfaceError({ kind: 'away' }, message, failure)
  return new SurfaceError({ kind: isGone(code) ? 'gone' : 'refused' }, message, failure)
}

/** For the operator: why Parley does not run here, and what to do. */
export function platformError(failure: SlackCallError): PlatformError {
  const { fault, code, method } = failure
  return new PlatformError({
    platform: 'slack',
    method,
    code,
    fix:
      fault.kind === 'refused'
        ? fixFor(method, code)
        : 'Slack did not answer, or asked to wait. Check that this machine reaches it; trying again may help.',
    permanent: fault.kind === 'refused',
    cause: failure,
  })
}

function fixFor(method: string, code: string): string {
  const token =
    method === 'apps.connections.open'
      ? 'the app-level token (xapp-…, scope connections:write) from Basic Information'
      : 'the Bot User OAuth Token (xoxb-…) from OAuth & Permissions'
  if (NO_ACCESS.has(code))
    return `Copy ${token} of your Slack app again; reinstall the app if it was removed.`
  if (code === 'not_allowed_token_type') return `Use ${token} of your Slack app.`
  if (code === 'missing_scope') {
    return 'Compare the app with config/slack-manifest.json and reinstall it to the workspace.'
  }
  return `Look up ${code} at docs.slack.dev/reference/methods/${method}.`
}
