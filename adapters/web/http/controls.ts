import type { Context, Hono } from 'hono'
import type { EarlierView, Stopped } from '../protocol.ts'
import type { MessageRecord } from '../workspace/records.ts'
import type { HttpDeps, HttpEnv } from './app.ts'
import { readJson } from './body.ts'
import { hostOf, kept } from './host.ts'
import { HttpProblem, noMessage, noReply, noThread } from './problem.ts'
import { signedIn } from './session.ts'
import { again, stop, vote } from './shapes.ts'

/** What people press at the assistant's replies: stop, good, bad, try again, and the answers before (rule T5). */
export function controlRoutes(app: Hono<HttpEnv>, deps: HttpDeps): void {
  const { messages, replies, earlier, votes, clock } = deps

  const messageOf = async (c: Context): Promise<MessageRecord> => {
    const found = await messages.find(c.req.param('message') ?? '')
    if (found === undefined) throw noMessage()
    return found
  }

  // A reply is named together with where it is shown: nobody reaches replies of other platforms from here.
  app.post('/api/threads/:thread/stop', async (c) => {
    await signedIn(c, deps)
    const host = hostOf(deps)
    const { reply } = await readJson(c, stop, clock)
    const thread = c.req.param('thread')
    if ((await messages.head(thread)) === undefined) throw noThread()
    const stopped = (await replies.isUnderWay(thread, reply)) && (await host.stop({ reply }))
    const answer: Stopped = { stopped }
    return c.json(answer)
  })

  app.put('/api/messages/:message/vote', async (c) => {
    const person = await signedIn(c, deps)
    const host = hostOf(deps)
    const { reply, value } = await readJson(c, vote, clock)
    const message = await messageOf(c)
    const isShown = message.reply === reply && message.controls?.includes(value)
    if (!isShown && !(await earlier.all(message.id)).some((answer) => answer.reply === reply)) throw noReply()
    const pressed = { reply, rater: person.id, value, at: clock.now() }
    const isKnown = await votes.cast(pressed, (cast) => kept(host.vote(cast), 'the vote', deps))
    if (!isKnown) throw noReply()
    return c.body(null, 204)
  })

  app.post('/api/messages/:message/regenerate', async (c) => {
    const person = await signedIn(c, deps)
    const host = hostOf(deps)
    const { reply, key } = await readJson(c, again, clock)
    const message = await messageOf(c)
    // A press that comes again finds that its work has begun.
    const isShown = message.reply === reply
    if (!isShown && !(await earlier.all(message.id)).some((answer) => answer.reply === reply)) throw noReply()
    const id = ['web', 'regenerate', reply, person.id, key].join(':')
    const by = { id: person.id, name: person.name }
    const outcome = await kept(
      host.regenerate({ id, reply, by, at: clock.now() }),
      'the wish for another answer',
      deps,
    )
    switch (outcome) {
      case 'accepted':
      case 'duplicate':
        return c.body(null, 204)
      case 'outdated':
        throw new HttpProblem(
          409,
          'The conversation has gone on. Only the newest answer can be done again.',
          {
            field: 'reply',
          },
        )
      case 'unasked':
        throw new HttpProblem(409, 'The question was deleted, so it is not answered again.', {
          field: 'reply',
        })
      case 'unknown':
        throw noReply()
    }
  })

  app.get('/api/messages/:message/earlier/:nth', async (c) => {
    const person = await signedIn(c, deps)
    const nth = c.req.param('nth')
    const message = await messageOf(c)
    const found = /^\d{1,6}$/.test(nth) ? await earlier.find(message.id, Number(nth)) : undefined
    if (found === undefined) throw new HttpProblem(404, 'nth: there is no such answer', { field: 'nth' })
    const { reply = null, text } = found
    const own = reply === null ? {} : await votes.of(person.id, [reply])
    const answer: EarlierView = { reply, text, vote: reply === null ? null : (own[reply] ?? null) }
    return c.json(answer)
  })
}
