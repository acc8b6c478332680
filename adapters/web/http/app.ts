/**
 * The workspace over HTTP. Keeps S6: whatever comes in, the answer is a plain one and nothing half-done is kept.
 *
 * Loaded at the first request, and everything heavy with it.
 */
import type { RequestListener } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import type { Host } from '#adapters/platform.ts'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/errors.ts'
import type { WebSettings } from '../web.ts'
import type { Channels } from '../workspace/channels.ts'
import type { EarlierAnswers } from '../workspace/earlier.ts'
import type { EventLog } from '../workspace/events.ts'
import type { FirstTimes } from '../workspace/first-times.ts'
import type { Messages } from '../workspace/messages.ts'
import type { OwnMessages } from '../workspace/own-messages.ts'
import type { Replies } from '../workspace/replies.ts'
import type { Sessions } from '../workspace/sessions.ts'
import type { Threads } from '../workspace/threads.ts'
import type { Votes } from '../workspace/votes.ts'
import { apiRoutes } from './api.ts'
import { assetRoutes } from './assets.ts'
import { comparisonRoutes } from './comparisons.ts'
import { consoleRoutes } from './console.ts'
import { controlRoutes } from './controls.ts'
import { guard, hardened } from './guard.ts'
import { insightRoutes } from './insights.ts'
import { judgementRoutes } from './judgements.ts'
import { ownMessageRoutes } from './own-messages.ts'
import { privacyRoutes } from './privacy.ts'
import { answerProblem, HttpProblem } from './problem.ts'
import { sessionRoutes } from './session.ts'

export interface HttpDeps {
  readonly settings: WebSettings
  /** `undefined` before the start and after the stop: nothing is taken in then. */
  readonly host: () => Host | undefined
  readonly clock: Clock
  readonly log: Logger
  readonly events: EventLog
  readonly messages: Messages
  readonly replies: Replies
  readonly earlier: EarlierAnswers
  readonly ownMessages: OwnMessages
  readonly votes: Votes
  readonly firstTimes: FirstTimes
  readonly channels: Channels
  readonly threads: Threads
  readonly sessions: Sessions
}

/** Node's own request and response, for what the web's cannot do. */
export interface HttpEnv {
  Bindings: HttpBindings
}

export function createListener(deps: HttpDeps): RequestListener {
  // Other code of this process keeps the `Request` and `Response` it knows.
  return getRequestListener(createApp(deps).fetch, { overrideGlobalObjects: false })
}

/** Its `routes` say what is served: tests that must reach all of it ask there. */
export function createApp(deps: HttpDeps): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>()
  app.use(hardened)
  app.use(guard(deps.settings.token !== undefined))
  sessionRoutes(app, deps)
  apiRoutes(app, deps)
  ownMessageRoutes(app, deps)
  controlRoutes(app, deps)
  judgementRoutes(app, deps)
  comparisonRoutes(app, deps)
  consoleRoutes(app, deps)
  insightRoutes(app, deps)
  privacyRoutes(app, deps)
  assetRoutes(app)
  app.notFound((c) => answerProblem(c, new HttpProblem(404, 'There is nothing here.')))
  app.onError((thrown, c) => {
    if (thrown instanceof HttpProblem) return answerProblem(c, thrown)
    deps.log.error(
      { method: c.req.method, route: c.req.routePath, reason: reasonOf(thrown) },
      'web: a request failed',
    )
    return answerProblem(c, new HttpProblem(500, 'Parley could not do that. Try again in a moment.'))
  })
  return app
}
