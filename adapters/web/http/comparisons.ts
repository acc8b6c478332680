import type { Context, Hono } from 'hono'
import type { BallotView } from '../protocol.ts'
import type { HttpDeps, HttpEnv } from './app.ts'
import { check, readJson } from './body.ts'
import { ranking } from './form-shapes.ts'
import { hostOf, kept } from './host.ts'
import { done, refTo } from './judgements.ts'
import { HttpProblem } from './problem.ts'
import { signedIn } from './session.ts'
import { taskName } from './shapes.ts'

/** Milliseconds that a request waits for answers that are being drawn; less than any proxy waits for us. */
const BALLOT_WAIT_MS = 12_000

/** Answers to one question, ranked blind (rule F6). A comparison's name cannot be guessed. */
export function comparisonRoutes(app: Hono<HttpEnv>, deps: HttpDeps): void {
  const { firstTimes, clock } = deps
  const taskOf = (c: Context): string => check(taskName, c.req.param('task'))

  app.get('/api/comparisons/:task', async (c) => {
    const person = await signedIn(c, deps)
    const host = hostOf(deps)
    const task = taskOf(c)
    const over = new AbortController()
    const ballot = host.comparisons.ballot(task, refTo(person), over.signal)
    const late = clock
      .sleep(BALLOT_WAIT_MS, over.signal)
      .then((): { readonly drawing: true } => ({ drawing: true }))
    // Whichever is second ends by the abort below, and nobody asks any more.
    for (const either of [ballot, late]) either.catch(() => undefined)
    const found = await kept(Promise.race([ballot, late]), 'the answers to compare', deps).finally(() =>
      over.abort(),
    )
    if ('say' in found) throw new HttpProblem(409, found.say)
    const answer: BallotView = found
    return c.json(answer, 'drawing' in found ? 202 : 200)
  })

  app.put('/api/comparisons/:task/ranking', async (c) => {
    const person = await signedIn(c, deps)
    const host = hostOf(deps)
    const { key, order, allBad, reason, spentMs } = await readJson(c, ranking, clock)
    const task = taskOf(c)
    const id = ['web', 'ranking', task, person.id, key].join(':')
    const rank = firstTimes.during(id, (at) =>
      host.comparisons.rank({
        ...{ id, task, by: refTo(person), at, order, allBad },
        ...(reason === undefined ? {} : { reason }),
        ...(spentMs === undefined ? {} : { spentMs: Math.round(spentMs) }),
      }),
    )
    return done(c, await kept(rank, 'the ranking', deps))
  })
}
