/**
 * The gateway, v10, JSON, uncompressed: HELLO, IDENTIFY or RESUME, heartbeats, dispatches, close codes.
 *
 * Not simulated: member chunks, compression, and the five seconds between two IDENTIFYs, which discord.js keeps by
 * itself. There is one guild, so of several shards one hears it, and the first hears direct messages.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { GatewayCloseCodes as Close, GatewayIntentBits } from 'discord.js'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { applicationJson } from './channels-api.ts'
import type { GatewayControl } from './contract.ts'
import { guildEvent } from './events.ts'
import { guildJson, userJson } from './payloads.ts'
import { botSees } from './permissions.ts'
import { Op, Session, shardOf } from './session.ts'
import type { State } from './state.ts'
import { activeThreads } from './thread-life.ts'

const HEARTBEAT_INTERVAL_MS = 41_250
const IDENTIFIES_A_DAY = 1000
/** Packets a client may send in a minute; more closes with 4008. */
const SENDS_A_MINUTE = 120
/** Guild members and presences: never switched on here. Message content: by option. */
const ALWAYS_DISALLOWED = GatewayIntentBits.GuildMembers | GatewayIntentBits.GuildPresences
const KNOWN_INTENTS = Object.values(GatewayIntentBits).reduce<number>(
  (sum, bit) => (typeof bit === 'number' ? sum | bit : sum),
  0,
)
/** After these the session is over; what happens until the next IDENTIFY is lost. */
const ENDS_SESSION: ReadonlySet<number> = new Set([
  1000,
  1001,
  Close.AuthenticationFailed,
  Close.InvalidSeq,
  Close.SessionTimedOut,
  Close.InvalidShard,
  Close.ShardingRequired,
  Close.InvalidAPIVersion,
  Close.InvalidIntents,
  Close.DisallowedIntents,
])

const packet = z.object({ op: z.number(), d: z.unknown() })
const identify = z.object({
  token: z.string(),
  intents: z.number().int(),
  properties: z.looseObject({}),
  shard: z.tuple([z.number().int(), z.number().int()]).optional(),
})
const resume = z.object({ token: z.string(), session_id: z.string(), seq: z.number().int() })

export interface Gateway extends GatewayControl {
  identifiesLeft(): number
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  stop(): void
}

