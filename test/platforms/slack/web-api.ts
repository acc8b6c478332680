/** The Web API's front door: reads a call, checks the token, the rate and the scripted faults, and answers. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text as readText } from 'node:stream/consumers'
import type { Clock } from '#core/clock.ts'
import type { Changes } from './changes.ts'
import type { Fault, SlackCall } from './contract.ts'
import type { Faults } from './faults.ts'
import { isJson, type Json, parseJson } from './json.ts'
import type { RateLimits } from './rate-limits.ts'
import { Args, SlackFailure } from './request.ts'

export type Method = (args: Args) => Json
export type Methods = Readonly<Record<string, Method>>

/** Methods that take the app-level token; all others take the bot's. */
const APP_TOKEN_METHODS = new Set(['apps.connections.open'])
/** Methods that take none. */
const OPEN_METHODS = new Set(['api.test'])

export interface Tokens {
  readonly bot: string
  readonly app: string
  rejected: boolean
}

interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
  readonly outcome: string
}

export interface WebApiDeps {
  readonly methods: Methods
  readonly tokens: Tokens
  /** Undefined: no limits. */
  readonly limits: RateLimits | undefined
  readonly faults: Faults
  readonly clock: Clock
  readonly changes: Changes
}

export class WebApi {
  readonly calls: SlackCall[] = []
  readonly #deps: WebApiDeps

  constructor(deps: WebApiDeps) {
    this.#deps = deps
  }

  async handle(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { faults, clock, changes } = this.#deps
    const raw = await argumentsOf(request)
    const token = bearerOf(request) ?? raw.token
    const { token: _, ...args } = raw
    const index = this.calls.push({ method: name, args, at: clock.now() }) - 1
    const end = (outcome: string): void => {
      this.calls[index] = { method: name, args, at: this.calls[index]?.at ?? clock.now(), outcome }
      changes.signal()
    }
    changes.signal()

    const fault = faults.take(name, args.channel ?? args.channel_id)
    const late = fault?.kind === 'delay' ? fault.ms : 0
    const lateFirst = fault?.kind === 'delay' && fault.when !== 'after'
    if (lateFirst) await clock.sleep(late)
    const reply = faultyReply(fault) ?? this.#answer(name, new Args(args), token)
    if (fault?.kind === 'delay' && !lateFirst) await clock.sleep(late)
    if (fault?.kind === 'reset') {
      end(`reset ${fault.when}`)
      request.socket.destroy()
      return
    }
    end(reply.outcome)
    response.writeHead(reply.status, { 'content-type': 'application/json; charset=utf-8', ...reply.headers })
    response.end(reply.body)
  }

  #answer(name: string, args: Args, token: unknown): Reply {
    try {
      const method = this.#deps.methods[name]
      if (method === undefined) throw new SlackFailure('unknown_method', [], { req_method: name })
      this.#authorise(name, token)
      const wait = this.#deps.limits?.take(name, args.text('channel'))
      if (wait !== undefined) return rateLimited(wait)
      return { status: 200, body: JSON.stringify({ ok: true, ...method(args) }), outcome: 'ok' }
    } catch (thrown) {
      if (!(thrown instanceof SlackFailure)) throw thrown
      return refusal(thrown)
    }
  }

  #authorise(method: string, token: unknown): void {
    if (OPEN_METHODS.has(method)) return
    const { tokens } = this.#deps
    if (typeof token !== 'string' || token === '') throw new SlackFailure('not_authed')
    const isBot = token === tokens.bot && !tokens.rejected
    const isApp = token === tokens.app
    if (!isBot && !isApp) throw new SlackFailure('invalid_auth')
    if (isApp !== APP_TOKEN_METHODS.has(method)) throw new SlackFailure('not_allowed_token_type')
  }
}

/** The answer that a fault puts in place of the method's own. */
function faultyReply(fault: Fault | undefined): Reply | undefined {
  switch (fault?.kind) {
    case undefined:
    case 'delay':
      return undefined
    case 'platform':
      return refusal(new SlackFailure(fault.error))
    case 'http':
      return {
        status: fault.status,
        body: fault.body ?? (fault.status === 429 ? RATE_LIMITED : ''),
        outcome: `http ${fault.status}`,
        ...(fault.headers === undefined ? {} : { headers: fault.headers }),
      }
    case 'reset':
      return fault.when === 'before' ? { status: 500, body: '', outcome: 'reset' } : undefined
  }
}

const RATE_LIMITED = JSON.stringify({ ok: false, error: 'ratelimited' })

const rateLimited = (seconds: number): Reply => ({
  status: 429,
  headers: { 'retry-after': String(seconds) },
  body: RATE_LIMITED,
  outcome: 'http 429',
})

const refusal = ({ code, details }: SlackFailure): Reply => ({
  status: 200,
  body: JSON.stringify({ ok: false, error: code, ...details }),
  outcome: code,
})

function bearerOf(request: IncomingMessage): string | undefined {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ')
  return scheme?.toLowerCase() === 'bearer' ? token : undefined
}

async function argumentsOf(request: IncomingMessage): Promise<Json> {
  const query = Object.fromEntries(new URL(request.url ?? '/', 'http://127.0.0.1').searchParams)
  const body = await readText(request)
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('application/json'))
    return { ...query, ...Object.fromEntries(new URLSearchParams(body)) }
  const parsed = parseJson(body === '' ? '{}' : body)
  return isJson(parsed) ? { ...query, ...parsed } : query
}
