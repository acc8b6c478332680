import type { Context, MiddlewareHandler } from 'hono'
import { HttpProblem } from './problem.ts'

/** What changes nothing (RFC 9110, 9.2.1). Everything else, known or not, must come from our own page. */
const READS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** `localhost`, 127.0.0.0/8 and ::1, with or without a port. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i

/**
 * Keeps other web sites out.
 *
 * Without a token every page that a browser on this machine opens could talk to us: a name that an attacker points
 * at 127.0.0.1 (DNS rebinding) is told by its `Host`, a form or fetch from elsewhere by its `Origin`. A program that
 * is no browser sends neither header and is as trusted as the machine's own users.
 */
export function guard(hasToken: boolean): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header('host') ?? ''
    if (!hasToken && !LOOPBACK.test(host)) {
      throw new HttpProblem(
        421,
        'host: without a web token only this machine is served; open it as localhost',
        {
          field: 'host',
        },
      )
    }
    if (!READS.has(c.req.method)) checkOrigin(c, host)
    await next()
  }
}

function checkOrigin(c: Context, host: string): void {
  const origin = c.req.header('origin')
  const site = c.req.header('sec-fetch-site')
  const isForeign =
    (origin !== undefined && hostOf(origin) !== host) ||
    (site !== undefined && site !== 'same-origin' && (site !== 'none' || origin !== undefined))
  if (isForeign)
    throw new HttpProblem(403, 'origin: only the workspace page itself may write', { field: 'origin' })
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}

/** On every answer: a browser must not guess types, frame the page, or tell others where it has been. */
export const hardened: MiddlewareHandler = async (c, next) => {
  await next()
  c.header('x-content-type-options', 'nosniff')
  c.header('x-frame-options', 'DENY')
  c.header('referrer-policy', 'no-referrer')
  c.header('cross-origin-opener-policy', 'same-origin')
  c.header('cross-origin-resource-policy', 'same-origin')
  c.header('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()')
  if (!c.res.headers.has('content-security-policy')) {
    c.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  }
  if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store')
}
