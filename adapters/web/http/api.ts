import type { Context, Hono } from 'hono'
import { reasonOf } from '#core/errors.ts'
import { placeOf, refer, threadOf } from '../place.ts'
import type { PersonView, Sent, ThreadPage } from '../protocol.ts'
import { type MessageRecord, questionId } from '../workspace/records.ts'
import type { HttpDeps, HttpEnv } from './app.ts'
import { check, readJson } from './body.ts'
import { hostOf } from './host.ts'
import { HttpProblem, noMessage, noThread } from './problem.ts'
import { current, signedIn } from './session.ts'
import { emoji, newChannel, question } from './shapes.ts'
import { eventStream } from './stream.ts'

/** Open event streams at once; each holds a socket. */
const READER_LIMIT = 256
/** More revisions than a message ever has; padding makes them compare as text. */
const REVISION_DIGITS = 12

/** Channels, threads, questions, reactions and events. Everything here is for people who have signed in. */
export function apiRoutes(app: Hono<HttpEnv>, deps: HttpDeps): void {
  const { channels, threads, replies, events, votes, clock } = deps

  const knownChannel = async (c: Context): Promise<string> => {
    const id = c.req.param('channel') ?? ''
    if (await channels.has(id)) return id
    throw new HttpProblem(404, 'channel: there is none of this name', { field: 'channel' })
  }

  /** A retry comes here too: the core knows a question that it has already accepted (rule T1). */
  const handOver = async ({ thread, message }: Sent, person: PersonView): Promise<void> => {
    const id = questionId(thread.id, message.id)
    await hostOf(deps)
      .accept({
        id,
        thread: threadOf(thread.channel, thread.id),
        speaker: { id: person.id, name: person.name },
        text: message.text,
        sentAt: message.at,
        place: placeOf({ channel: thread.channel, thread: thread.id, question: id }),
      })
      .catch((thrown: unknown) => {
        deps.log.error({ question: id, reason: reasonOf(thrown) }, 'web: a question was not accepted')
        throw new HttpProblem(503, 'Parley could not keep the question. Try again.', { retryAfter: 2 })
      })
  }

  app.get('/api/channels', async (c) => {
    await signedIn(c, deps)
    return c.json(await channels.all())
  })

  app.post('/api/channels', async (c) => {
    await signedIn(c, deps)
    hostOf(deps)
    const { name, about } = await readJson(c, newChannel, clock)
    const channel = await channels.add({ id: name, about: about ?? '' })
    if (channel === 'full')
      throw new HttpProblem(409, 'name: there are as many channels as there can be', { field: 'name' })
    return c.json(channel, 201)
  })

  app.get('/api/channels/:channel/threads', async (c) => {
    await signedIn(c, deps)
    return c.json(await threads.list(await knownChannel(c), c.req.query('before')))
  })

  app.post('/api/channels/:channel/threads', async (c) => {
    const person = await signedIn(c, deps)
    const channel = await knownChannel(c)
    hostOf(deps)
    const sent = await threads.begin(channel, { person, ...(await readJson(c, question, clock)) })
    if (sent === 'deleted') throw takenBack()
    await handOver(sent, person)
    return c.json(sent, 201)
  })

  app.get('/api/threads/:thread', async (c) => {
    const person = await signedIn(c, deps)
    const page = await threads.read(c.req.param('thread'), c.req.query('before'))
    if (page === undefined) throw noThread()
    const shown = page.messages.flatMap(({ reply }) => (reply === null ? [] : [reply]))
    const own = await votes.of(person.id, [...new Set(shown)])
    const answer: ThreadPage = { ...page, working: replies.workingOn(page.thread.id), votes: own }
    return c.json(answer)
  })

  app.post('/api/threads/:thread/messages', async (c) => {
    const person = await signedIn(c, deps)
    hostOf(deps)
    const sent = await threads.follow(c.req.param('thread'), {
      person,
      ...(await readJson(c, question, clock)),
    })
    if (sent === 'unknown') throw noThread()
    if (sent === 'deleted') throw takenBack()
    await handOver(sent, person)
    return c.json(sent, 201)
  })

  const react = async (c: Context, on: boolean): Promise<Response> => {
    const person = await signedIn(c, deps)
    const value = check(emoji, c.req.param('emoji'))
    const host = hostOf(deps)
    const tell = (message: MessageRecord, channel: string): Promise<void> =>
      host.react({
        // A revision belongs to one change, so a retry of this one has this id and no other has it (rule F1).
        id: ['web', message.id, message.rev, person.id, value, on ? 'on' : 'off'].join(':'),
        kind: on ? 'reaction_added' : 'reaction_removed',
        message: refer(channel, message.id),
        rater: person.id,
        value,
        at: clock.now(),
        order: `r${String(message.rev).padStart(REVISION_DIGITS, '0')}`,
      })
    const outcome = await threads.react(c.req.param('message') ?? '', { person, emoji: value, on }, tell)
    switch (outcome) {
      case 'unknown':
        throw noMessage()
      case 'full':
        throw new HttpProblem(409, 'emoji: this message has as many reactions as it can hold', {
          field: 'emoji',
        })
      case 'done':
        return c.body(null, 204)
    }
  }
  app.put('/api/messages/:message/reactions/:emoji', (c) => react(c, true))
  app.delete('/api/messages/:message/reactions/:emoji', (c) => react(c, false))

  app.get('/api/events', async (c) => {
    await signedIn(c, deps)
    if (events.readers >= READER_LIMIT)
      throw new HttpProblem(503, 'Too many pages are open. Close some.', { retryAfter: 30 })
    const stream = eventStream(events, clock, {
      // A browser names the last event itself when it resumes; a page that opens a new stream can only ask.
      lastEventId: c.req.header('last-event-id') ?? c.req.query('after'),
      isSignedIn: async () => (await current(c, deps)) !== undefined,
      hangUp: () => c.env.outgoing.destroy(),
    })
    return c.body(stream, 200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    })
  })
}

const takenBack = (): HttpProblem =>
  new HttpProblem(410, 'This message was sent before, and then deleted.', { field: 'key' })
