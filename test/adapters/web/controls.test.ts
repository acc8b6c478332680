import fc from 'fast-check'
import { expect, test } from 'vitest'
import { questionsOf } from '#adapters/web/workspace/earlier.ts'
import type { MessageRecord } from '#adapters/web/workspace/records.ts'
import type { Question } from '#core/dialogue/question.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { freshKey, WebClient } from './client.ts'
import { newReply, replyTo, writing, written } from './recording-host.ts'
import { type Workspace, workspace } from './workspace.ts'

const { signal } = new AbortController()

interface Asked {
  readonly client: WebClient
  readonly person: string
  readonly thread: string
  readonly question: Question
}

async function asked(space: Workspace, text = 'a name for the bot'): Promise<Asked> {
  const { client, session } = await WebClient.signedIn(space.url, 'Ana')
  const { thread } = await client.begin(text)
  const question = space.host.questions.at(-1)
  if (question === undefined || session.person === null) throw new Error('no question')
  return { client, person: session.person.id, thread: thread.id, question }
}
const newest = async ({ client, thread }: Asked) => {
  const message = (await client.thread(thread)).messages.at(-1)
  if (message === undefined) throw new Error('an empty thread')
  return message
}
const status = async (work: Promise<unknown>) =>
  work.then(
    () => 'fine',
    (thrown: Error) => thrown.message.slice(0, 3),
  )

test('T5: a reply shows stop while it is written and the rest when it is finished, below its last part', async () => {
  await using space = await workspace()
  const at = await asked(space)
  const reply = replyTo(space.web, at.question)
  await reply.surface.show(writing('one', 'two'), signal)
  const controls = async () =>
    (await at.client.thread(at.thread)).messages.map((each) => [each.reply, each.controls])
  expect(await controls()).toEqual([
    [null, []],
    [reply.name, []],
    [reply.name, ['stop']],
  ])
  await space.restart()
  expect((await controls()).at(-1)).toEqual([reply.name, ['stop']])
  await replyTo(space.web, at.question, [`${at.thread}.1`, `${at.thread}.2`], reply.name).surface.show(
    { ...written('one', 'two'), controls: ['regenerate'] },
    signal,
  )
  expect((await controls()).at(-1)).toEqual([reply.name, ['regenerate']])
})

test('T5: stop reaches the core for a reply of this thread that is not finished, and for no other', async () => {
  await using space = await workspace()
  const at = await asked(space)
  const reply = replyTo(space.web, at.question)
  const stop = (name: string) => at.client.stop(at.thread, name)
  expect(await stop(reply.name)).toEqual({ stopped: false })
  await reply.surface.working(signal)
  expect(await stop(reply.name)).toEqual({ stopped: true })
  await reply.grow('Half')
  await space.restart()
  expect(await stop(reply.name)).toEqual({ stopped: true })
  expect(space.host.stops).toEqual([{ reply: reply.name }, { reply: reply.name }])
  space.host.known = false
  expect(await stop(reply.name)).toEqual({ stopped: false })
  expect(await stop('a-reply-on-slack')).toEqual({ stopped: false })
  expect(await status(at.client.stop('0'.repeat(20), reply.name))).toBe('404')
  expect(space.host.stops).toHaveLength(3)
})

test('T5: an answer that takes the place of another keeps it, in the same message, also after a restart', async () => {
  await using space = await workspace()
  const at = await asked(space)
  const first = replyTo(space.web, at.question)
  const shown = await first.finish('Echo')
  await at.client.react(String(shown[0]), '🎉', true)
  const second = replyTo(space.web, at.question, shown)
  expect(await second.grow('Mir')).toEqual(shown)
  await space.restart()
  // What an attempt before this one has kept is kept once.
  await replyTo(space.web, at.question, shown, second.name).grow('Mirr')
  await replyTo(space.web, at.question, shown, second.name).finish('Mirror')
  await replyTo(space.web, at.question, shown).finish('Chorus')
  const message = await newest(at)
  expect(message).toMatchObject({ text: 'Chorus', earlier: 2, reactions: [] })
  expect((await at.client.thread(at.thread)).messages).toHaveLength(2)
  expect([await at.client.earlier(message.id, 0), await at.client.earlier(message.id, 1)]).toEqual([
    { reply: first.name, text: 'Echo', vote: null },
    { reply: second.name, text: 'Mirror', vote: null },
  ])
  for (const nth of ['2', '-1', 'x', '1e1', '00000001'])
    expect(await status(at.client.earlier(message.id, nth as unknown as number))).toBe('404')
})

