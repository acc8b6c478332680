import { expect, test } from 'vitest'
import { SurfaceError } from '#core/delivery/surface.ts'
import type { Question } from '#core/dialogue/question.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { freshKey, WebClient } from './client.ts'
import { newReply, replyTo, writing, written } from './recording-host.ts'
import { type Workspace, workspace } from './workspace.ts'

const { signal } = new AbortController()

test('a question becomes a thread, goes to the core as typed, and its reply is read back', async () => {
  await using space = await workspace()
  const { client, session } = await WebClient.signedIn(space.url, '  Ana   Maria ')
  const sent = await client.begin('what is a **monad**?\n\nplease', { channel: 'random' })

  const question = onlyQuestion(space)
  expect(question).toMatchObject({
    id: `web:${sent.thread.id}:${sent.message.id}`,
    thread: { platform: 'web', workspace: 'web', channel: 'random', root: sent.thread.id },
    speaker: { id: session.person?.id, name: 'Ana Maria' },
    text: 'what is a **monad**?\n\nplease',
    sentAt: sent.message.at,
  })
  expect(JSON.parse(JSON.stringify(question.place))).toEqual(question.place)
  expect(await space.web.past(question, signal)).toEqual([])

  const reply = replyTo(space.web, question)
  const [id] = await reply.grow('A monad')
  expect(await reply.finish('A monad is a lunch box.')).toEqual([id])
  const page = await client.thread(sent.thread.id)
  expect(page.messages.map(({ author, text, finished }) => [author?.name ?? null, text, finished])).toEqual([
    ['Ana Maria', 'what is a **monad**?\n\nplease', true],
    [null, 'A monad is a lunch box.', true],
  ])
  expect(page.thread).toMatchObject({
    title: 'what is a monad? please',
    preview: 'A monad is a lunch box.',
    size: 2,
  })
  expect(reply.surface.refer(String(id))).toEqual({
    platform: 'web',
    workspace: 'web',
    channel: 'random',
    message: id,
  })
})

test('T1: a question posted again, also at the same time and after a restart, is one question', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const [key, next] = [freshKey(), freshKey()]
  const begun = await Promise.all(Array.from({ length: 4 }, () => client.begin('once', { key })))
  const thread = begun[0]?.thread.id ?? ''
  await Promise.all(Array.from({ length: 4 }, () => client.follow(thread, 'and once more', next)))
  await space.restart()
  expect((await client.begin('once', { key })).thread.id).toBe(thread)
  await client.follow(thread, 'and once more', next)

  expect(space.host.questions.map(({ text }) => text)).toEqual(['once', 'and once more'])
  expect((await client.thread(thread)).messages.map(({ text }) => text)).toEqual(['once', 'and once more'])
  expect((await client.threads()).threads).toHaveLength(1)
})

test('T1: the same key from another person is another question', async () => {
  await using space = await workspace()
  const key = freshKey()
  const { client: ana } = await WebClient.signedIn(space.url, 'Ana')
  const { client: tom } = await WebClient.signedIn(space.url, 'Tom')
  const { thread } = await ana.begin('mine', { key })
  await tom.follow(thread.id, 'his', key)
  await ana.follow(thread.id, 'hers', key)
  expect(space.host.questions.map(({ text }) => text)).toEqual(['mine', 'his', 'hers'])
})

test('T1: a question that the core could not keep is not acknowledged, and the retry hands it over', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const key = freshKey()
  space.host.broken = true
  const refused = await client.send('POST', '/api/channels/general/threads', { text: 'hello', key })
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('2')
  space.host.broken = false
  const { thread } = await client.begin('hello', { key })
  expect(space.host.questions.map(({ text }) => text)).toEqual(['hello'])
  expect((await client.thread(thread.id)).messages).toHaveLength(1)
})

