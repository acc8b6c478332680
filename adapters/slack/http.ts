/**
 * Slack over HTTP: what stands in front of Bolt's receiver on Parley's own port. Events are taken from here (see
 * `events.ts`); what people press goes on to Bolt.
 *
 * Until the adapter has started, and after it has stopped, Slack is told to come again (503): it does, up to three
 * times. Rules T1 and S6: an event is acknowledged after it is on disk, and nothing malformed reaches Bolt, which
 * ends the process over a signed `null` and keeps a body of no known kind waiting for three seconds.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type App, HTTPReceiver } from '@slack/bolt'
import type { Logger } from 'pino'
import { reasonOf } from '#core/errors.ts'
import { boltLog } from './bolt-log.ts'
import { eventOf, isReadable } from './shape.ts'

/** Slack's own bodies stay below 300 kB, a full modal included. */
const BODY_LIMIT = 1024 * 1024

/** What was signed longer ago may be a recording that somebody plays again. */
const OLDEST_MS = 5 * 60_000

export const EVENTS_PATH = '/slack/events'

export interface HttpDoor {
  readonly listener: RequestListener
  /** Let requests in from now on; `undefined`: no more. */
  readonly open: (inside: Inside | undefined) => void
}

/** Who gets what comes through the door. */
export interface Inside {
  readonly receiver: Pick<HTTPReceiver, 'requestListener'>
  /** @throws when Slack shall deliver the event again. */
  readonly takeEvent: (event: unknown, again: boolean) => Promise<void>
}

type ReceiverEvent = Parameters<App['processEvent']>[0]

/** Bolt lets a request that nobody listens to wait for three seconds; it is of no concern, and told so at once. */
class PromptReceiver extends HTTPReceiver {
  override init(app: App): void {
    const processEvent = async (event: ReceiverEvent) => {
      let isAnswered = false
      const ack: ReceiverEvent['ack'] = (response) => {
        isAnswered = true
        return event.ack(response)
      }
      await app.processEvent({ ...event, ack })
      if (!isAnswered) await event.ack()
    }
    super.init(Object.create(app, { processEvent: { value: processEvent } }))
  }
}

export const httpReceiver = (signingSecret: string, log: Logger): HTTPReceiver =>
  new PromptReceiver({
    signingSecret,
    endpoints: [EVENTS_PATH],
    // The answer waits for the listeners, so it says whether the event was taken in.
    processBeforeResponse: true,
    bodyLimit: BODY_LIMIT,
    logger: boltLog(log),
  })

export function createDoor(signingSecret: string, log: Logger): HttpDoor {
  let inside: Inside | undefined

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = inside
    if (target === undefined) return answer(response, 503, { 'retry-after': '5' })
    const [path] = (request.url ?? '').split('?', 1)
    if (path !== EVENTS_PATH) return answer(response, 404)
    if (request.method !== 'POST') return answer(response, 405, { allow: 'POST' })
    const body = await read(request)
    if (body === undefined) return answer(response, 413, { connection: 'close' })
    const text = body.toString()
    if (!isSslCheck(request, text) && !isGenuine(signingSecret, request, text)) return answer(response, 401)
    if (!isForm(request)) {
      const parsed = parse(text)
      const event = eventOf(parsed)
      if (event !== undefined) {
        const again = request.headers['x-slack-retry-num'] !== undefined
        return answer(response, await statusOf(target.takeEvent(event, again)))
      }
      if (!isReadable(parsed)) return answer(response, 400)
    } else if (!isKnownForm(text)) return answer(response, 400)
    // Bolt takes a body that was read for it from here.
    target.receiver.requestListener(Object.assign(request, { rawBody: body }), response)
  }

  return {
    listener: (request, response) => {
      serve(request, response).catch((thrown) => {
        log.warn({ reason: reasonOf(thrown) }, 'A request from Slack could not be read.')
        if (!response.headersSent) answer(response, 400)
      })
    },
    open: (next) => {
      inside = next
    },
  }
}

/** @returns undefined when it is too large. @throws when it ends before it is whole. */
function read(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= BODY_LIMIT) return chunks.push(chunk)
      // Not destroyed: the sender is still to read our answer.
      request.pause()
      resolve(undefined)
    })
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('error', reject)
  })
}

/**
 * By ourselves, because Bolt's own comparison makes three digests of every signature where one is needed.
 * Source: docs.slack.dev/authentication/verifying-requests-from-slack.
 */
function isGenuine(signingSecret: string, { headers }: IncomingMessage, body: string): boolean {
  const signature = headers['x-slack-signature']
  const at = Number(headers['x-slack-request-timestamp'])
  if (typeof signature !== 'string' || !Number.isInteger(at)) return false
  if (at * 1_000 < Date.now() - OLDEST_MS) return false
  const expected = createHmac('sha256', signingSecret).update(`v0:${at}:${body}`).digest('hex')
  const [ours, theirs] = [Buffer.from(`v0=${expected}`), Buffer.from(signature)]
  return ours.length === theirs.length && timingSafeEqual(ours, theirs)
}

const isForm = ({ headers }: IncomingMessage): boolean =>
  headers['content-type'] === 'application/x-www-form-urlencoded'

/** Slack asks unsigned whether TLS works; Bolt answers and looks at nothing else in it. */
const isSslCheck = (request: IncomingMessage, body: string): boolean =>
  isForm(request) && new URLSearchParams(body).get('ssl_check') === '1'

/** Whoever takes events says in the log why one was not taken. */
const statusOf = (taken: Promise<void>): Promise<number> =>
  taken.then(
    () => 200,
    () => 500,
  )

/** A command comes as a form of its own, everything else that people press as JSON in one. */
function isKnownForm(text: string): boolean {
  const form = new URLSearchParams(text)
  const payload = form.get('payload')
  return payload === null ? form.has('command') || form.has('ssl_check') : isReadable(parse(payload))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function answer(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  // With the length known, headers and nothing else are one write.
  response.end()
}