test('T5: an answer of several messages is one earlier answer; half an answer is none', async () => {
  await using space = await workspace()
  const at = await asked(space)
  const long = replyTo(space.web, at.question)
  const shown = await long.surface.show(written('one', 'two', 'three'), signal)
  await replyTo(space.web, at.question, shown).finish('short')
  const message = await newest(at)
  expect(message).toMatchObject({ text: 'short', earlier: 1 })
  expect((await at.client.earlier(message.id, 0)).text).toBe('one\ntwo\nthree')

  await at.client.follow(at.thread, 'next')
  const question = space.host.questions[1] ?? raise()
  const half = await replyTo(space.web, question).grow('half a')
  await replyTo(space.web, question, half).finish('whole')
  expect(await newest(at)).toMatchObject({ text: 'whole', earlier: 0 })
})

test('T6: an answer to words that were changed since is no alternative to the next one', async () => {
  const clock = new VirtualClock(Date.now())
  await using space = await workspace({ clock })
  const at = await asked(space, 'what is a monoid?')
  const pass = () => clock.advance(1_000)
  let shown = await replyTo(space.web, at.question).finish('A set.')
  await pass()
  shown = await replyTo(space.web, at.question, shown).finish('A set with an operation.')
  expect(await newest(at)).toMatchObject({ earlier: 1 })
  await pass()
  await at.client.edit(`${at.thread}.0`, 'what is a monad?')
  await pass()
  shown = await replyTo(space.web, at.question, shown).finish('A lunch box.')
  expect(await newest(at)).toMatchObject({ text: 'A lunch box.', earlier: 0 })
  expect(await status(at.client.earlier(String(shown[0]), 0))).toBe('404')

  // What an older answer was to stays what it was: this one is another candidate.
  await at.client.follow(at.thread, 'and a functor?')
  const next = space.host.questions[1] ?? raise()
  const second = await replyTo(space.web, next).finish('A box.')
  await pass()
  await at.client.edit(`${at.thread}.0`, 'what is a monad, please?')
  await pass()
  await replyTo(space.web, next, second).finish('A container.')
  expect(await newest(at)).toMatchObject({ text: 'A container.', earlier: 1 })
  for (const value of await everything(space)) expect(value).not.toContain('A set')
})

test('the questions that a reply answers are those after what the reply before it answers', () => {
  const person = { id: 'u', name: 'Ana' }
  const thread = '0'.repeat(20)
  const said = (seq: number, answers?: number): MessageRecord => ({
    ...{ id: `${thread}.${seq}`, thread, seq, text: '', at: 0, rev: 1, finished: true, reactions: [] },
    touched: 0,
    ...(answers === undefined
      ? { author: person }
      : { author: null, answers: `web:${thread}:${thread}.${answers}` }),
  })
  // One question; two that came while it was answered; then both replies.
  const talk = [said(0), said(1), said(2), said(3, 0), said(4, 2)]
  const seqs = (nth: number) => questionsOf(talk[nth] ?? raise(), talk.slice(0, nth)).map(({ seq }) => seq)
  expect(seqs(3)).toEqual([0])
  expect(seqs(4)).toEqual([1, 2])
})