test('threads, messages, reactions, channels and sessions survive a restart', async () => {
  await using space = await workspace()
  const { client, session } = await WebClient.signedIn(space.url, 'Ana')
  await client.send('POST', '/api/channels', { name: '#Deep Work', about: 'Long answers' })
  const { thread } = await client.begin('keep this', { channel: 'deep-work' })
  const question = onlyQuestion(space)
  const [id] = await replyTo(space.web, question).finish('kept')
  await client.react(String(id), '🎉', true)
  const before = await client.thread(thread.id)
  await space.restart()
  expect(await client.thread(thread.id)).toEqual(before)
  expect((await client.threads('deep-work')).threads).toEqual([before.thread])
  const channels = await (await client.send('GET', '/api/channels')).json()
  expect(channels).toContainEqual({ id: 'deep-work', about: 'Long answers' })
  expect(await (await client.send('GET', '/api/session')).json()).toMatchObject({ person: session.person })
})

test('T3: a reply begun before a restart goes on in the message that shows it, noted by the core or not', async () => {
  for (const noted of [true, false]) {
    await using space = await workspace()
    const { client } = await WebClient.signedIn(space.url, 'Ana')
    const { thread } = await client.begin('a long one')
    const question = onlyQuestion(space)
    const reply = newReply()
    const shown = await replyTo(space.web, question, [], reply).grow('first half')
    await space.restart()
    const again = replyTo(space.web, question, noted ? shown : [], noted ? reply : newReply())
    expect(await again.finish('first half, second half')).toEqual(shown)
    expect((await client.thread(thread.id)).messages.map(({ text }) => text)).toEqual([
      'a long one',
      'first half, second half',
    ])
  }
})

test('T5: another reply to the same question is another message, once the first has finished', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const { thread } = await client.begin('again, please')
  const question = onlyQuestion(space)
  await replyTo(space.web, question).finish('one')
  await replyTo(space.web, question).finish('two')
  expect((await client.thread(thread.id)).messages.map(({ text }) => text)).toEqual([
    'again, please',
    'one',
    'two',
  ])
})

test('D7: a reply whose process never came back is not shown as being written for ever', async () => {
  const clock = new VirtualClock(Date.now())
  await using space = await workspace({ clock })
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const { thread } = await client.begin('hello')
  const question = onlyQuestion(space)
  await replyTo(space.web, question).grow('half a w')
  const isFinished = async () => (await client.thread(thread.id)).messages.at(-1)?.finished
  await clock.advance(3_600_000)
  expect(await isFinished()).toBe(false)
  await space.restart()
  expect(await isFinished()).toBe(true)
})

test('D1: parts are messages; fewer parts than before take the extra ones away', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const { thread } = await client.begin('in parts')
  const question = onlyQuestion(space)
  const surface = space.web.open(question.place, [], newReply())
  const texts = async () => (await client.thread(thread.id)).messages.slice(1).map(({ text }) => text)
  await surface.show(writing('one', 'two', 'three'), signal)
  expect(await texts()).toEqual(['one', 'two', 'three'])
  const ids = await surface.show(written('one', 'two and three'), signal)
  expect(await texts()).toEqual(['one', 'two and three'])
  expect(await surface.show(written('one', 'two and three'), signal)).toEqual(ids)
})

test('a surface says what went wrong: no such thread, a store that is down', async () => {
  await using space = await workspace()
  const nowhere = space.web.open(
    { channel: 'general', thread: '0'.repeat(20), question: 'web:x:y' },
    [],
    newReply(),
  )
  const view = written('hello')
  await expect(nowhere.show(view, signal)).rejects.toMatchObject({ fault: { kind: 'gone' } })
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  await client.begin('hello')
  const surface = space.web.open(space.host.questions[0]?.place, [], newReply())
  const { setMany } = space.store
  space.store.setMany = () => Promise.reject(new Error('disk full'))
  const failure = surface.show(view, signal)
  await expect(failure).rejects.toBeInstanceOf(SurfaceError)
  await expect(failure).rejects.toMatchObject({ fault: { kind: 'unavailable' } })
  space.store.setMany = setMany
  expect(await surface.show(view, signal)).toHaveLength(1)
})

