/**
 * The web workspace: a platform of our own, on Parley's own port, that needs no token and no account.
 *
 * It is a platform like Slack: channels, threads and messages are kept here, and the core only says what to show.
 * Keeps T1 (a question sent again is one question), T5 (an answer that another one replaced stays to be read), T6
 * (people change and delete what they said), D7 (a working sign that goes), F1 and F2 (people's reactions, with
 * stable ids), S6 (bad input gets a clear answer and leaves no trace) and C5 (an append is O(1)).
 *
 * Everything that only a visitor needs, `hono` first, is loaded at the first request: a Parley that serves Slack
 * alone pays nothing for this page.
 */
import type { RequestListener } from 'node:http'
import type { Logger } from 'pino'
import type { Host, Platform } from '#adapters/platform.ts'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/errors.ts'
import type { Namespace } from '#core/store/namespaces.ts'
import { readPlace } from './place.ts'
import { createSurface } from './surface.ts'
import { Channels } from './workspace/channels.ts'
import { EarlierAnswers } from './workspace/earlier.ts'
import { EventLog } from './workspace/events.ts'
import { FirstTimes } from './workspace/first-times.ts'
import { createInvitations } from './workspace/invitations.ts'
import { Messages } from './workspace/messages.ts'
import { createOwnMessages } from './workspace/own-messages.ts'
import { WorkspaceData } from './workspace/personal-data.ts'
import { createReplies } from './workspace/replies.ts'
import { Sessions } from './workspace/sessions.ts'
import { createThreads } from './workspace/threads.ts'
import { Votes } from './workspace/votes.ts'

export interface WebSettings {
  /** Asked for at sign-in. Without it only browsers on this machine are answered. */
  readonly token?: string
  /** Which model answers, for people; one that begins with `rehearsal` is shown as a stand-in. */
  readonly modelLabel: string
}

export interface WebDeps {
  /** A namespace of its own, strict about failures: an outage must never read as an empty workspace. */
  readonly store: Namespace
  readonly clock: Clock
  readonly log: Logger
}

/**
 * @example
 * const web = createWeb({ modelLabel: model.label }, { store, clock: systemClock, log })
 * await web.start(host)
 * createServer(web.routes[0].listener).listen(3978, '127.0.0.1')
 */
export function createWeb(settings: WebSettings, { store, clock, log }: WebDeps): Platform {
  const events = new EventLog()
  const publish = events.publish.bind(events)
  const messages = new Messages(store, clock)
  const earlier = new EarlierAnswers(store, messages)
  const replies = createReplies({ messages, earlier, clock, publish })
  const channels = new Channels(store, publish)
  let host: Host | undefined

  const loadListener = async (): Promise<RequestListener> => {
    const { createListener } = await import('./http/app.ts')
    return createListener({
      settings,
      host: () => host,
      clock,
      log,
      events,
      messages,
      replies,
      earlier,
      ownMessages: createOwnMessages({ messages, clock, publish }),
      votes: new Votes(store),
      firstTimes: new FirstTimes(store, clock),
      channels,
      threads: createThreads({ store, messages, clock, publish }),
      sessions: new Sessions(store, settings.token, clock),
    })
  }
  let listener: Promise<RequestListener> | undefined

  return {
    name: 'web',
    routes: [
      {
        prefix: '/',
        listener: (request, response) => {
          listener ??= loadListener().catch((thrown: unknown) => {
            // The next request tries again.
            listener = undefined
            throw thrown
          })
          listener
            .then((answer) => answer(request, response))
            .catch((thrown: unknown) => {
              log.error({ reason: reasonOf(thrown) }, 'web: the page could not be loaded')
              response.writeHead(500).end()
            })
        },
      },
    ],
    personalData: [new WorkspaceData({ store, messages, publish, forget: () => events.forget() })],
    start: async (given) => {
      host = given
    },
    stop: async () => {
      host = undefined
    },
    past: async () => [],
    invite: createInvitations({ store, messages, channels, clock, publish }),
    open: (place, shown, reply) => createSurface({ replies, clock }, readPlace(place), shown, reply),
  }
}