test('F1: one press is one vote, under an id and a time of its own; only oneself sees it', async () => {
  const clock = new VirtualClock(1_000_000)
  await using space = await workspace({ clock })
  const at = await asked(space)
  const first = replyTo(space.web, at.question)
  const shown = await first.finish('Echo')
  const id = String(shown[0])
  const { client: tom } = await WebClient.signedIn(space.url, 'Tom')
  space.host.broken = true
  expect(await status(at.client.vote(id, first.name, 'good'))).toBe('503')
  expect((await at.client.thread(at.thread)).votes).toEqual({})
  space.host.broken = false
  await clock.advance(5_000)
  for (const value of ['good', 'good', 'bad', 'bad', 'good'] as const)
    await at.client.vote(id, first.name, value)
  await tom.vote(id, first.name, 'bad')
  const { votes } = space.host
  expect(votes.map(({ rater, value }) => [rater === at.person, value])).toEqual([
    [true, 'good'],
    [true, 'bad'],
    [true, 'good'],
    [false, 'bad'],
  ])
  expect(votes[0]).toMatchObject({ platform: 'web', reply: first.name, at: 1_000_000 })
  expect(new Set(votes.map((vote) => vote.id)).size).toBe(4)
  await space.restart()
  expect((await at.client.thread(at.thread)).votes).toEqual({ [first.name]: 'good' })
  expect((await tom.thread(at.thread)).votes).toEqual({ [first.name]: 'bad' })

  const second = replyTo(space.web, at.question, shown)
  await second.finish('Mirror')
  await tom.vote(id, first.name, 'good')
  await tom.vote(id, second.name, 'bad')
  expect((await tom.earlier(id, 0)).vote).toBe('good')
  expect((await tom.thread(at.thread)).votes).toEqual({ [second.name]: 'bad' })
})

test('F1: a vote that was lost on its way keeps its id and its time when it is given again', async () => {
  const clock = new VirtualClock(1_000_000)
  await using space = await workspace({ clock })
  const at = await asked(space)
  const reply = replyTo(space.web, at.question)
  const [id = ''] = await reply.finish('Echo')
  const { set } = space.store
  space.store.set = (key, value, ttl) =>
    String(key).startsWith('vote/') && space.host.votes.length > 0
      ? Promise.reject(new Error('disk full'))
      : set.call(space.store, key, value, ttl)
  expect(await status(at.client.vote(id, reply.name, 'good'))).toBe('500')
  space.store.set = set
  await clock.advance(60_000)
  await at.client.vote(id, reply.name, 'good')
  const [first, second] = space.host.votes
  expect(first).toBeDefined()
  expect(second).toEqual(first)
})

test('S6: only replies that are shown here can be judged or done again, and only with what they offer', async () => {
  await using space = await workspace()
  const at = await asked(space)
  const failed = replyTo(space.web, at.question)
  const [id = ''] = await failed.surface.show({ ...written('Sorry'), controls: ['regenerate'] }, signal)
  const writingNow = replyTo(space.web, at.question)
  const [growing = ''] = await writingNow.grow('Hal')
  expect(await status(at.client.vote(id, failed.name, 'good'))).toBe('404')
  expect(await status(at.client.vote(growing, writingNow.name, 'good'))).toBe('404')
  expect(await status(at.client.vote(id, 'a-reply-on-slack', 'good'))).toBe('404')
  expect(await status(at.client.vote(`${at.thread}.0`, failed.name, 'good'))).toBe('404')
  expect(await status(at.client.regenerate(id, 'a-reply-on-slack'))).toBe('404')
  expect(await status(at.client.regenerate(`${at.thread}.9`, failed.name))).toBe('404')
  expect([space.host.votes, space.host.regenerations]).toEqual([[], []])
})

