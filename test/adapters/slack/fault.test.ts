import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api'
import { expect, test } from 'vitest'
import { platformError, slackFailure, surfaceError } from '#adapters/slack/fault.ts'

const platform = (error: string, retryAfter?: number) =>
  new WebAPIPlatformError({
    ok: false,
    error,
    response_metadata: retryAfter === undefined ? {} : { retryAfter },
  })

test.each([
  ['a 429', new WebAPIRateLimitedError(7), { kind: 'rate_limited', retryAfterMs: 7_000 }],
  [
    'a 429 without a time',
    new Error('Retry header did not contain a valid timeout'),
    { kind: 'rate_limited', retryAfterMs: 5_000 },
  ],
  ['a limit in an answer', platform('ratelimited', 3), { kind: 'rate_limited', retryAfterMs: 3_000 }],
  ['a 503', new WebAPIHTTPError(503, 'no', {}), { kind: 'unavailable' }],
  ['a reset', new WebAPIRequestError(new Error('socket hang up')), { kind: 'unavailable' }],
  ["Slack's own fault", platform('internal_error'), { kind: 'unavailable' }],
  ["a proxy's page", platform('<html>Sign in to the network</html>'), { kind: 'unavailable' }],
  ['a channel that is gone', platform('channel_not_found'), { kind: 'gone' }],
  ['an archived channel', platform('is_archived'), { kind: 'gone' }],
  ['a token that was revoked', platform('token_revoked'), { kind: 'away' }],
  ['a policy', platform('restricted_action'), { kind: 'refused' }],
  ['a 404', new WebAPIHTTPError(404, 'no', {}), { kind: 'refused' }],
])('%s', (_, thrown, fault) => {
  const error = surfaceError(slackFailure('chat.postMessage', thrown))
  expect(error.fault).toEqual(fault)
  expect(error.message).toMatch(/^chat\.postMessage: [\w.]+$/)
})

test.each([
  ['auth.test', 'invalid_auth', 'Bot User OAuth Token'],
  ['apps.connections.open', 'invalid_auth', 'app-level token'],
  ['apps.connections.open', 'not_allowed_token_type', 'app-level token'],
  ['auth.test', 'missing_scope', 'slack-manifest.json'],
])('%s with %s is for the operator to mend', (method, code, fix) => {
  const error = platformError(slackFailure(method, platform(code)))
  expect(error.fault.permanent).toBe(true)
  expect(error.message).toContain(fix)
})

test('a network that is down is worth another try', () => {
  const error = platformError(slackFailure('auth.test', new WebAPIRequestError(new Error('ENOTFOUND'))))
  expect(error.fault).toMatchObject({ permanent: false, code: 'no_answer' })
})
