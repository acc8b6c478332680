import { expect, test } from 'vitest'
import { WebClient } from './client.ts'
import { workspace } from './workspace.ts'

const { signal } = new AbortController()
const SECRET = 'the words of a person'
const invitation = { task: 'task-7', channel: '#General', text: `Which is best?\n\n> ${SECRET}` }

test('F5: an invitation is a thread of its own, there once however often it is posted, also after a restart', async () => {
  await using space = await workspace()
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const asked = await client.begin('a question')
  await using events = await client.events()
  await space.web.invite?.(invitation, signal)
  await events.until((heard) => heard.some(({ event }) => event.type === 'message'))
  await space.web.invite?.(invitation, signal)
  await space.restart()
  await space.web.invite?.(invitation, signal)
  const { threads } = await client.threads()
  expect(threads.map(({ title, startedBy, size }) => [title, startedBy.name, size])).toEqual([
    ['Which answer is best?', 'Parley', 1],
    [asked.thread.title, 'Ana', 1],
  ])
  const { messages } = await client.thread(threads[0]?.id ?? '')
  expect(messages).toMatchObject([{ author: null, invitation: 'task-7', reply: null, controls: [] }])
  await space.web.invite?.({ ...invitation, task: 'task-8' }, signal)
  expect((await client.threads()).threads).toHaveLength(3)
})

test('S3: an invitation keeps nothing that a person said, so that erasing them needs not look there', async () => {
  await using space = await workspace()
  await space.web.invite?.(invitation, signal)
  const kept: unknown[] = []
  for await (const entry of space.store.iterator?.() ?? []) kept.push(entry)
  expect(kept.length).toBeGreaterThan(0)
  expect(JSON.stringify(kept)).not.toContain(SECRET)
})

test('a channel that is not there says what to do', async () => {
  await using space = await workspace()
  await expect(space.web.invite?.({ ...invitation, channel: 'nowhere' }, signal)).rejects.toMatchObject({
    fault: { kind: 'gone' },
    message: 'web: there is no channel nowhere; add it in the workspace',
  })
})
