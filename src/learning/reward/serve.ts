import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import { ConfigError, reasonOf } from '#core/errors.ts'
import type { Conversations } from './conversations.ts'
import type { RewardModel } from './reward-model.ts'
import { createRewardService } from './service.ts'

export interface ServeRequest {
  readonly reward: RewardModel
  readonly conversations?: Conversations
  readonly token: string
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly clock: Clock
  readonly log: Logger
}

/** Milliseconds a request may take to arrive; an answer may take as long as the embeddings do. */
const ARRIVES_WITHIN_MS = 30_000
/** Open at once: PPO workers keep hundreds. */
const CONNECTIONS = 2_000

/** @throws ConfigError when the address cannot be listened on. */
export async function serveReward(
  request: ServeRequest,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { host, port } = request
  const listener = getRequestListener(createRewardService(request).fetch, { overrideGlobalObjects: false })
  const server = createServer({ requestTimeout: ARRIVES_WITHIN_MS }, listener)
  server.maxConnections = CONNECTIONS
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(unusable(host, port, error)))
    server.listen(port, host, resolve)
  })
  return { url: urlOf(server, host), close: () => close(server) }
}

function urlOf(server: Server, host: string): string {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}

const unusable = (host: string, port: number, error: unknown): ConfigError =>
  new ConfigError('--port', {
    got: port,
    expected: `a port that is free on ${host}`,
    fix: `${reasonOf(error)}. Give another --port or --host.`,
  })
