import type { Context, Hono } from 'hono'
import type { PersonRef } from '#core/person.ts'
import type { ComparisonBegun, CorrectionView, PersonView } from '../protocol.ts'
import type { HttpDeps, HttpEnv } from './app.ts'
import { check, readJson } from './body.ts'
import { comparison, correction, reason } from './form-shapes.ts'
import { hostOf, kept } from './host.ts'
import { HttpProblem, noMessage, noReply } from './problem.ts'
import { signedIn } from './session.ts'
import { reply as replyShape } from './shapes.ts'

/** Bytes: the longest message of a reply in any script, as JSON, with a little room. What is too long the core says. */
const CORRECTION_LIMIT = 200_000 * 6 + 4_096

/** What people say about a reply: why it was bad, what it should have said, and which of several is best (F1, F4). */
export function judgementRoutes(app: Hono<HttpEnv>, deps: HttpDeps): void {
  const { messages, earlier, firstTimes, clock } = deps

  /** A reply is named together with where it is shown: nobody reaches replies of other platforms from here. */
  const checkShown = async (c: Context, reply: string): Promise<void> => {
    const message = await messages.find(c.req.param('message') ?? '')
    if (message === undefined) throw noMessage()
    const isShown = message.reply === reply && message.finished
    if (!isShown && !(await earlier.all(message.id)).some((answer) => answer.reply === reply)) throw noReply()
  }

  app.put('/api/messages/:message/reason', async (c) => {
    const person = await signedIn(c, deps)
    const host = hostOf(deps)
    const { reply, tags, text, key } = await readJson(c, reason, clock)
    await checkShown(c, reply)
    const id = ['web', 'reason', reply, person.id, key].join(':')
    const explain = firstTimes.during(id, (at) =>
      host.feedback.explain({ id, reply, by: refTo(person), at, tags, text }),
    )
    return done(c, await kept(explain, 'the reason', deps))
  })

  app.get('/api/messages/:message/correction', async (c) => {
    await signedIn(c, deps)
    const host = hostOf(deps)
    const reply = check(replyShape, c.req.query('reply'))
    await checkShown(c, reply)
    const draft = await kept(host.feedback.draft(reply), 'the wish to write', deps)
    if ('say' in draft) throw new HttpProblem(409, draft.say)
    const answer: CorrectionView = draft
    return c.json(answer)
  })

  app.post('/api/messages/:message/correction', async (c) => {
    const person = await signedIn(c, deps)
    const host = hostOf(deps)
    const { reply, version, text, key } = await readJson(c, correction, clock, CORRECTION_LIMIT)
    await checkShown(c, reply)
    const id = ['web', 'correction', reply, person.id, key].join(':')
    const correct = firstTimes.during(id, (at) =>
      host.feedback.correct({ id, reply, by: refTo(person), at, version, text }),
    )
    return done(c, await kept(correct, 'the better reply', deps))
  })

  app.post('/api/messages/:message/comparison', async (c) => {
    const person = await signedIn(c, deps)
    const host = hostOf(deps)
    const { reply, key, answers } = await readJson(c, comparison, clock)
    await checkShown(c, reply)
    const id = ['web', 'comparison', reply, person.id, key].join(':')
    const wanted = answers === undefined ? {} : { answers }
    const begin = firstTimes.during(id, (at) =>
      host.comparisons.begin({ id, reply, by: refTo(person), at, ...wanted }),
    )
    const begun = await kept(begin, 'the wish to compare', deps)
    if ('say' in begun) throw new HttpProblem(409, begun.say)
    const answer: ComparisonBegun = begun
    return c.json(answer, 201)
  })
}

export const refTo = ({ id }: PersonView): PersonRef => ({ platform: 'web', id })

/** What the core does not take, it says in a sentence for the person. */
export function done(
  c: Context,
  outcome: { readonly ok: true } | { readonly ok: false; readonly say: string },
) {
  if (!outcome.ok) throw new HttpProblem(409, outcome.say)
  return c.body(null, 204)
}
