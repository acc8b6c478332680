/**
 * A Slack workspace on loopback, for tests: the Web API with state, Events over HTTP and Socket Mode, streams,
 * interactions, rate limits and scripted faults.
 *
 * It refuses what the platform refuses, with the platform's codes. Nothing in here bends to make a test pass. Where
 * nobody has measured the platform, it takes the way that is harder on the app:
 * - tiers grant their floor exactly; a channel takes five posts at once, then one a second;
 * - every append sends `message_changed`, and the app hears it;
 * - an app without a connection or address loses nothing at first, but is retried as if it had failed;
 * - after the user's Stop, `chat.stopStream` works only without text;
 * - an edit that names no blocks removes those of before;
 * - a stream keeps to `markdown_text` or to chunks, whichever it began with;
 * - starting a stream does not clear the older status line; ending it does.
 *
 * Left out on purpose: a second workspace or app, Enterprise Grid, OAuth, scopes, and the switching off of
 * event subscriptions that fail for an hour. Of files there are only those that the app shares.
 */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { systemClock } from '#core/clock.ts'
import { Changes } from './changes.ts'
import { chatMethods } from './chat-methods.ts'
import type { Ephemeral, SlackSimulator, SlackSimulatorOptions } from './contract.ts'
import { Deliveries } from './deliveries.ts'
import { BOT_EVENTS, Events } from './events.ts'
import { Faults } from './faults.ts'
import { Files, fileMethods } from './files.ts'
import { httpDelivery, nowInSeconds, signedHeaders } from './http-delivery.ts'
import { Interactions } from './interactions.ts'
import { toVisible } from './message.ts'
import { Messages } from './messages.ts'
import { People } from './people.ts'
import { RateLimits } from './rate-limits.ts'
import { readMethods } from './read-methods.ts'
import { type Args, SlackFailure } from './request.ts'
import { ResponseUrls } from './response-urls.ts'
import { Sessions, sessionMethods } from './sessions.ts'
import { SocketMode } from './socket-mode.ts'
import { streamMethods } from './stream-methods.ts'
import { Views, viewMethods } from './views.ts'
import { type Methods, WebApi } from './web-api.ts'
import { BOT, TEAM, Workspace } from './workspace.ts'

export type * from './contract.ts'

/** At once, after a minute, after five. */
const RETRY_DELAYS_MS = [0, 60_000, 300_000]
const ACK_TIMEOUT_MS = 3_000
/** The platform ends a stream about five minutes after it began. */
const STREAM_LIFETIME_MS = 5 * 60_000
/** Reported between 10.6 and 11.3 KB. */
const STREAM_MAX_BYTES = 11_000
/** Default patience of `until` and `settled`, in real time: long, because a busy machine is no fault. Nothing waits so long when it works. */
const PATIENCE_MS = 20_000

const STREAM_METHODS = ['chat.startStream', 'chat.appendStream', 'chat.stopStream']

