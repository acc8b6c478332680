/**
 * Socket Mode: the app asks for an address, opens connections to it, and gets every event on exactly one of them.
 *
 * No envelope is acknowledged by being sent; the app answers each with its id.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Changes } from './changes.ts'
import type { SocketControl } from './contract.ts'
import type { Answer, Transport } from './deliveries.ts'
import { isJson, parseJson } from './json.ts'
import { SlackFailure } from './request.ts'
import { BOT } from './workspace.ts'

/** The client gives up on a connection that sends no ping for 30 s. */
const PING_MS = 10_000
/** The platform's most connections of one app. */
const MOST_CONNECTIONS = 10
/** After it asked the app to reconnect, the platform closes the connection itself. */
const CLOSE_AFTER_DISCONNECT_MS = 2_000

const ENVELOPE = {
  event: 'events_api',
  interactive: 'interactive',
  slash_commands: 'slash_commands',
} as const

interface Waiting {
  readonly socket: WebSocket
  readonly settle: (answer: Answer) => void
}

export class SocketMode implements Transport {
  readonly name = 'socket'
  readonly #changes: Changes
  readonly #server = new WebSocketServer({ noServer: true })
  /** Connections that may still get events, in the order they opened. */
  readonly #open: WebSocket[] = []
  /** Envelopes sent and not yet acknowledged. */
  readonly #waiting = new Map<string, Waiting>()
  readonly #tickets = new Set<string>()
  #turn = 0
  readonly control: SocketControl

  constructor(changes: Changes) {
    this.#changes = changes
    const open = this.#open
    this.control = {
      get count() {
        return open.length
      },
      drop: (index) => {
        for (const socket of index === undefined ? [...open] : open.slice(index, index + 1))
          socket.terminate()
      },
      disconnect: (reason = 'refresh_requested') => {
        for (const socket of [...open]) this.#askToReconnect(socket, reason)
      },
    }
  }

  /** What `apps.connections.open` answers. Good for one connection. */
  address(port: number): string {
    if (this.#open.length >= MOST_CONNECTIONS) throw new SlackFailure('too_many_websockets')
    const ticket = randomUUID()
    this.#tickets.add(ticket)
    return `ws://127.0.0.1:${port}/link/?ticket=${ticket}&app_id=${BOT.appId}`
  }

  attachTo(http: Server): void {
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const ticket = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('ticket') ?? ''
      if (!this.#tickets.delete(ticket)) {
        socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
        return
      }
      this.#server.handleUpgrade(request, socket, head, (connection) => this.#welcome(connection))
    })
  }

  send: Transport['send'] = ({ kind, payload }, retry, late) => {
    const socket = this.#open[this.#turn++ % Math.max(1, this.#open.length)]
    if (socket === undefined) {
      return Promise.resolve({ acknowledged: false, result: 'no connection', reason: 'connection_failed' })
    }
    const id = randomUUID()
    return new Promise((resolve) => {
      const settle = (answer: Answer): void => {
        this.#waiting.delete(id)
        late.removeEventListener('abort', expire)
        resolve(answer)
      }
      const expire = (): void => settle({ acknowledged: false, result: 'timeout', reason: 'timeout' })
      late.addEventListener('abort', expire)
      this.#waiting.set(id, { socket, settle })
      const attempts =
        kind === 'event' ? { retry_attempt: retry?.number ?? 0, retry_reason: retry?.reason ?? '' } : {}
      const envelope = { envelope_id: id, payload, type: ENVELOPE[kind], ...attempts }
      socket.send(JSON.stringify({ ...envelope, accepts_response_payload: kind !== 'event' }))
    })
  }

  close(): void {
    for (const socket of this.#server.clients) socket.terminate()
    this.#server.close()
  }

  #welcome(socket: WebSocket): void {
    this.#open.push(socket)
    const pings = setInterval(() => socket.ping(), PING_MS)
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      clearInterval(pings)
      this.#lose(socket)
      this.#forget(socket)
    })
    socket.on('message', (data) => this.#acknowledge(String(data)))
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: this.#open.length,
        connection_info: { app_id: BOT.appId },
        debug_info: { host: 'applink-1', build_number: 1, approximate_connection_time: 18_060 },
      }),
    )
    this.#changes.signal()
  }

  #acknowledge(text: string): void {
    const frame = parseJson(text)
    if (!isJson(frame) || typeof frame.envelope_id !== 'string') return
    const payload = frame.payload
    const empty = payload === undefined || (isJson(payload) && Object.keys(payload).length === 0)
    this.#waiting
      .get(frame.envelope_id)
      ?.settle({ acknowledged: true, result: 'ack', ...(empty ? {} : { response: payload }) })
  }

  #askToReconnect(socket: WebSocket, reason: string): void {
    socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink-1' } }))
    this.#forget(socket)
    setTimeout(() => socket.close(), CLOSE_AFTER_DISCONNECT_MS).unref()
  }

  #lose(gone: WebSocket): void {
    for (const { socket, settle } of this.#waiting.values())
      if (socket === gone)
        settle({ acknowledged: false, result: 'connection lost', reason: 'connection_failed' })
  }

  #forget(socket: WebSocket): void {
    const index = this.#open.indexOf(socket)
    if (index >= 0) this.#open.splice(index, 1)
    this.#changes.signal()
  }
}