test('F1: reactions toggle; every change reaches the core once, under an id of its own', async () => {
  await using space = await workspace()
  const { client, session } = await WebClient.signedIn(space.url, 'Ana')
  const { thread } = await client.begin('react')
  const question = onlyQuestion(space)
  const [id = ''] = await replyTo(space.web, question).finish('ok')
  for (const on of [true, true, false, false, true]) await client.react(id, '👍', on)
  expect(space.host.reactions.map(({ kind }) => kind)).toEqual([
    'reaction_added',
    'reaction_removed',
    'reaction_added',
  ])
  expect(new Set(space.host.reactions.map((each) => each.id)).size).toBe(3)
  expect(space.host.reactions[0]).toMatchObject({
    message: { platform: 'web', workspace: 'web', channel: 'general', message: id },
    rater: session.person?.id,
    value: '👍',
  })
  const { messages } = await client.thread(thread.id)
  expect(messages.at(-1)?.reactions).toEqual([{ emoji: '👍', people: [session.person] }])
})

test('F1: a reaction that the core could not keep is not shown, and the retry has the same id', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const { message } = await client.begin('react')
  space.host.broken = true
  await expect(client.react(message.id, '👎', true)).rejects.toThrow('500')
  space.host.broken = false
  const { set } = space.store
  space.store.set = () => Promise.reject(new Error('disk full'))
  await expect(client.react(message.id, '👎', true)).rejects.toThrow('500')
  space.store.set = set
  await client.react(message.id, '👎', true)
  const [first, second] = space.host.reactions
  expect(first?.id).toBeDefined()
  expect(second?.id).toBe(first?.id)
})

test.each(['漢', '\u0001', '👍'])(
  'T1: the longest question is accepted in any script: %j',
  async (character) => {
    await using space = await workspace()
    const { client } = await WebClient.signedIn(space.url, 'Ana')
    const text = character.repeat(30_000 / character.length)
    expect((await client.begin(text)).message.text).toBe(text)
    expect(onlyQuestion(space).text).toBe(text)
    await expect(client.begin(`${text}!`)).rejects.toThrow('text: at most 30000 characters')
  },
)

test.each([
  ['word '.repeat(40), `${'word '.repeat(18).trim()} …`],
  ['漢'.repeat(200), `${'漢'.repeat(90)} …`],
  [`a${'👍'.repeat(60)}`, `a${'👍'.repeat(44)} …`],
])(
  'a long title is cut between words, and where it is full when there are no blanks',
  async (text, title) => {
    await using space = await workspace()
    const { client } = await WebClient.signedIn(space.url, 'Ana')
    expect((await client.begin(text)).thread.title).toBe(title)
  },
)

test('C5: long threads and lists are read in windows that join without a gap', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const { thread } = await client.begin('message 0')
  for (let n = 1; n < 130; n += 1) await client.follow(thread.id, `message ${n}`)
  for (let n = 0; n < 60; n += 1) await client.begin(`thread ${n}`, { channel: 'random' })

  const newest = await client.thread(thread.id)
  const older = await client.thread(thread.id, newest.messages[0]?.id)
  expect([newest.more, older.more]).toEqual([true, false])
  expect([...older.messages, ...newest.messages].map(({ text }) => text)).toEqual(
    Array.from({ length: 130 }, (_, n) => `message ${n}`),
  )
  const first = await client.threads('random')
  const rest = await client.threads('random', first.threads.at(-1)?.id)
  expect([first.more, rest.more]).toEqual([true, false])
  expect([...first.threads, ...rest.threads].map(({ title }) => title)).toEqual(
    Array.from({ length: 60 }, (_, n) => `thread ${59 - n}`),
  )
})

test('T7: after the stop nothing is taken in, and replies still reach their readers', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const { thread } = await client.begin('hello')
  const reply = replyTo(space.web, onlyQuestion(space))
  await reply.grow('one')
  await space.web.stop()
  await expect(client.follow(thread.id, 'too late')).rejects.toThrow('503')
  await reply.finish('one two')
  expect((await client.thread(thread.id)).messages.map(({ text }) => text)).toEqual(['hello', 'one two'])
})

function onlyQuestion({ host }: Workspace): Question {
  const [question, ...more] = host.questions
  if (question === undefined || more.length > 0)
    throw new Error(`${host.questions.length} questions were accepted`)
  return question
}