export async function startSlackSimulator(options: SlackSimulatorOptions = {}): Promise<SlackSimulator> {
  const clock = options.clock ?? systemClock
  const signingSecret = options.signingSecret ?? 'a-signing-secret-of-the-simulator'
  const tokens = {
    bot: options.botToken ?? 'xoxb-simulated-bot',
    app: options.appToken ?? 'xapp-simulated-app',
    rejected: false,
  }
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  const base = `http://127.0.0.1:${address.port}`

  let appUrl: string | undefined
  const changes = new Changes()
  const workspace = new Workspace(clock)
  const socketMode = new SocketMode(changes)
  const overHttp = httpDelivery(() => appUrl ?? '', signingSecret)
  const deliveries = new Deliveries({
    transport: () => (appUrl === undefined ? socketMode : overHttp),
    clock,
    changes,
    ackTimeoutMs: options.ackTimeoutMs ?? ACK_TIMEOUT_MS,
    retryDelaysMs: options.retryDelaysMs ?? RETRY_DELAYS_MS,
  })
  const events = new Events({ workspace, deliveries, botEvents: options.botEvents ?? BOT_EVENTS })
  const streamLifetimeMs = options.streamLifetimeMs ?? STREAM_LIFETIME_MS
  const messages = new Messages({ workspace, events, changes, clock, streamLifetimeMs })
  const ephemerals: Ephemeral[] = []
  const sessions = new Sessions(clock)
  const views = new Views({ workspace, clock, changes })
  const responseUrls = new ResponseUrls({ base: () => base, workspace, messages, ephemerals, clock })
  const interactions = new Interactions({ workspace, messages, ephemerals, views, deliveries, responseUrls })
  const people = new People({ workspace, messages, events, interactions })
  const files = new Files({ base: () => base, workspace, messages })
  const faults = new Faults()

  const maxBytes = options.streamMaxBytes ?? STREAM_MAX_BYTES
  const missing = [...(options.missingMethods ?? []), ...(options.streaming === false ? STREAM_METHODS : [])]
  const methods: Methods = {
    'apps.connections.open': () => ({ url: socketMode.address(address.port) }),
    ...chatMethods({ workspace, messages, sessions, ephemerals }),
    ...streamMethods({ workspace, messages, sessions, clock, maxBytes }),
    ...sessionMethods({ workspace, sessions, events, agents: options.agents ?? true }),
    ...readMethods({ workspace, messages, emoji: options.emoji ?? {} }),
    ...viewMethods(workspace, views),
    ...fileMethods(files),
  }
  const limits = options.rateLimits === false ? undefined : new RateLimits(clock)
  const offered = without(methods, missing)
  const known = knowingNo(options.unknownBlocks ?? [], offered)
  const webApi = new WebApi({ methods: known, tokens, limits, faults, clock, changes })

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, kind, name = ''] = new URL(request.url ?? '/', base).pathname.split('/')
    if (kind === 'api') return webApi.handle(name, request, response)
    if (kind === 'upload') return files.handle(name, request, response)
    if (kind === 'actions') return responseUrls.handle(name, request, response)
    response.writeHead(404).end()
  }
  server.on('request', (request, response) => {
    route(request, response).catch((thrown: unknown) => {
      process.emitWarning(`The Slack simulator failed: ${thrown instanceof Error ? thrown.stack : thrown}`)
      response.writeHead(500).end()
    })
  })
  socketMode.attachTo(server)
  workspace.channelNamed('general')

  const describe = (): string => {
    const calls = webApi.calls.slice(-12).map(({ method, outcome }) => `${method}=${outcome ?? 'open'}`)
    const sent = deliveries.log.slice(-12).map(({ type, result }) => `${type}=${result}`)
    return `Calls: ${calls.join(' ') || 'none'}. Deliveries: ${sent.join(' ') || 'none'}.`
  }
  const until = (done: () => boolean, withinMs = PATIENCE_MS): Promise<void> =>
    changes.until(done, withinMs, describe)

  return {
    apiUrl: `${base}/api/`,
    botToken: tokens.bot,
    appToken: tokens.app,
    signingSecret,
    team: TEAM,
    bot: BOT,
    deliverTo: (url) => {
      appUrl = url
    },
    channel: (name, channelOptions) => workspace.channelNamed(name, channelOptions).id,
    person: (name) => people.person(name),
    otherBot: (name) => people.bot(name),
    thread: (channel, rootTs) =>
      messages
        .replies(channel, rootTs)
        .filter(({ tombstone }) => !tombstone)
        .map(toVisible),
    history: (channel) => messages.topLevel(channel).map(toVisible),
    ephemerals,
    files: files.shared,
    session: (channel, threadTs) => sessions.visible(channel, threadTs),
    prompts: (channel) => sessions.prompts(channel),
    views: (person) => views.openOf(person.id),
    home: (person) => views.homeOf(person.id),
    calls: webApi.calls,
    deliveries: deliveries.log,
    failNext: (method, fault, channel) => faults.add(method, fault, channel),
    failNoMore: () => faults.clear(),
    sockets: socketMode.control,
    sendRaw: (body, headers) => fetch(appUrl ?? '', { method: 'POST', headers, body }),
    sign: (body, at) => signedHeaders(signingSecret, body, at ?? nowInSeconds()),
    unfurl: (channel, ts) => {
      messages.change(messages.find(channel, ts), undefined, (message) => {
        message.attachments = [...message.attachments, { title: 'A page', from_url: 'https://example.org/' }]
      })
    },
    endStreams: (channel, threadTs) => {
      for (const { stream } of messages.replies(channel, threadTs))
        if (stream?.state === 'in_progress') stream.state = 'ended'
      changes.signal()
    },
    archive: (channel) => workspace.archive(channel),
    stopSession: (person, channel, threadTs) => {
      const streaming = messages
        .replies(channel, threadTs)
        .filter(({ stream }) => stream?.state === 'in_progress')
      for (const message of streaming) {
        messages.change(message, undefined, ({ stream }) => {
          if (stream !== undefined) stream.state = 'stopped'
        })
      }
      return events.publish(
        {
          type: 'agent_session_stopped',
          channel,
          user: person.id,
          thread_ts: threadTs,
          streaming_message_ts: streaming.map(({ ts }) => ts),
          event_ts: workspace.nextTs(),
        },
        workspace.channel(channel),
      )
    },
    rejectToken: () => {
      tokens.rejected = true
      events.publish({
        type: 'tokens_revoked',
        tokens: { oauth: [], bot: [BOT.userId] },
        event_ts: workspace.nextTs(),
      })
    },
    acceptToken: () => {
      tokens.rejected = false
    },
    until,
    settled: () => until(() => deliveries.idle),
    close: async () => {
      deliveries.close()
      socketMode.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The same methods on a server that does not know these types of blocks. */
function knowingNo(types: readonly string[], methods: Methods): Methods {
  if (types.length === 0) return methods
  const wary = Object.entries(methods).map(([name, method]) => [
    name,
    (args: Args) => {
      const unknown = (args.blocks() ?? []).find(({ type }) => types.includes(type))
      if (unknown !== undefined)
        throw new SlackFailure('invalid_blocks', [`unsupported type: ${unknown.type}`])
      return method(args)
    },
  ])
  return Object.fromEntries(wary)
}

function without(methods: Methods, missing: readonly string[]): Methods {
  return Object.fromEntries(Object.entries(methods).filter(([name]) => !missing.includes(name)))
}
