/** A real Bolt app in front of a simulated workspace, as short as an operator's first one. */
import { App, HTTPReceiver, type Logger, LogLevel, SocketModeReceiver } from '@slack/bolt'
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api'
import type { SlackSimulator } from './contract.ts'

const QUIET = LogLevel.ERROR

/** Refusals are what these tests are about: no need to print them. */
const silent: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => QUIET,
  setName: () => {},
}

/** Answers at once or not at all: no retries, no waiting for a rate limit. */
export const webClient = (simulator: { apiUrl: string; botToken: string }, token?: string): WebClient =>
  new WebClient(token ?? simulator.botToken, {
    slackApiUrl: simulator.apiUrl,
    logger: silent,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  })

/** The code of the platform's refusal, `http 503`, `wait 7` and the like, or `ok`. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'ok'
  } catch (thrown) {
    if (thrown instanceof WebAPIRateLimitedError) return `wait ${thrown.retryAfter}`
    if (thrown instanceof WebAPIHTTPError) return `http ${thrown.statusCode}`
    if (thrown instanceof WebAPIPlatformError) return thrown.data.error
    if (thrown instanceof WebAPIRequestError) return 'no answer'
    throw thrown
  }
}

type Endpoint = Pick<SlackSimulator, 'apiUrl' | 'botToken' | 'signingSecret'> & {
  deliverTo(url: string): void
}

export interface RunningApp {
  readonly app: App
  readonly url: string
  stop(): Promise<void>
}

export async function boltOverHttp(
  simulator: Endpoint,
  listen: (app: App) => void,
  ids: { botId?: string; botUserId?: string } = {},
): Promise<RunningApp> {
  const receiver = new HTTPReceiver({ signingSecret: simulator.signingSecret, logLevel: QUIET })
  const app = new App({
    receiver,
    token: simulator.botToken,
    convoStore: false,
    logLevel: QUIET,
    clientOptions: { slackApiUrl: simulator.apiUrl, retryConfig: { retries: 0 } },
    ...ids,
  })
  listen(app)
  const server = await app.start({ port: 0, host: '127.0.0.1' })
  const address = 'address' in server ? server.address() : null
  if (address === null || typeof address === 'string') throw new Error('The app has no port.')
  const url = `http://127.0.0.1:${address.port}/slack/events`
  simulator.deliverTo(url)
  return {
    app,
    url,
    stop: async () => {
      if ('closeAllConnections' in server) server.closeAllConnections()
      await app.stop()
    },
  }
}

export async function boltOverSocket(
  simulator: SlackSimulator,
  listen: (app: App) => void,
  /** The wait before a reconnect, and for each answer to a ping: too short, and a busy machine loses connections. */
  clientPingTimeout = 5_000,
): Promise<RunningApp> {
  const clientOptions = { slackApiUrl: simulator.apiUrl, retryConfig: { retries: 0 } }
  const receiver = new SocketModeReceiver({
    appToken: simulator.appToken,
    logger: silent,
    clientPingTimeout,
    installerOptions: { clientOptions: { ...clientOptions } },
  })
  const app = new App({
    receiver,
    token: simulator.botToken,
    convoStore: false,
    logLevel: QUIET,
    clientOptions: { ...clientOptions },
  })
  listen(app)
  await app.start()
  return {
    app,
    url: '',
    stop: async () => {
      await app.stop()
    },
  }
}
