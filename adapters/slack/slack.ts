/**
 * Slack, as a platform of Parley: one workspace, by its bot token.
 *
 * Events come over HTTP (`/slack/events` on Parley's port) or Socket Mode. They are read by pure functions
 * (`inbound.ts`, `reaction.ts`), taken in by the host, and only then acknowledged (rule T1). Replies go out through
 * `surface.ts` (rules D1 to D7). What this Slack offers (streams, sessions, Markdown) is found out by trying.
 *
 * Facts: docs.slack.dev. The app itself is described by `config/slack-manifest.json`.
 */
import { App } from '@slack/bolt'
import type { WebClientOptions } from '@slack/web-api'
import type { Logger } from 'pino'
import { Access } from '#adapters/access.ts'
import type { Host, Platform } from '#adapters/platform.ts'
import type { Clock } from '#core/clock.ts'
import type { Accounts } from '#core/delivery/accounts.ts'
import { ConfigError } from '#core/errors.ts'
import { guarded } from './access.ts'
import { createApi } from './api.ts'
import { boltLog } from './bolt-log.ts'
import { counted, slackBudget } from './budget.ts'
import { noDeletions } from './deletions.ts'
import { type Events, listen } from './events.ts'
import { isShutOut, platformError, SlackCallError } from './fault.ts'
import { quickFetch } from './fetch.ts'
import { createFormsApi } from './forms/api.ts'
import { createDoor, httpReceiver } from './http.ts'
import { identify } from './identity.ts'
import type { Self } from './inbound.ts'
import { firstOffers } from './offers.ts'
import { fetchPast } from './past.ts'
import { createPeople } from './people.ts'
import { readPlace } from './place.ts'
import type { KeptSocket, SocketOptions } from './socket.ts'
import { SlackReply } from './surface.ts'

export interface SlackSettings {
  /** `xoxb-…` */
  readonly botToken: string
  /** Needed for HTTP: proves that a request is Slack's. */
  readonly signingSecret?: string
  /** `xapp-…`: use Socket Mode, whether or not there is a signing secret. */
  readonly appToken?: string
  /** Slack's own unless a test says otherwise. */
  readonly apiUrl?: string
}

export interface SlackDeps {
  readonly log: Logger
  readonly clock: Clock
  /** Shared by everything that writes to this workspace. */
  readonly accounts: Accounts
}

/** Slack wants its answer within three seconds; a start waits a little longer for one. */
const CALL_TIMEOUT_MS = 10_000

/**
 * @throws ConfigError when there is neither an app-level token nor a signing secret.
 *
 * @example
 * const slack = createSlack({ botToken: 'xoxb-…', appToken: 'xapp-…' }, { log, clock: systemClock, accounts })
 * await slack.start(host)
 */
export function createSlack(settings: SlackSettings, deps: SlackDeps): Platform {
  const transport = transportOf(settings)
  const log = deps.log.child({ platform: 'slack' })
  const { clock } = deps
  const clientOptions: WebClientOptions = {
    ...(settings.apiUrl === undefined ? {} : { slackApiUrl: settings.apiUrl }),
    logger: boltLog(log),
    timeout: CALL_TIMEOUT_MS,
    fetch: quickFetch,
  }
  /** Named by `connect`, before anything is heard. */
  let team = ''
  const budget = () => slackBudget(deps.accounts, team)
  const access = new Access({
    ...{ clock, log },
    ask: () => identify(settings.botToken, clientOptions, log),
    isRefusal: (error) => error instanceof SlackCallError && isShutOut(error.code),
  })
  const api = counted(guarded(createApi(settings.botToken, clientOptions), access), budget)
  const formsApi = createFormsApi(settings.botToken, clientOptions, budget)
  const people = createPeople(api, clock)
  const offers = firstOffers()
  const deletions = noDeletions()
  const door = transport.via === 'http' ? createDoor(transport.signingSecret, log) : undefined
  let running: Running | undefined

  async function connect(host: Host): Promise<Running> {
    const self = await identify(settings.botToken, clientOptions, log)
    team = self.team
    const receiver =
      transport.via === 'socket'
        ? await keptSocket({ appToken: transport.appToken, clientOptions, clock, log })
        : httpReceiver(transport.signingSecret, log)
    const app = new App({
      token: settings.botToken,
      botId: self.bot,
      botUserId: self.user,
      receiver,
      // Edits of our own messages and other bots pass Bolt's filter anyway: `inbound.ts` has the one that counts.
      ignoreSelf: false,
      convoStore: false,
      logger: boltLog(log),
      clientOptions: { ...clientOptions, retryConfig: { retries: 1 } },
    })
    keyByAnything(app)
    const events = listen(app, { host, api, self, people, deletions, formsApi, offers, clock, log })
    if ('takeEvent' in receiver) {
      receiver.takeEvent = events.take
      await receiver.start()
      return { self, events, socket: receiver, close: () => receiver.stop() }
    }
    door?.open({ receiver, takeEvent: events.take })
    return { self, events, close: async () => door?.open(undefined) }
  }

  const started = (): Running => {
    if (running !== undefined) return running
    throw new Error('The Slack adapter has not started: it does not know who it is yet.')
  }

  return {
    name: 'slack',
    ...(door === undefined ? {} : { routes: [{ prefix: '/slack', listener: door.listener }] }),

    async start(host) {
      try {
        running = await connect(host)
      } catch (thrown) {
        throw thrown instanceof SlackCallError ? platformError(thrown) : thrown
      }
      log.info({ via: transport.via, team: running.self.team }, 'Slack is connected.')
    },

    get trouble() {
      return access.trouble ?? running?.socket?.trouble
    },

    async stop() {
      access.stop()
      await running?.events.drain()
      await running?.close()
    },

    async past(question, signal) {
      const { self } = started()
      await access.open(signal)
      try {
        return await fetchPast({ api, people, self }, readPlace(question.place), signal)
      } catch (thrown) {
        throw thrown instanceof SlackCallError ? platformError(thrown) : thrown
      }
    },

    async invite(invitation, signal) {
      started()
      const { invite } = await import('./forms/invitation.ts')
      await invite(invitation, formsApi, signal)
    },

    open(stored, shown, reply, again = false) {
      const { self } = started()
      const place = readPlace(stored)
      return new SlackReply({ api, offers, budget: budget(), deletions, self, clock, log }, place, {
        ...{ shown, again, reply },
      })
    },
  }
}

async function keptSocket(options: SocketOptions): Promise<KeptSocket> {
  const { KeptSocket } = await import('./socket.ts')
  return new KeptSocket(options)
}

interface Running {
  readonly self: Self
  readonly events: Events
  readonly socket?: KeptSocket
  close(): Promise<void>
}

type Transport =
  | { readonly via: 'socket'; readonly appToken: string }
  | { readonly via: 'http'; readonly signingSecret: string }

function transportOf({ appToken, signingSecret }: SlackSettings): Transport {
  if (appToken) return { via: 'socket', appToken }
  if (signingSecret) return { via: 'http', signingSecret }
  throw new ConfigError('slack', {
    got: undefined,
    expected: 'an app-level token (Socket Mode) or a signing secret (HTTP)',
    fix: 'Set one of them; both are on the Basic Information page of your Slack app.',
  })
}

/**
 * Bolt keeps the clients of workspaces by their ids in a plain object, where `constructor` would find what every object
 * has (rule S6). The object is not public; a test says so when it is called otherwise one day.
 */
function keyByAnything(app: App): void {
  const clients: unknown = Reflect.get(app, 'clients')
  if (typeof clients === 'object' && clients !== null) Object.setPrototypeOf(clients, null)
}
