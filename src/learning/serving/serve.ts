/**
 * A policy behind the wire that Parley's ordinary provider speaks: `POST /v1/chat/completions` and `GET /v1/models`.
 * Garbage gets a clear 4xx (rule S6); a process that died is begun again by the next question.
 */
import { randomInt, randomUUID, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { reasonOf } from '#core/errors.ts'
import { LearningError } from '#core/learning/engine.ts'
import { PolicyError, type ServedPolicy } from './policy.ts'
import { type ChatRequest, type Choice, chatRequest, chunks, completion, failure, models } from './wire.ts'

export interface ServeRequest {
  readonly policy: ServedPolicy
  /** By which it is asked for. */
  readonly name: string
  /** Whoever asks must bring it; nobody when left out. */
  readonly token?: string | undefined
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly now: () => number
}

/** A long conversation is far below it; only its end is looked at anyway. */
const MOST_BYTES = 4_000_000
/** Questions that wait: with a second each, nobody waits longer than people do. */
const MOST_WAITING = 64
/** Milliseconds a request may take to arrive. */
const ARRIVES_WITHIN_MS = 30_000
const MOST_SEEDS = 2 ** 31 - 1

export interface Serving {
  /** What the bot is told as its base URL. */
  readonly baseUrl: string
  close(): Promise<void>
}

/** @throws LearningError when the address cannot be listened on. */
export async function servePolicy(request: ServeRequest): Promise<Serving> {
  const { host, port } = request
  const server = createServer({ requestTimeout: ARRIVES_WITHIN_MS }, (incoming, outgoing) => {
    void answer(request, incoming, outgoing).catch((error: unknown) => {
      const { status, body } = faultOf(error)
      if (outgoing.headersSent) outgoing.destroy()
      else json(outgoing, status, body)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new LearningError(`${host}:${port} cannot be listened on: ${reasonOf(error)}. Give another --port.`),
      ),
    )
    server.listen(port, host, resolve)
  })
  const address = server.address()
  const actual = typeof address === 'object' ? address?.port : port
  return {
    baseUrl: `http://${host.includes(':') ? `[${host}]` : host}:${actual}/v1`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

/** A request that cannot be answered, and why. */
class Refused extends Error {
  readonly status: number
  readonly code: string | null

  constructor(status: number, message: string, code: string | null = null) {
    super(message)
    this.status = status
    this.code = code
  }
}

async function answer(
  serving: ServeRequest,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const path = (incoming.url ?? '/').split('?', 1)[0]?.replace(/(?<=.)\/$/u, '')
  const is = (method: string, wanted: string) => incoming.method === method && path === wanted
  if (is('GET', '/healthz')) return json(outgoing, 200, { alive: true })
  if (serving.token === undefined && !isLocal(incoming.headers.host))
    throw new Refused(403, 'without a token only this machine is answered, by the name of localhost')
  if (!isAllowed(serving.token, incoming.headers.authorization))
    throw new Refused(401, 'the token is missing or wrong', 'invalid_api_key')
  if (is('GET', '/v1/models')) return json(outgoing, 200, models(serving.name, seconds(serving.now())))
  if (!is('POST', '/v1/chat/completions'))
    throw new Refused(404, 'there are POST /v1/chat/completions and GET /v1/models')
  const asked = parsed(await bodyOf(incoming))
  if (asked.model !== serving.name)
    throw new Refused(404, `there is no model "${asked.model}", only "${serving.name}"`, 'model_not_found')
  if (serving.policy.waiting >= MOST_WAITING)
    throw new Refused(429, 'too many questions wait already; ask again in a moment', 'rate_limit_exceeded')
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort(new Error('whoever asked is gone')))
  const choices = await choicesOf(serving.policy, asked, gone.signal)
  const head = { id: `chatcmpl-${randomUUID()}`, model: serving.name, created: seconds(serving.now()) }
  const usage = usageOf(serving.policy, asked, choices)
  if (asked.stream !== true) return json(outgoing, 200, completion(head, choices, usage))
  outgoing.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  for (const chunk of chunks(head, choices, asked.stream_options?.include_usage === true ? usage : undefined))
    outgoing.write(chunk)
  outgoing.end()
}

async function choicesOf(
  policy: ServedPolicy,
  { messages, temperature, max_tokens, max_completion_tokens, n, seed }: ChatRequest,
  signal: AbortSignal,
): Promise<readonly Choice[]> {
  const first = seed ?? randomInt(MOST_SEEDS)
  const maxTokens = Math.min(max_completion_tokens ?? max_tokens ?? Infinity, policy.completionTokens)
  const texts = await Promise.all(
    Array.from({ length: n ?? 1 }, (_, nth) =>
      policy.answer(messages, { seed: first + nth, temperature: temperature ?? 1, maxTokens }, signal),
    ),
  )
  // A token is a byte: who said as much as there was room for was cut off.
  return texts.map((text) => ({ text, finish: bytesOf(text) >= maxTokens ? 'length' : 'stop' }))
}

/** A token is a byte, and each turn has one more that says whose it is. */
function usageOf(policy: ServedPolicy, { messages }: ChatRequest, choices: readonly Choice[]) {
  const said = messages.reduce((sum, { content }) => sum + bytesOf(content) + 1, 1)
  const answered = choices.reduce((sum, { text }) => sum + bytesOf(text), 0)
  return { promptTokens: Math.min(said, policy.promptTokens), completionTokens: answered }
}

const bytesOf = (text: string): number => Buffer.byteLength(text)
const seconds = (ms: number): number => Math.floor(ms / 1_000)

function isAllowed(token: string | undefined, given: string | undefined): boolean {
  if (token === undefined) return true
  const [wanted, got] = [Buffer.from(`Bearer ${token}`), Buffer.from(given ?? '')]
  return wanted.length === got.length && timingSafeEqual(wanted, got)
}

/** A web page can point a name of its own at this machine, and then read what is answered; not this one's names. */
const isLocal = (host: string | undefined): boolean =>
  LOCAL.includes(URL.parse(`http://${host}`)?.hostname ?? '')
const LOCAL: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of incoming) {
    bytes += piece.length
    if (bytes > MOST_BYTES) throw new Refused(413, `a request has at most ${MOST_BYTES} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function parsed(text: string): ChatRequest {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw new Refused(400, 'the body is not JSON')
  }
  const { data, error } = chatRequest.safeParse(body)
  if (data !== undefined) return data
  const [issue] = error?.issues ?? []
  throw new Refused(400, `${issue?.path.join('.') || 'the body'}: ${issue?.message}`)
}

function faultOf(error: unknown): { readonly status: number; readonly body: unknown } {
  if (error instanceof Refused)
    return { status: error.status, body: failure(error.message, 'invalid_request_error', error.code) }
  if (error instanceof PolicyError && error.kind === 'failed')
    return { status: 400, body: failure(error.message, 'invalid_request_error') }
  if (error instanceof PolicyError || error instanceof LearningError)
    return { status: 503, body: failure(`${error.message}; ask again`, 'server_error') }
  return { status: 500, body: failure(reasonOf(error), 'server_error') }
}

function json(outgoing: ServerResponse, status: number, body: unknown): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  outgoing.end(JSON.stringify(body))
}
