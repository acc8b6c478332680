import * as fc from 'fast-check'
import { createApp, type HttpDeps } from '#adapters/web/http/app.ts'
import { freshKey, WebClient } from '#test/adapters/web/client.ts'
import { webWorld } from '#test/scenarios/worlds/web.ts'
import { edge, type KeptState } from '../edge.ts'
import { hostile, hostileText, junk, put } from '../hostile.ts'
import { fuzzedParley } from '../parley.ts'
import { send } from '../send.ts'
import { shapedBodies } from './shapes.ts'

interface WebRequest {
  readonly method: string
  readonly path: string
  /** Who sends it; nobody: without a session. `eve` is for what ends sessions. */
  readonly who: 'ana' | 'eve' | 'nobody' | 'forged'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

const JSON_TYPE = { 'content-type': 'application/json' }
/** What ends the session that asks for it, or the person. */
const ENDS = /\/(sessions?|erase)$/
/** Behind what is taken in here, something goes on. */
const GOES_ON = /threads|messages|comparison|suggestion|erase/
/** Bytes; somewhat more than the longest body that any route takes. */
const MUCH = 5 * 1024 * 1024

/** The web workspace: every route that the app has, whatever it is by now. */
export const webEdge = edge<WebRequest>('web', 28, async () => {
  const world = await webWorld()
  const fuzzed = await fuzzedParley(world)
  const { url } = fuzzed.parley
  const cookies = new Map<WebRequest['who'], string>([['forged', `parley_session=${'A'.repeat(32)}`]])
  const signIn = async (who: 'ana' | 'eve'): Promise<WebClient> => {
    const { client } = await WebClient.signedIn(url, who)
    cookies.set(who, client.cookie)
    return client
  }
  const ana = await signIn('ana')
  let named = await populated(ana)
  /** Stand for what is there at the time: a case is the same when it is tried again. */
  const ids = Object.fromEntries(
    Object.entries(named).map(([name, all]) => [name, all.map((_, nth) => `~${name}.${nth}~`)]),
  )
  const real = (text: string): string =>
    text.replace(/~(\w+)\.(\d)~/g, (_, name: string, nth: string) => named[name]?.[Number(nth)] ?? 'gone')
  const before = noted(fuzzed)
  await signIn('eve')
  await fuzzed.rest()

  const routes = routesOf()
  const shaped = await shapedBodies((name) => ids[name] ?? [])
  const segment = (name: string): fc.Arbitrary<string> =>
    fc.oneof(
      { arbitrary: fc.constantFrom(...(ids[name] ?? Object.values(ids).flat())), weight: 6 },
      { arbitrary: hostileText.map((text) => encodeURIComponent(text.toWellFormed())), weight: 2 },
      {
        arbitrary: fc.constantFrom('..', '.', '%2e%2e', '..%2f..', '%00', '%', '%zz', '\\', '__proto__', ''),
        weight: 1,
      },
    )
  const pathOf = (pattern: string): fc.Arbitrary<string> =>
    fc
      .tuple(
        ...pattern
          .split('/')
          .map((part) =>
            part.startsWith(':') ? segment(part.slice(1).replace(/\W.*$/, '')) : fc.constant(part),
          ),
      )
      .map((parts) => parts.join('/'))
  const query = fc.oneof(
    { arbitrary: fc.constant(''), weight: 6 },
    {
      arbitrary: fc
        .tuple(
          fc.constantFrom('before', 'after', 'reply', 'revision', '__proto__', 'x'),
          fc.oneof(hostileText, fc.constantFrom(...Object.values(ids).flat(), '0', '1')),
        )
        .map(([name, value]) => `?${name}=${encodeURIComponent(value.toWellFormed())}`),
      weight: 4,
    },
  )
  const body = fc.oneof(
    { arbitrary: shaped.map((value) => JSON.stringify(value) ?? ''), weight: 60 },
    {
      arbitrary: fc
        .tuple(shaped, hostileText, hostile)
        .map(([value, name, given]) => JSON.stringify(put(value, [name], given)) ?? ''),
      weight: 10,
    },
    { arbitrary: hostile.map((value) => JSON.stringify(value) ?? ''), weight: 10 },
    { arbitrary: hostileText, weight: 10 },
    { arbitrary: fc.constant('['.repeat(50_000)), weight: 1 },
    { arbitrary: fc.constant(`"${'x'.repeat(MUCH)}"`), weight: 1 },
  )
  const requestTo = ({ method, path: pattern }: Route): fc.Arbitrary<WebRequest> =>
    fc.record({
      method: fc.constant(method),
      path: fc.tuple(pathOf(pattern), query).map((parts) => sendable(parts.join(''))),
      who: fc.constant<WebRequest['who']>(ENDS.test(pattern) ? 'eve' : 'ana'),
      headers: fc.constant(method === 'GET' ? {} : JSON_TYPE),
      body: method === 'GET' || method === 'DELETE' ? fc.constant(undefined) : body,
    })
  const route = fc.constantFrom(...routes.filter(({ path }) => path.startsWith('/api/')))
  const writing = fc.constantFrom(...routes.filter(({ method }) => method !== 'GET'))
  const anyRequest = route.chain(requestTo)
  const right = writing.chain(requestTo)
  const foreign = fc.constantFrom<Record<string, string>>(
    ...[
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: '' },
      { origin: 'http://localhost:1' },
    ],
    ...[{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { host: 'evil.example' }],
  )
  const oddType = fc.constantFrom<Record<string, string>>(
    {},
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'application/jsonx' },
    { 'content-type': '' },
  )
  /** Routes that take a body, which is none here. */
  const asking = fc.constantFrom(
    ...routes.filter(
      ({ method, path }) => (method === 'POST' || method === 'PUT') && !path.includes('/reactions/'),
    ),
  )

  return {
    state: fuzzed,
    invalid: fc.oneof(
      // Whatever it is, nobody has said who they are; only signing in is for those.
      fc
        .tuple(
          route.filter(({ path }) => path !== '/api/session').chain(requestTo),
          fc.constantFrom('nobody', 'forged'),
        )
        .map(([request, who]): WebRequest => ({ ...request, who })),
      fc
        .tuple(right, foreign)
        .map(
          ([request, headers]): WebRequest => ({ ...request, headers: { ...request.headers, ...headers } }),
        ),
      fc
        .tuple(asking.chain(requestTo), oddType)
        .map(([request, headers]): WebRequest => ({ ...request, headers })),
      fc
        .tuple(
          asking.chain(requestTo),
          fc.oneof(
            junk
              .filter((value) => typeof value !== 'object' || Array.isArray(value))
              .map((value) => JSON.stringify(value) ?? ''),
            fc.constantFrom('', '{', '\0', '['.repeat(50_000), '{"a":', `"${'x'.repeat(MUCH)}"`),
          ),
        )
        .map(([request, text]): WebRequest => ({ ...request, body: text })),
      fc.record({
        method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'PURGE', 'TRACE'),
        path: fc.oneof(hostileText, fc.webPath()).map((text) => sendable(`/x${text}`)),
        who: fc.constant<WebRequest['who']>('ana'),
        headers: fc.constant({}),
        body: fc.constant(undefined),
      }),
    ),
    wild: fc.oneof({ arbitrary: anyRequest, weight: 3 }, { arbitrary: right, weight: 3 }),
    async take(given) {
      const path = real(given.path)
      const body = given.body === undefined ? undefined : real(given.body)
      const status = await check(url, { ...given, path, body }, cookies.get(given.who), before)
      if (status >= 400 || given.method === 'GET') return
      // Who ended their session comes back, and what was taken away is there again.
      if (given.who === 'eve') await signIn('eve')
      if (given.method === 'DELETE') named = await populated(ana)
      if (GOES_ON.test(path)) await fuzzed.rest()
    },
    [Symbol.asyncDispose]: () => fuzzed[Symbol.asyncDispose](),
  }
})

