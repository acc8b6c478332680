import { afterEach, expect, test } from 'vitest'
import { outcomeOf, webClient } from './bolt-app.ts'
import { type SlackSimulator, type SlackSimulatorOptions, startSlackSimulator } from './simulator.ts'

const open: SlackSimulator[] = []

afterEach(async () => {
  for (const simulator of open.splice(0)) await simulator.close()
})

async function start(options: SlackSimulatorOptions = {}) {
  const simulator = await startSlackSimulator({ retryDelaysMs: [], rateLimits: false, ...options })
  open.push(simulator)
  const client = webClient(simulator)
  return { simulator, client, alice: simulator.person('alice'), channel: simulator.channel('general') }
}

const textsOf = (messages: readonly { text?: string }[] | undefined) =>
  (messages ?? []).map(({ text }) => text)

test('C1: replies come oldest first, root included, a page at a time', async () => {
  const { alice, client, channel } = await start()
  const root = await alice.post(channel, 'root')
  for (const text of ['one', 'two', 'three']) await alice.post(channel, text, { threadTs: root.ts })
  const first = await client.conversations.replies({ channel, ts: root.ts, limit: 3 })
  expect(textsOf(first.messages)).toEqual(['root', 'one', 'two'])
  expect(first.messages?.[0]).toMatchObject({ thread_ts: root.ts, reply_count: 3 })
  expect(first.has_more).toBe(true)
  const cursor = first.response_metadata?.next_cursor ?? ''
  const second = await client.conversations.replies({ channel, ts: root.ts, limit: 3, cursor })
  expect(textsOf(second.messages)).toEqual(['three'])
  expect(second.response_metadata?.next_cursor).toBe('')
})

test('replies refuse an unknown thread, cursor, limit and channel', async () => {
  const { simulator, alice, client, channel } = await start()
  const { ts } = await alice.post(channel, 'root')
  const replies = (more: object) => outcomeOf(client.conversations.replies({ channel, ts, ...more }))
  expect(await replies({ ts: '1.000001' })).toBe('thread_not_found')
  expect(await replies({ cursor: 'never given' })).toBe('invalid_cursor')
  expect(await replies({ limit: 0 })).toBe('invalid_limit')
  expect(await replies({ channel: 'C0X' })).toBe('channel_not_found')
  const elsewhere = simulator.channel('elsewhere', { botIsMember: false })
  expect(await replies({ channel: elsewhere })).toBe('not_in_channel')
})

test('a deleted root with replies stays as a tombstone; a lone one is gone', async () => {
  const { simulator, alice, client, channel } = await start()
  const root = await alice.post(channel, 'root')
  await alice.post(channel, 'reply', { threadTs: root.ts })
  await alice.delete(root)
  const { messages } = await client.conversations.replies({ channel, ts: root.ts })
  expect(messages?.[0]).toMatchObject({ subtype: 'tombstone' })
  expect(simulator.thread(channel, root.ts).map(({ text }) => text)).toEqual(['reply'])
  const lone = await alice.post(channel, 'lone')
  await alice.delete(lone)
  expect(await outcomeOf(client.conversations.replies({ channel, ts: lone.ts }))).toBe('thread_not_found')
})

test('metadata is given only when it is asked for', async () => {
  const { client, channel } = await start()
  const metadata = { event_type: 'reply', event_payload: { run: 'r1' } }
  const { ts = '' } = await client.chat.postMessage({ channel, text: 'x', metadata })
  const without = await client.conversations.replies({ channel, ts })
  expect(without.messages?.[0]).not.toHaveProperty('metadata')
  const all = await client.conversations.replies({ channel, ts, include_all_metadata: true })
  expect(all.messages?.[0]?.metadata).toEqual(metadata)
})

test('history is newest first, without replies', async () => {
  const { alice, client, channel } = await start()
  const root = await alice.post(channel, 'first')
  await alice.post(channel, 'in thread', { threadTs: root.ts })
  await alice.post(channel, 'to all', { threadTs: root.ts, subtype: 'thread_broadcast' })
  const last = await alice.post(channel, 'last')
  expect(textsOf((await client.conversations.history({ channel })).messages)).toEqual([
    'last',
    'to all',
    'first',
  ])
  const before = await client.conversations.history({ channel, latest: last.ts, limit: 1 })
  expect(textsOf(before.messages)).toEqual(['to all'])
  const from = await client.conversations.history({ channel, oldest: last.ts, inclusive: true })
  expect(textsOf(from.messages)).toEqual(['last'])
})

test('conversations, people and bots are described', async () => {
  const { simulator, alice, client, channel } = await start({ emoji: { parrot: 'https://e.example/p.gif' } })
  expect((await client.conversations.info({ channel })).channel).toMatchObject({
    name: 'general',
    is_private: false,
    is_member: true,
  })
  const secret = simulator.channel('secret', { private: true })
  expect((await client.conversations.info({ channel: secret })).channel?.is_private).toBe(true)
  expect((await client.conversations.open({ users: alice.id })).channel?.id).toBe(alice.dm)
  expect((await client.conversations.info({ channel: alice.dm })).channel?.is_im).toBe(true)
  expect((await client.users.info({ user: alice.id })).user).toMatchObject({ name: 'alice', is_bot: false })
  expect(await outcomeOf(client.users.info({ user: 'U0NOBODY' }))).toBe('user_not_found')
  const ci = simulator.otherBot('ci')
  expect((await client.bots.info({ bot: ci.botId })).bot).toMatchObject({ name: 'ci', user_id: ci.userId })
  expect(await outcomeOf(client.bots.info({ bot: 'B0NOBODY' }))).toBe('bot_not_found')
  expect((await client.emoji.list()).emoji).toEqual({ parrot: 'https://e.example/p.gif' })
})

test('F1: reactions are a set of people by name', async () => {
  const { simulator, alice, client, channel } = await start()
  const { ts } = await alice.post(channel, 'hi')
  const eyes = { channel, timestamp: ts, name: 'eyes' }
  expect(await outcomeOf(client.reactions.add(eyes))).toBe('ok')
  expect(await outcomeOf(client.reactions.add(eyes))).toBe('already_reacted')
  expect(await outcomeOf(client.reactions.add({ ...eyes, name: ':eyes:' }))).toBe('invalid_name')
  expect(await outcomeOf(client.reactions.add({ ...eyes, timestamp: '1.000001' }))).toBe('message_not_found')
  await alice.react(channel, ts, '+1::skin-tone-2')
  const { message } = await client.reactions.get({ channel, timestamp: ts })
  expect(message?.reactions).toEqual([
    { name: 'eyes', users: [simulator.bot.userId], count: 1 },
    { name: '+1::skin-tone-2', users: [alice.id], count: 1 },
  ])
  expect(await outcomeOf(client.reactions.remove(eyes))).toBe('ok')
  expect(await outcomeOf(client.reactions.remove(eyes))).toBe('no_reaction')
  await alice.unreact(channel, ts, '+1::skin-tone-2')
  expect(simulator.thread(channel, ts)[0]?.reactions).toEqual([])
})

test('blocks.validate says what is wrong', async () => {
  const { client } = await start()
  const validate = (blocks: object[]) => outcomeOf(client.apiCall('blocks.validate', { blocks }))
  expect(await validate([{ type: 'divider' }])).toBe('ok')
  expect(await validate([{ type: 'section' }])).toBe('invalid_blocks')
})
