import type { Hono } from 'hono'
import { refer } from '../place.ts'
import { questionId } from '../workspace/records.ts'
import type { HttpDeps, HttpEnv } from './app.ts'
import { readJson } from './body.ts'
import { hostOf, kept } from './host.ts'
import { HttpProblem, noMessage } from './problem.ts'
import { signedIn } from './session.ts'
import { edit } from './shapes.ts'

/** Second thoughts about what one has said oneself (rule T6). */
export function ownMessageRoutes(app: Hono<HttpEnv>, deps: HttpDeps): void {
  const { ownMessages, clock } = deps

  app.put('/api/messages/:message', async (c) => {
    const person = await signedIn(c, deps)
    const host = hostOf(deps)
    const { text, key } = await readJson(c, edit, clock)
    const outcome = await ownMessages.edit(
      c.req.param('message'),
      { person, text },
      ({ thread, id }, _, at) =>
        kept(host.edited({ question: questionId(thread, id), version: key, text, at }), 'the change', deps),
    )
    if (outcome === 'unknown') throw noMessage()
    if (outcome === 'foreign') throw notYours()
    return c.json(outcome)
  })

  app.delete('/api/messages/:message', async (c) => {
    const person = await signedIn(c, deps)
    const host = hostOf(deps)
    const outcome = await ownMessages.remove(c.req.param('message'), person, ({ thread, id }, channel, at) =>
      kept(
        host.deleted({ question: questionId(thread, id), message: refer(channel, id), at }),
        'the deletion',
        deps,
      ),
    )
    if (outcome === 'unknown') throw noMessage()
    if (outcome === 'foreign') throw notYours()
    return c.body(null, 204)
  })
}

const notYours = (): HttpProblem =>
  new HttpProblem(403, 'Only your own messages can be changed.', { field: 'message' })