/** What is kept, read again only after something was written: it is read before every request. */
function noted(state: KeptState): () => string {
  let at = -1
  let kept = ''
  return () => {
    if (at !== state.changes()) {
      kept = state.kept()
      at = state.changes()
    }
    return kept
  }
}

/** Hands it over. @throws Error when the answer breaks a rule, or a request that was refused left something. */
async function check(
  url: string,
  { method, path, headers, body }: WebRequest,
  cookie: string | undefined,
  kept: () => string,
): Promise<number> {
  const before = kept()
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const answer = await send(url, {
    ...{ method, path },
    headers: { ...(cookie === undefined ? {} : { cookie }), ...headers, ...length },
    ...(body === undefined ? {} : { body }),
  })
  const { status, text } = answer
  if (status >= 500) throw new Error(`It was answered with ${status}: ${text}`)
  // Node answers what is no HTTP by itself, with nothing in it.
  if (text !== '' && answer.headers['x-content-type-options'] !== 'nosniff')
    throw new Error('The answer lets a browser guess.')
  if (text !== '' && answer.headers['content-security-policy'] === undefined)
    throw new Error('The answer has no policy.')
  if (status >= 400 && kept() !== before)
    throw new Error(`It was refused with ${status} and left something: ${text}`)
  return status
}

