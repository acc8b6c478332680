import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { slackWorld } from '#test/scenarios/worlds/slack.ts'
import { edge } from '../edge.ts'
import { broken, hostile, hostileText, junk, mutated } from '../hostile.ts'
import { fuzzedParley } from '../parley.ts'
import { send } from '../send.ts'
import { actInSlack, neededIn } from './slack-samples.ts'

type Signed =
  | 'rightly'
  | 'forged'
  | 'empty'
  | 'missing'
  | 'old'
  | 'future'
  | 'no time'
  | 'another body'
  | 'short'

interface SlackRequest {
  readonly method: string
  readonly path: string
  readonly type: string | undefined
  readonly encoding: 'plain' | 'gzip' | 'latin1'
  readonly signed: Signed
  /** What is sent as JSON, or in a form; a text is sent as it is. */
  readonly body: unknown
}

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'
const PATH = '/slack/events'

/** Slack over HTTP: events, presses, forms, shortcuts and commands, signed and not. */
export const slackHttpEdge = edge<SlackRequest>('slack-http', 22, async () => {
  const world = await slackWorld()
  const fuzzed = await fuzzedParley(world)
  const { signingSecret } = world.simulator
  const recorder = await recording(fuzzed.parley.url)
  world.simulator.deliverTo(`${recorder.url}${PATH}`)
  await actInSlack(world.simulator)
  await fuzzed.rest()
  fuzzed.mute()
  const samples = recorder.bodies.map(parsed)
  const { url } = fuzzed.parley

  const rightly = (body: unknown): Pick<SlackRequest, 'type' | 'body'> => ({
    type: isPressed(body) ? FORM_TYPE : JSON_TYPE,
    body,
  })
  const plain = { method: 'POST', path: PATH, encoding: 'plain', signed: 'rightly' } as const
  const spoilt = fc
    .constantFrom(...samples)
    .chain((sample) => fc.constantFrom(...neededIn(sample)).chain((path) => broken(sample, path)))
  const unsigned = fc.constantFrom<Signed>(
    ...(['forged', 'empty', 'missing', 'old', 'future', 'no time', 'another body', 'short'] as const),
  )
  const oddType = fc.oneof(
    fc.constantFrom(
      undefined,
      '',
      'text/plain',
      `${JSON_TYPE}; charset=utf-8`,
      'multipart/form-data',
      JSON_TYPE,
      FORM_TYPE,
    ),
    fc.string({ maxLength: 30 }),
  )
  return {
    state: fuzzed,
    invalid: fc.oneof(
      // What is true, and not said by Slack.
      fc.record({ sample: fc.constantFrom(...samples), signed: unsigned }).map(({ sample, signed }) => ({
        ...{ ...plain, ...rightly(sample), signed },
      })),
      spoilt.map((body) => ({ ...plain, ...rightly(body) })),
      fc.record({ body: junk, type: oddType }).map((odd) => ({ ...plain, ...odd })),
      fc
        .record({ body: hostileText, type: oddType, encoding: fc.constantFrom('plain', 'gzip', 'latin1') })
        .map((odd) => ({ ...plain, ...odd })),
      fc
        .record({
          sample: fc.constantFrom(...samples),
          method: fc.constantFrom('GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'POST'),
          path: fc.constantFrom(
            '/slack',
            '/slack/',
            '/slack/events/',
            '/slack/Events',
            '/slack//events',
            '/slack/events%00',
            '/slack/events/..;/x',
            '/slack/%65vents/x',
          ),
        })
        .map(({ sample, ...odd }) => ({ ...plain, ...rightly(sample), ...odd })),
    ),
    wild: fc.oneof(
      { arbitrary: mutated(samples).map((body) => ({ ...plain, ...rightly(body) })), weight: 8 },
      {
        arbitrary: fc
          .record({
            body: mutated(samples),
            type: oddType,
            encoding: fc.constantFrom('plain', 'gzip', 'latin1'),
          })
          .map((odd) => ({ ...plain, ...odd })),
        weight: 1,
      },
      {
        arbitrary: hostile.map((body) => ({ ...plain, type: FORM_TYPE, body: { payload: body } })),
        weight: 1,
      },
    ),
    async take(given) {
      const text = textOf(given)
      const bytes =
        given.encoding === 'gzip'
          ? gzipSync(text)
          : Buffer.from(text, given.encoding === 'latin1' ? 'latin1' : 'utf8')
      const headers = {
        ...signature(signingSecret, text, given.signed),
        ...(given.type === undefined ? {} : { 'content-type': headerText(given.type) }),
        ...(given.encoding === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
      }
      const { status } = await send(url, { method: given.method, path: given.path, headers, body: bytes })
      if (status >= 500) throw new Error(`It was answered with ${status}.`)
      if (given.signed !== 'rightly' && status !== 401)
        throw new Error(`Signed ${given.signed}: ${status}, not 401.`)
    },
    [Symbol.asyncDispose]: async () => {
      await fuzzed[Symbol.asyncDispose]()
      await recorder.close()
    },
  }
})

/** A header holds no line breaks and nothing beyond Latin-1; Node's own client would refuse it. */
const headerText = (text: string): string => text.replace(/[^\t\x20-\x7e]/g, '')

/** A command is a form of its own; what is pressed and sent comes as JSON in one. */
function isPressed(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false
  return (
    'payload' in body ||
    'command' in body ||
    ('type' in body && String(body.type) !== 'event_callback' && String(body.type) !== 'url_verification')
  )
}

function textOf({ type, body }: SlackRequest): string {
  if (typeof body === 'string') return body
  if (type !== FORM_TYPE) return JSON.stringify(body) ?? ''
  if (typeof body !== 'object' || body === null) return String(body)
  if (!('command' in body) && !('payload' in body))
    return new URLSearchParams({ payload: JSON.stringify(body) }).toString()
  const fields = Object.entries(body).map(([name, value]): [string, string] => [
    name.toWellFormed(),
    typeof value === 'string' ? value.toWellFormed() : (JSON.stringify(value) ?? ''),
  ])
  return new URLSearchParams(fields).toString()
}

function parsed(body: string): unknown {
  if (body.startsWith('{')) return JSON.parse(body)
  const form = new URLSearchParams(body)
  const payload = form.get('payload')
  return payload === null ? Object.fromEntries(form) : JSON.parse(payload)
}

const HOUR_S = 3_600

function signature(secret: string, text: string, signed: Signed): Record<string, string> {
  const now = Math.trunc(Date.now() / 1_000)
  const at = signed === 'old' ? now - HOUR_S : signed === 'future' ? now + HOUR_S : now
  const of = signed === 'another body' ? `${text} ` : text
  const right = `v0=${createHmac('sha256', secret).update(`v0:${at}:${of}`).digest('hex')}`
  const time = { 'x-slack-request-timestamp': String(at) }
  switch (signed) {
    case 'missing':
      return time
    case 'no time':
      return { 'x-slack-signature': right }
    case 'empty':
      return { ...time, 'x-slack-signature': '' }
    case 'forged':
      return { ...time, 'x-slack-signature': `v0=${'0'.repeat(64)}` }
    case 'short':
      return { ...time, 'x-slack-signature': right.slice(0, -1) }
    case 'future':
      // Slack's own rule knows old ones only; a clock may be ahead, so this one is signed with another secret too.
      return { ...time, 'x-slack-signature': right.replace(/.$/, (last) => (last === '0' ? '1' : '0')) }
    case 'old':
    case 'another body':
    case 'rightly':
      return { ...time, 'x-slack-signature': right }
  }
}

/** Passes everything on, and remembers what was sent. */
async function recording(to: string) {
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request)).toString()
    bodies.push(body)
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    )
    const { status, text, headers: back } = await send(to, { method: 'POST', path: PATH, headers, body })
    response.writeHead(status, { 'content-type': String(back['content-type'] ?? 'text/plain') }).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    bodies,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
