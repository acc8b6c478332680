/**
 * Parley's one HTTP port: health for the operator, and below it whatever the platforms serve (the web workspace,
 * Slack's events). Knows nothing of what is behind a route.
 *
 * Keeps S6 for all of them: every answer forbids a browser to guess or frame it, and whoever sends slowly, or opens
 * connections and says nothing, loses them.
 */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConfigError, reasonOf } from '#core/errors.ts'

export interface Mount {
  /** Requests whose path is this, or lies below it, go to `listener`. The longest matching prefix wins. */
  readonly prefix: string
  readonly listener: RequestListener
}

export interface Readiness {
  readonly ready: boolean
  /** One entry a part, for people: `store`, `slack` … */
  readonly parts: Readonly<Record<string, string>>
}

export interface FrontDeps {
  readonly mounts: readonly Mount[]
  readonly readiness: () => Promise<Readiness>
  readonly limits?: Limits
}

/** How long a request may take to arrive, in milliseconds. An answer may take as long as it likes: events stream. */
export interface Limits {
  /** From the connection, or from the answer before, to the end of the headers. */
  readonly headersMs: number
  /** To the end of the body. */
  readonly requestMs: number
  /** How often connections are looked at for that. */
  readonly checkMs: number
  /** Open at once; further ones are closed. */
  readonly connections: number
}

/**
 * A browser and Slack send their headers in one packet; a large body on a slow phone takes a few seconds. A page holds
 * up to six connections.
 */
const LIMITS: Limits = { headersMs: 10_000, requestMs: 30_000, checkMs: 2_000, connections: 2_000 }

/**
 * On every answer of this port but Node's own refusals, which are empty; what stands behind a route may say more. No page is
 * served by default, nothing is kept by anybody between, and nobody else's page may show or read it.
 */
const HARDENED = new Map([
  ['cache-control', 'no-store'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
  ['referrer-policy', 'no-referrer'],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
])

export interface Front {
  /** For example `http://127.0.0.1:3978`. */
  readonly url: string
  close(): Promise<void>
}

/** @throws ConfigError when the address cannot be listened on: it is taken, not ours to use, or not of this machine. */
export async function openFront(host: string, port: number, deps: FrontDeps): Promise<Front> {
  const { headersMs, requestMs, checkMs, connections } = deps.limits ?? LIMITS
  const server = createServer(
    { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: checkMs },
    route(deps),
  )
  server.maxConnections = connections
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(unusable(host, port, error)))
    server.listen(port, host, resolve)
  })
  const { port: actual } = server.address() as AddressInfo
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`, close: () => close(server) }
}

function route({ mounts, readiness }: FrontDeps): RequestListener {
  const byLength = mounts.toSorted((a, b) => b.prefix.length - a.prefix.length)
  return (request, response) => {
    response.setHeaders(HARDENED)
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    if (path === '/healthz') return answer(200, { alive: true })
    if (path === '/readyz') {
      void readiness().then(
        (state) => answer(state.ready ? 200 : 503, state),
        (thrown: unknown) => answer(503, { ready: false, parts: { readiness: reasonOf(thrown) } }),
      )
      return
    }
    const mount = byLength.find(({ prefix }) => covers(prefix, path))
    if (mount === undefined) return answer(404, { error: 'There is nothing at this address.' })
    mount.listener(request, response)
  }
}

const covers = (prefix: string, path: string): boolean =>
  prefix === '/' || path === prefix || path.startsWith(`${prefix}/`)

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // Event streams of open pages never end by themselves.
  server.closeAllConnections()
  await closed
}

function unusable(host: string, port: number, error: NodeJS.ErrnoException): ConfigError {
  switch (error.code) {
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ConfigError('PARLEY_HOST', {
        got: host,
        expected: 'an address of this machine',
        fix: `${error.message}. Set PARLEY_HOST=127.0.0.1, or PARLEY_HOST=0.0.0.0 to let other machines in.`,
      })
    case 'EACCES':
      return new ConfigError('PARLEY_PORT', {
        got: port,
        expected: 'a port that this user may listen on',
        fix: `${error.message}. Set a PARLEY_PORT from 1024 up.`,
      })
    default:
      return new ConfigError('PARLEY_PORT', {
        got: port,
        expected: `a port that is free on ${host}`,
        fix: `${error.message}. Stop what listens there, or set another PARLEY_PORT or PARLEY_HOST.`,
      })
  }
}