interface Route {
  readonly method: string
  readonly path: string
}

/** Asks the app itself. Only its routes are looked at, so it needs nothing to work with. */
function routesOf(): readonly Route[] {
  const nothing: unknown = { settings: { modelLabel: '' }, clock: { now: () => 0 } }
  const app = createApp(nothing as HttpDeps)
  const routes = app.routes.filter(
    ({ method, path }) => method !== 'ALL' && !path.startsWith('/page/') && !path.startsWith('/packages/'),
  )
  if (routes.length < 20) throw new Error(`Only ${routes.length} routes were found.`)
  return routes.map(({ method, path }) => ({ method, path }))
}

/** Characters: longer request lines Node itself refuses, and cuts the connection before it has read the rest. */
const LONGEST_PATH = 10_000

/** What Node's client lets into a request line. */
const sendable = (path: string): string =>
  path
    .replace(/[^\x21-\x7e]/g, (character) => encodeURIComponent(character.toWellFormed()))
    .slice(0, LONGEST_PATH)

/** A workspace with something of everything in it, and what its things are called, by the name of their field. */
async function populated(ana: WebClient): Promise<Readonly<Record<string, readonly string[]>>> {
  const { thread, message } = await ana.begin('what is a monad?')
  const reply = await answered(ana, thread.id)
  const task = await json(
    ana.send('POST', `/api/messages/${reply.id}/comparison`, { reply: reply.reply, key: freshKey() }),
    'task',
  )
  const dialogue = await json(ana.send('POST', '/api/console/dialogues', { key: freshKey() }), 'id')
  const draft = await json(
    ana.send('GET', `/api/messages/${reply.id}/correction?reply=${reply.reply}`),
    'version',
  )
  return {
    channel: [
      'general',
      'random',
      ...(await ana.send('GET', '/api/channels').then(async (each) => ids(await each.json()))),
    ],
    thread: [thread.id],
    message: [message.id, reply.id],
    reply: [reply.reply ?? ''],
    emoji: [encodeURIComponent('👍'), encodeURIComponent('❤️')],
    nth: ['0', '1'],
    task: [task],
    dialogue: [dialogue],
    version: [draft, '1'],
    key: [freshKey(), 'the-same-key'],
  }
}

const ids = (list: unknown): readonly string[] =>
  Array.isArray(list) ? list.flatMap((each) => (typeof each?.id === 'string' ? [each.id] : [])) : []

async function json(response: Promise<Response>, field: string): Promise<string> {
  const body: unknown = await (await response).json()
  const found = typeof body === 'object' && body !== null ? Reflect.get(body, field) : undefined
  return typeof found === 'string' ? found : 'none'
}

async function answered(ana: WebClient, thread: string) {
  await using events = await ana.events()
  for (;;) {
    const { messages } = await ana.thread(thread)
    const found = messages.find(({ author, finished }) => author === null && finished)
    if (found !== undefined) return found
    const seen = events.heard.length
    await events.until((heard) => heard.length > seen)
  }
}
