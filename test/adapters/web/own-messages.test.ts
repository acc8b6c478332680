import { expect, test } from 'vitest'
import { freshKey, WebClient } from './client.ts'
import { replyTo } from './recording-host.ts'
import { workspace } from './workspace.ts'

const status = async (work: Promise<unknown>) =>
  work.then(
    () => 'fine',
    (thrown: Error) => thrown.message.slice(0, 3),
  )

test('T6: a changed question reaches the core under its id, is marked, and renames its thread', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const { thread, message } = await client.begin('what is a monoid?')
  await using events = await client.events()
  await events.until((heard) => heard.length > 0)
  const changed = await client.edit(message.id, 'what is a **monad**?', 'version-1')
  expect(changed).toMatchObject({ text: 'what is a **monad**?', edited: true, at: message.at })
  expect(space.host.edits).toEqual([
    {
      question: space.host.questions[0]?.id,
      version: 'version-1',
      text: 'what is a **monad**?',
      at: expect.any(Number),
    },
  ])
  const page = await client.thread(thread.id)
  expect(page.messages).toEqual([changed])
  expect(page.thread).toMatchObject({ title: 'what is a monad?', updatedAt: thread.updatedAt })
  const heard = await events.until((all) => all.some(({ event }) => event.type === 'thread'))
  expect(heard.map(({ event }) => event.type)).toEqual(['ready', 'message', 'thread'])

  const next = await client.follow(thread.id, 'and a functer?')
  await client.edit(next.message.id, 'and a functor?')
  expect((await client.thread(thread.id)).thread).toMatchObject({
    title: 'what is a monad?',
    preview: 'and a functor?',
  })
  await space.restart()
  expect((await client.thread(thread.id)).messages.map(({ text, edited }) => [text, edited])).toEqual([
    ['what is a **monad**?', true],
    ['and a functor?', true],
  ])
})

test('T6: the same change sent again is one change, and none when the text is as it was', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const { message } = await client.begin('one')
  const key = freshKey()
  space.host.broken = true
  expect(await status(client.edit(message.id, 'two', key))).toBe('503')
  space.host.broken = false
  expect((await client.thread(message.thread)).messages[0]).toMatchObject({ text: 'one', edited: false })
  const { set } = space.store
  space.store.set = () => Promise.reject(new Error('disk full'))
  expect(await status(client.edit(message.id, 'two', key))).toBe('500')
  space.store.set = set
  await Promise.all(Array.from({ length: 3 }, () => client.edit(message.id, 'two', key)))
  expect(space.host.edits.map(({ version, text }) => [version, text])).toEqual([
    [key, 'two'],
    [key, 'two'],
  ])
  await client.edit(message.id, 'two')
  expect(space.host.edits).toHaveLength(2)
})

test('S6: only its author changes or deletes a message, and nobody what the assistant said', async () => {
  await using space = await workspace()
  const { client: ana } = await WebClient.signedIn(space.url, 'Ana')
  const { client: tom } = await WebClient.signedIn(space.url, 'Tom')
  const { thread, message } = await ana.begin('mine')
  const question = space.host.questions[0]
  if (question === undefined) throw new Error('no question')
  const [reply = ''] = await replyTo(space.web, question).finish('an answer')
  const before = await ana.thread(thread.id)
  expect(await status(tom.edit(message.id, 'his'))).toBe('403')
  expect(await status(tom.remove(message.id))).toBe('403')
  expect(await status(ana.edit(reply, 'hers'))).toBe('403')
  expect(await status(ana.remove(reply))).toBe('403')
  for (const nowhere of [`${thread.id}.7`, `${'0'.repeat(20)}.0`, '__proto__', '..%2F..']) {
    expect(await status(ana.edit(nowhere, 'x'))).toBe('404')
    expect(await status(ana.remove(nowhere))).toBe('404')
  }
  expect(await ana.thread(thread.id)).toEqual(before)
  expect([space.host.edits, space.host.deletions]).toEqual([[], []])
})

test('T6: a deleted message is told once more on every retry, and nothing of it is left', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const { client: tom } = await WebClient.signedIn(space.url, 'Tom')
  const key = freshKey()
  const { thread, message } = await client.begin('my secret', { key })
  await tom.react(message.id, '👀', true)
  const follow = freshKey()
  const second = await client.follow(thread.id, 'another secret', follow)
  space.host.broken = true
  expect(await status(client.remove(message.id))).toBe('503')
  expect((await client.thread(thread.id)).messages).toHaveLength(2)
  space.host.broken = false
  await Promise.all([client.remove(message.id), client.remove(message.id), client.remove(second.message.id)])
  await space.restart()
  await client.remove(message.id)
  expect(space.host.deletions.map(({ question }) => question).toSorted()).toEqual(
    space.host.questions.map(({ id }) => id).toSorted(),
  )
  expect(space.host.deletions[0]).toMatchObject({
    message: { platform: 'web', workspace: 'web', channel: 'general', message: message.id },
  })
  expect(await status(tom.remove(message.id))).toBe('404')
  expect(await status(client.edit(message.id, 'back'))).toBe('404')
  expect(await status(tom.react(message.id, '👀', true))).toBe('404')
  const page = await client.thread(thread.id)
  expect(page.messages).toEqual([])
  expect(page.thread).toMatchObject({ title: 'A deleted question', preview: '', size: 0 })
  for await (const [name, value] of space.store.iterator())
    expect(JSON.stringify([name, value])).not.toContain('secret')

  // The same post, still on its way, does not bring it back.
  expect(await status(client.begin('my secret', { key }))).toBe('410')
  expect(await status(client.follow(thread.id, 'another secret', follow))).toBe('410')
  expect(space.host.questions).toHaveLength(2)
})