test('T5: one press on "try again" has one id however often it comes, and says why it cannot be done', async () => {
  await using space = await workspace()
  const at = await asked(space)
  const reply = replyTo(space.web, at.question)
  const [id = ''] = await reply.finish('Echo')
  const key = freshKey()
  space.host.broken = true
  expect(await status(at.client.regenerate(id, reply.name, key))).toBe('503')
  space.host.broken = false
  await at.client.regenerate(id, reply.name, key)
  space.host.regeneration = 'duplicate'
  await replyTo(space.web, at.question, [id]).grow('Mir')
  await at.client.regenerate(id, reply.name, key)
  await at.client.regenerate(id, reply.name)
  const ids = space.host.regenerations.map((request) => request.id)
  expect([ids.length, new Set(ids).size, ids[0] === ids[1]]).toEqual([3, 2, true])
  expect(space.host.regenerations[0]).toMatchObject({ reply: reply.name, by: { id: at.person, name: 'Ana' } })
  space.host.regeneration = 'outdated'
  expect(await status(at.client.regenerate(id, reply.name))).toBe('409')
  space.host.regeneration = 'unasked'
  expect(await status(at.client.regenerate(id, reply.name))).toBe('409')
  space.host.regeneration = 'unknown'
  expect(await status(at.client.regenerate(id, reply.name))).toBe('404')
})

test('S6: nothing of this without a session, after the stop, or with junk', async () => {
  await using space = await workspace()
  const at = await asked(space)
  const reply = replyTo(space.web, at.question)
  const [id = ''] = await reply.finish('Echo')
  const before = await at.client.thread(at.thread)
  const routes = [
    ['POST', `/api/threads/${at.thread}/stop`],
    ['PUT', `/api/messages/${id}/vote`],
    ['POST', `/api/messages/${id}/regenerate`],
    ['PUT', `/api/messages/${at.thread}.0`],
  ] as const
  const stranger = new WebClient(space.url)
  for (const [method, path] of [...routes, ['DELETE', `/api/messages/${at.thread}.0`] as const])
    expect([path, (await stranger.send(method, path, {})).status]).toEqual([path, 401])
  expect((await stranger.send('GET', `/api/messages/${id}/earlier/0`)).status).toBe(401)
  const text = fc.oneof(
    fc.constantFrom('', ' ', '\0', '../..', 'good '),
    fc.string({ maxLength: 80 }),
    fc.nat(),
  )
  const junk = fc.oneof(
    fc.jsonValue(),
    fc.record({ reply: text, value: text, key: text, text: fc.constantFrom('', '\0', 7, null) }),
    fc.record({ reply: fc.constantFrom('', 'x y', 'r'.repeat(65), null, {}), key: fc.constant('12345678') }),
    fc.record({ reply: fc.constant(reply.name), value: fc.constantFrom('ok', null, ['good']) }),
    fc.record({ text: fc.constantFrom('', ' ', '\0', '\ud800'), key: fc.constant('12345678') }),
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), junk, async ([method, path], body) => {
      const answer = await at.client.send(method, path, JSON.stringify(body), {
        'content-type': 'application/json',
      })
      return answer.status >= 400 && answer.status < 500
    }),
    { numRuns: 120 },
  )
  expect(await at.client.thread(at.thread)).toEqual(before)
  const { host } = space
  expect([host.stops, host.votes, host.regenerations, host.edits, host.deletions]).toEqual([
    [],
    [],
    [],
    [],
    [],
  ])
  await space.web.stop()
  expect(await status(at.client.vote(id, reply.name, 'good'))).toBe('503')
  expect(await status(at.client.edit(`${at.thread}.0`, 'late'))).toBe('503')
  expect(await status(at.client.remove(`${at.thread}.0`))).toBe('503')
})

test('T5: an answer whose process never came back can be asked for again', async () => {
  const clock = new VirtualClock(Date.now())
  await using space = await workspace({ clock })
  const at = await asked(space)
  const reply = newReply()
  await replyTo(space.web, at.question, [], reply).grow('half a w')
  await space.restart()
  await clock.advance(3_600_000)
  expect(await newest(at)).toMatchObject({ finished: true, controls: ['regenerate'], reply })
})

/** Every value in the store, as text. */
async function everything({ store }: Workspace): Promise<readonly string[]> {
  const values: string[] = []
  for await (const [key, value] of store.iterator()) values.push(JSON.stringify([key, value]))
  return values
}

function raise(): never {
  throw new Error('there should be one')
}
