/** The HTTP side: one call in, one answer out, or a broken connection. What a call means is in the route tables. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { ApiError, refuse } from './api-error.ts'
import { type Buckets, type Headers, RENAMES, type Refusal, refusal } from './buckets.ts'
import type { Call, Fault } from './contract.ts'
import type { Faults } from './faults.ts'
import { OldEditError } from './messages-api.ts'
import {
  type ApiReply,
  type ApiRequest,
  createRouter,
  type Route,
  type RouteMatch,
  type UploadedFile,
} from './route.ts'
import type { Json, State } from './state.ts'
import { archiveStale } from './thread-life.ts'

const PREFIX = '/api/v10'
const MAJOR = ['channel', 'guild', 'webhook']

/** A call as it is logged; its status comes when it is answered. */
type LoggedCall = { -readonly [Field in keyof Call]: Call[Field] }

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body?: Json | readonly Json[]
}

export interface HttpSide {
  readonly calls: readonly Call[]
  readonly invalidRequests: number
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
}

export function createHttpSide(
  state: State,
  routes: readonly Route[],
  faults: Faults,
  buckets: Buckets,
): HttpSide {
  const calls: LoggedCall[] = []
  const match = createRouter(routes)
  let invalidRequests = 0

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', state.origin)
    if (url.pathname.startsWith('/attachments/')) {
      sendAttachment(state, url, response)
      return
    }
    const { body, files } = await readBody(request)
    const path = url.pathname.startsWith(PREFIX) ? url.pathname.slice(PREFIX.length) : url.pathname
    const method = request.method ?? 'GET'
    const query = Object.fromEntries(url.searchParams)
    const call: LoggedCall = { method, path, query, body, at: state.clock.now() }
    calls.push(call)
    state.changed()
    const fault = faults.take(call)
    if (fault?.kind === 'delay' && fault.when !== 'after') await state.clock.sleep(fault.ms)
    if (fault?.kind === 'hold') await fault.until
    if (fault?.kind === 'reset' && fault.when === 'before') {
      breakOff(request)
      return
    }
    const found = match(method, path)
    const answer =
      ordered(fault) ??
      answerTo(found, {
        authorized: isAuthorized(request),
        versioned: url.pathname.startsWith(`${PREFIX}/`),
        request: { params: found?.params ?? {}, query, body, files },
      })
    if (fault?.kind === 'delay' && fault.when === 'after') await state.clock.sleep(fault.ms)
    if (fault?.kind === 'reset') {
      breakOff(request)
      return
    }
    call.status = answer.status
    if ([401, 403, 429].includes(answer.status) && answer.headers['X-RateLimit-Scope'] !== 'shared')
      invalidRequests += 1
    if (answer.body === undefined) response.writeHead(answer.status, answer.headers).end()
    else {
      response.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers })
      response.end(JSON.stringify(answer.body))
    }
    state.changed()
  }

  const isAuthorized = (request: IncomingMessage): boolean =>
    state.tokenValid && request.headers.authorization === `Bot ${state.token}`

  interface Incoming {
    readonly authorized: boolean
    readonly versioned: boolean
    readonly request: ApiRequest
  }

  function answerTo(found: RouteMatch | undefined, { authorized, versioned, request }: Incoming): Answer {
    let headers: Headers = {}
    try {
      if (!versioned) refuse(50041)
      if (found === undefined) throw new ApiError(404, 0, '404: Not Found')
      if (found.route.open !== true && !authorized) refuse(0)
      if (request.body === MALFORMED) refuse(50109)
      const passage = passageOf(found.route, request)
      headers = passage.headers
      if (passage.refusal !== undefined) return { status: 429, ...passage.refusal }
      archiveStale(state)
      const reply: ApiReply = found.route.handle(request)
      return { ...reply, headers }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const retry =
        error instanceof OldEditError ? { 'Retry-After': String(Math.ceil(error.waitMs / 1000)) } : {}
      return { status: error.status, headers: { ...headers, ...retry }, body: error.body() }
    }
  }

  function passageOf(
    route: Route,
    request: ApiRequest,
  ): { readonly headers: Headers; readonly refusal?: Refusal } {
    if (state.options.rateLimits === false || route.bucket === 'exempt') return { headers: {} }
    const { token = '' } = request.params
    // A webhook's limit is one for each of its tokens.
    const major = `${MAJOR.map((name) => request.params[name]).find((id) => id !== undefined) ?? ''}${token}`
    const passage = buckets.take(route.at, major, route.bucket)
    if (passage.refusal !== undefined || !isRename(route, request)) return passage
    const waitMs = buckets.takeSublimit('rename', major, RENAMES)
    // The bucket still has room: that is how a client tells a sublimit.
    return waitMs === undefined ? passage : { ...passage, refusal: refusal(waitMs, 'user', passage.headers) }
  }

  return {
    calls,
    get invalidRequests() {
      return invalidRequests
    },
    handle,
  }
}

const isRename = ({ at }: Route, { body }: ApiRequest): boolean =>
  at === 'PATCH /channels/:channel' &&
  typeof body === 'object' &&
  body !== null &&
  ('name' in body || 'topic' in body)

/** The answer that a fault gives in place of the real one. */
function ordered(fault: Fault | undefined): Answer | undefined {
  if (fault?.kind === 'error') {
    const { status, code, message = `Simulated error ${code}` } = fault
    return { status, headers: {}, body: { message, code } }
  }
  if (fault?.kind === 'rateLimit') {
    const { retryAfterMs, scope = 'user' } = fault
    const bucket: Headers = {
      'X-RateLimit-Limit': '5',
      'X-RateLimit-Remaining': scope === 'user' ? '0' : '4',
      'X-RateLimit-Reset-After': (retryAfterMs / 1000).toFixed(3),
    }
    return { status: 429, ...refusal(retryAfterMs, scope, scope === 'global' ? {} : bucket) }
  }
  return undefined
}

function breakOff(request: IncomingMessage): void {
  request.socket.resetAndDestroy()
}

interface Body {
  readonly body: unknown
  readonly files: readonly UploadedFile[]
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('multipart/form-data')) return readForm(request, type)
  const raw = await text(request)
  return { body: raw === '' ? undefined : parseJson(raw), files: [] }
}

async function readForm(request: IncomingMessage, type: string): Promise<Body> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const form = await new Response(Buffer.concat(chunks), { headers: { 'Content-Type': type } }).formData()
  const files: UploadedFile[] = []
  for (const [field, value] of form) {
    if (typeof value === 'string') continue
    const bytes = Buffer.from(await value.arrayBuffer())
    files.push({ field, name: value.name, contentType: value.type, bytes })
  }
  const payload = form.get('payload_json')
  return { body: typeof payload === 'string' ? parseJson(payload) : undefined, files }
}

const MALFORMED = Symbol('malformed JSON')

function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch {
    // Answered with 50109 once it is clear that the caller may ask at all.
    return MALFORMED
  }
}

/** The CDN: links are signed with their end, and useless after it. */
function sendAttachment(state: State, url: URL, response: ServerResponse): void {
  const [, , , id = ''] = url.pathname.split('/')
  const attachment = state.attachments.get(id)
  const endsAt = Number.parseInt(url.searchParams.get('ex') ?? '0', 16) * 1000
  if (attachment === undefined || endsAt < state.clock.now()) {
    response.writeHead(404).end('This content is no longer available.')
    return
  }
  response.writeHead(200, { 'Content-Type': attachment.contentType }).end(attachment.bytes)
}