export function createGateway(state: State): Gateway {
  const server = new WebSocketServer({ noServer: true })
  const sessions = new Map<string, Session>()
  const open = new Set<WebSocket>()
  let identifies = 0
  let resumes = 0
  let silent = false
  let refusing = false
  const budget = state.options.identifyBudget ?? IDENTIFIES_A_DAY

  state.emit = (event) => {
    for (const session of sessions.values()) if (session.hears(event)) session.deliver(event)
  }

  const sessionOn = (socket: WebSocket): Session | undefined =>
    [...sessions.values()].find((session) => session.isOn(socket))

  const send = (socket: WebSocket, op: number, d: unknown): void =>
    socket.send(JSON.stringify({ op, d, s: null, t: null }))

  /** What is dispatched from here on waits for a RESUME, unless the code ends the session. */
  function close(socket: WebSocket, code: number, reason = ''): void {
    detach(socket, code)
    socket.close(code, reason)
  }

  function detach(socket: WebSocket, code: number): void {
    open.delete(socket)
    const session = sessionOn(socket)
    session?.attach(undefined)
    if (session !== undefined && ENDS_SESSION.has(code)) sessions.delete(session.id)
    state.changed()
  }

  function connect(socket: WebSocket, url: URL): void {
    if (url.searchParams.get('v') !== '10') {
      close(socket, Close.InvalidAPIVersion)
      return
    }
    open.add(socket)
    send(socket, Op.hello, { heartbeat_interval: state.options.heartbeatIntervalMs ?? HEARTBEAT_INTERVAL_MS })
    const minute = { from: state.clock.now(), sent: 0 }
    socket.on('message', (raw) => {
      const now = state.clock.now()
      if (now - minute.from > 60_000) Object.assign(minute, { from: now, sent: 0 })
      minute.sent += 1
      const code = minute.sent > SENDS_A_MINUTE ? Close.RateLimited : receive(socket, String(raw))
      if (code !== undefined) close(socket, code)
    })
    socket.on('close', (code) => detach(socket, code))
    socket.on('error', () => socket.terminate())
  }

  /** Acts on a packet, or says with which code the connection ends. */
  function receive(socket: WebSocket, raw: string): Close | undefined {
    const parsed = packet.safeParse(parseJson(raw))
    if (!parsed.success) return Close.DecodeError
    const { op, d } = parsed.data
    switch (op) {
      case Op.heartbeat:
        if (!silent) send(socket, Op.heartbeatAck, undefined)
        return undefined
      case Op.identify:
        return begin(socket, d)
      case Op.resume:
        return takeUp(socket, d)
      case Op.presence:
      case Op.voice:
      case Op.members:
        return sessionOn(socket) === undefined ? Close.NotAuthenticated : undefined
      default:
        return Close.UnknownOpcode
    }
  }

  function begin(socket: WebSocket, d: unknown): Close | undefined {
    const parsed = identify.safeParse(d)
    if (!parsed.success) return Close.DecodeError
    if (sessionOn(socket) !== undefined) return Close.AlreadyAuthenticated
    const { token, intents, shard = [0, 1] } = parsed.data
    identifies += 1
    // Using up the day's IDENTIFYs resets the token.
    if (identifies > budget) state.tokenValid = false
    const code = refusalOf(token, intents, shard)
    if (code !== undefined) return code
    const session = new Session(state.nextId(), intents, shard)
    sessions.set(session.id, session)
    session.attach(socket)
    welcome(session, shard)
    state.changed()
    return undefined
  }

  function refusalOf(
    token: string,
    intents: number,
    [shard, of]: readonly [number, number],
  ): Close | undefined {
    if (!state.tokenValid || token !== state.token) return Close.AuthenticationFailed
    if (shard < 0 || shard >= of) return Close.InvalidShard
    if ((intents & ~KNOWN_INTENTS) !== 0) return Close.InvalidIntents
    const content = state.options.messageContentIntent === false ? GatewayIntentBits.MessageContent : 0
    return (intents & (ALWAYS_DISALLOWED | content)) === 0 ? undefined : Close.DisallowedIntents
  }

  function welcome(session: Session, shard: readonly [number, number]): void {
    const hears = shardOf(state.guild.id, shard[1]) === shard[0]
    session.dispatch('READY', {
      v: 10,
      user: userJson(state.bot),
      guilds: hears ? [{ id: state.guild.id, unavailable: true }] : [],
      session_id: session.id,
      resume_gateway_url: `${state.origin.replace('http', 'ws')}/resume`,
      shard,
      application: applicationJson(state),
    })
    if (!hears) return
    const channels = [...state.channels.values()].filter(({ type }) => type === 0)
    const threads = activeThreads(state).filter((thread) => botSees(state, thread))
    session.deliver(guildEvent('GUILD_CREATE', guildJson(state, channels, threads)))
  }

  function takeUp(socket: WebSocket, d: unknown): Close | undefined {
    const parsed = resume.safeParse(d)
    if (!parsed.success) return Close.DecodeError
    const { token, session_id, seq } = parsed.data
    if (!state.tokenValid || token !== state.token) return Close.AuthenticationFailed
    const session = sessions.get(session_id)
    if (session === undefined) {
      send(socket, Op.invalidSession, false)
      return undefined
    }
    if (seq > session.sequence) return Close.InvalidSeq
    resumes += 1
    session.attach(socket)
    session.replay(seq)
    session.dispatch('RESUMED', {})
    state.changed()
    return undefined
  }

  return {
    identifiesLeft: () => Math.max(0, budget - identifies),
    upgrade(request, socket, head) {
      if (refusing) {
        if ('resetAndDestroy' in socket && typeof socket.resetAndDestroy === 'function')
          socket.resetAndDestroy()
        else socket.destroy()
        return
      }
      server.handleUpgrade(request, socket, head, (ws) =>
        connect(ws, new URL(request.url ?? '/', state.origin)),
      )
    },
    closeGateway(code, reason) {
      for (const socket of [...open]) close(socket, code, reason)
    },
    dropConnections() {
      for (const socket of [...open]) {
        detach(socket, 1006)
        socket.terminate()
      }
    },
    requestReconnect() {
      for (const socket of open) send(socket, Op.reconnect, null)
    },
    invalidateSession(resumable) {
      for (const socket of open) {
        const session = sessionOn(socket)
        if (session !== undefined && !resumable) sessions.delete(session.id)
        send(socket, Op.invalidSession, resumable)
      }
    },
    silenceHeartbeats(value = true) {
      silent = value
    },
    refuseConnections(value = true) {
      refusing = value
    },
    expireSessions() {
      for (const session of [...sessions.values()]) if (!session.connected) sessions.delete(session.id)
    },
    get identifies() {
      return identifies
    },
    get resumes() {
      return resumes
    },
    get connections() {
      return [...sessions.values()].filter((session) => session.connected).length
    },
    stop() {
      sessions.clear()
      for (const socket of server.clients) socket.terminate()
      server.close()
    },
  }
}

function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch {
    return undefined
  }
}
