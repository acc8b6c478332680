import type { Hono } from 'hono'
import { reasonOf } from '#core/errors.ts'
import type { InsightsView, TrainingView } from '../protocol.ts'
import type { HttpDeps, HttpEnv } from './app.ts'
import { hostOf } from './host.ts'
import { HttpProblem } from './problem.ts'
import { signedIn } from './session.ts'

/** What all the feedback comes to, and how training goes. Sums and figures only: nobody is named in them. */
export function insightRoutes(app: Hono<HttpEnv>, deps: HttpDeps): void {
  app.get('/api/insights', async (c) => {
    await signedIn(c, deps)
    const insights: InsightsView = await hostOf(deps)
      .insights()
      .catch((thrown: unknown) => {
        deps.log.error({ reason: reasonOf(thrown) }, 'web: the feedback could not be counted')
        throw new HttpProblem(503, 'Parley could not read the feedback. Try again.', { retryAfter: 5 })
      })
    return c.json(insights)
  })

  app.get('/api/training', async (c) => {
    await signedIn(c, deps)
    const training: TrainingView = await hostOf(deps)
      .training()
      .catch((thrown: unknown) => {
        deps.log.error({ reason: reasonOf(thrown) }, 'web: the training jobs could not be read')
        throw new HttpProblem(503, 'Parley could not read the training jobs. Try again.', { retryAfter: 5 })
      })
    return c.json(training)
  })
}
