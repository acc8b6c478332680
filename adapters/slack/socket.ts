/**
 * Slack over Socket Mode: no public address needed.
 *
 * Three things are done here that Bolt does otherwise. An event is acknowledged after it was taken in, not before (rule
 * T1): Slack redelivers what nobody acknowledged. And the connection is kept by us: Bolt's own
 * reconnect turns a refused `apps.connections.open` into an unhandled rejection, which ends the process. And what is no
 * frame of Slack's never reaches its client, which would end over it too (rule S6, `frame.ts`).
 */
import { type App, SocketModeReceiver } from '@slack/bolt'
import type { WebClientOptions } from '@slack/web-api'
import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import { boltLog } from './bolt-log.ts'
import { platformError, slackFailure } from './fault.ts'
import { isFrame } from './frame.ts'
import { eventOf, isReadable } from './shape.ts'

type ReceiverEvent = Parameters<App['processEvent']>[0]

export interface SocketOptions {
  readonly appToken: string
  readonly clientOptions: WebClientOptions
  readonly clock: Clock
  readonly log: Logger
}

/** Slack says hello within a second or so. */
const HELLO_MS = 20_000
/** Slack asks every connection to reconnect now and then: the first try is at once. */
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000
/** A peer that is gone never completes the closing handshake. */
const GOODBYE_MS = 2_000

const UNREADABLE = 'Slack sent something that cannot be read. It is ignored.'

export class KeptSocket extends SocketModeReceiver {
  /** Takes an event in before it is acknowledged; set before the start. @throws when Slack shall deliver it again. */
  takeEvent: (event: unknown, again: boolean) => Promise<void> = async () => {
    throw new Error('Nobody listens to events yet.')
  }
  readonly #clock: Clock
  readonly #log: Logger
  /** Aborted for good by `stop`. While it is not, a lost connection is made anew. */
  readonly #stopped = new AbortController()
  /** True from the first hello on: before it, a failure is the caller's to hear. */
  #begun = false
  #reconnecting = false
  /** Why the newest try to connect again came to nothing; undefined while there is a connection, or may be soon. */
  #trouble: string | undefined

  constructor({ appToken, clientOptions, clock, log }: SocketOptions) {
    super({
      appToken,
      autoReconnectEnabled: false,
      logger: boltLog(log),
      // Their own options: the client writes its retry policy into the object it is given.
      installerOptions: { clientOptions: { ...clientOptions, retryConfig: { retries: 0 } } },
    })
    this.#clock = clock
    this.#log = log
    const hear = this.client.listeners('ws_message')
    this.client.removeAllListeners('ws_message')
    this.client.on('ws_message', (data: unknown, ...rest: unknown[]) => {
      if (!isFrame(data)) return this.#log.warn(UNREADABLE)
      for (const listener of hear) listener(data, ...rest)
    })
    this.client.on('disconnected', () => {
      if (this.#begun) void this.#reconnect()
    })
  }

  get trouble(): string | undefined {
    return this.#trouble
  }

  override init(app: App): void {
    const processEvent = async (event: ReceiverEvent) => {
      const happened = eventOf(event.body)
      if (happened !== undefined) {
        await this.takeEvent(happened, (event.retryNum ?? 0) > 0)
        return event.ack()
      }
      if (isReadable(event.body)) return app.processEvent(event)
      this.#log.warn(UNREADABLE)
      await event.ack()
    }
    super.init(Object.create(app, { processEvent: { value: processEvent } }))
  }

  /** @throws SlackCallError */
  override async start(): ReturnType<SocketModeReceiver['start']> {
    try {
      const connection = await this.#connect()
      this.#begun = true
      return connection
    } catch (thrown) {
      await this.stop()
      throw slackFailure('apps.connections.open', thrown)
    }
  }

  override async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#disconnect()
  }

  async #disconnect(): Promise<void> {
    const waited = new AbortController()
    await Promise.race([this.client.disconnect(), this.#quietly(GOODBYE_MS, waited.signal)])
    waited.abort()
  }

  async #connect(): ReturnType<SocketModeReceiver['start']> {
    const waited = new AbortController()
    const late = this.#quietly(HELLO_MS, waited.signal).then(() => {
      throw new Error(`Slack opened a connection and sent no hello within ${HELLO_MS / 1000} seconds.`)
    })
    try {
      return await Promise.race([super.start(), late])
    } finally {
      late.catch(() => {})
      waited.abort()
    }
  }

  async #reconnect(): Promise<void> {
    if (this.#reconnecting) return
    this.#reconnecting = true
    for (
      let wait = 0;
      !this.#stopped.signal.aborted;
      wait = Math.min(wait * 2 || FIRST_WAIT_MS, LONGEST_WAIT_MS)
    ) {
      await this.#quietly(wait, this.#stopped.signal)
      if (this.#stopped.signal.aborted) break
      try {
        await this.#connect()
        this.#trouble = undefined
        break
      } catch (thrown) {
        const failure = platformError(slackFailure('apps.connections.open', thrown ?? new Error('closed')))
        this.#trouble = `No events come from Slack. ${failure.message}`
        this.#log.warn({ reason: failure.message }, 'The connection to Slack is down. Trying again.')
      }
    }
    this.#reconnecting = false
  }

  /** Sleeps; an abort only ends it sooner. */
  async #quietly(ms: number, signal: AbortSignal): Promise<void> {
    if (ms === 0) return
    await this.#clock.sleep(ms, signal).catch((thrown) => {
      if (!signal.aborted) throw thrown
    })
  }
}
