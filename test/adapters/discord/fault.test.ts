import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js'
import { expect, describe as group, test } from 'vitest'
import { describe, faultOf, surfaceError } from '#adapters/discord/fault.ts'
import { loginFault } from '#adapters/discord/login.ts'
import { SurfaceError } from '#core/delivery/surface.ts'

const SECRET = 'the text of a reply'
const body = { files: undefined, body: { content: SECRET } }
const answered = (status: number, code: number) =>
  new DiscordAPIError({ code, message: 'no' }, code, status, 'PATCH', 'http://127.0.0.1/x', body)
const mustWait = new RateLimitError({
  global: false,
  hash: 'h',
  limit: 5,
  majorParameter: '1',
  method: 'POST',
  retryAfter: 1200.5,
  route: '/channels/:id/messages',
  scope: 'user',
  sublimitTimeout: 0,
  timeToReset: 1200.5,
  url: 'http://127.0.0.1/x',
})
const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })

group('what a failed write means', () => {
  test.each([
    ['a rate limit', mustWait, { kind: 'rate_limited', retryAfterMs: 1201 }],
    ['a 500', new HTTPError(500, 'oops', 'PATCH', 'http://127.0.0.1/x', body), { kind: 'unavailable' }],
    ['a reset', reset, { kind: 'unavailable' }],
    ['a time-out', new DOMException('aborted', 'AbortError'), { kind: 'unavailable' }],
    ['an unknown channel', answered(404, 10003), { kind: 'gone' }],
    ['no access any more', answered(403, 50001), { kind: 'gone' }],
    ['a locked thread', answered(403, 160005), { kind: 'gone' }],
    ['a missing permission', answered(403, 50013), { kind: 'refused' }],
    ['AutoMod', answered(400, 200000), { kind: 'refused' }],
    ['a form error', answered(400, 50035), { kind: 'refused' }],
    ['a refused token', answered(401, 0), { kind: 'away' }],
    ['edits of an old message', answered(400, 30046), { kind: 'rate_limited', retryAfterMs: 7000 }],
    ['an overloaded Discord', answered(503, 130000), { kind: 'unavailable' }],
    ['a bug of ours', new TypeError('x is not a function'), undefined],
  ])('%s', (_what, error, fault) => {
    expect(faultOf(error)).toEqual(fault)
  })

  test('S5: no message text leaves with the error', () => {
    const error = surfaceError(answered(400, 50035))
    expect(error).toBeInstanceOf(SurfaceError)
    const everything =
      JSON.stringify({ ...(error as SurfaceError) }) + String(error) + describe(answered(400, 50035))
    expect(everything).not.toContain(SECRET)
    expect((error as SurfaceError).cause).toBeUndefined()
  })
})

group('what a failed login means', () => {
  test.each([
    [
      'a wrong token',
      Object.assign(new Error('no token'), { code: 'TokenInvalid' }),
      undefined,
      true,
      'TokenInvalid',
    ],
    ['a token revoked at the gateway', new Error('Authentication failed'), 4004, true, '4004'],
    ['a missing switch', new Error('Used disallowed intents'), 4014, true, '4014'],
    ['no network', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), undefined, false, 'ECONNREFUSED'],
    [
      'trouble at Discord',
      new HTTPError(502, 'bad gateway', 'GET', 'http://127.0.0.1/x', body),
      undefined,
      false,
      'GET answered 502',
    ],
  ])('%s', (_what, error, closeCode, permanent, code) => {
    const fault = loginFault(error, closeCode)
    expect(fault).toMatchObject({ platform: 'discord', permanent, code })
    expect(fault.fix).toMatch(/\.$/)
  })
})
