import { ChannelType, Events, type ThreadChannel } from 'discord.js'
import { expect, test } from 'vitest'
import {
  type clientOf,
  collect,
  collectRaw,
  handClock,
  login,
  next,
  simulate,
  textChannel,
} from './client.ts'

test('a thread begun from a message has its id, and a second one is 160004', async () => {
  const discord = await simulate()
  const sent = discord.person('ada').mention(discord.channel('general'), 'hello')
  const client = await login(discord)
  const message = await textChannel(client, sent.channelId).messages.fetch(sent.messageId)
  const thread = await message.startThread({ name: 'Hello', autoArchiveDuration: 60 })
  expect(thread).toMatchObject({ id: sent.messageId, parentId: sent.channelId, ownerId: discord.bot.id })
  expect(discord.threads()).toMatchObject([
    { id: sent.messageId, name: 'Hello', archived: false, locked: false, autoArchiveMinutes: 60 },
  ])
  const again = textChannel(client, sent.channelId).threads.create({
    name: 'Again',
    startMessage: sent.messageId,
  })
  await expect(again).rejects.toMatchObject({ code: 160004 })
  expect((await thread.fetchStarterMessage())?.id).toBe(sent.messageId)
})

test('what is said in a thread of a message arrives, and the starter message is type 21', async () => {
  const discord = await simulate()
  const ada = discord.person('ada')
  const client = await login(discord)
  const seen = collect(client, Events.MessageCreate)
  const made = next(client, Events.ThreadCreate)
  const thread = ada.startThread(ada.post(discord.channel('general'), 'topic'), 'Topic')
  const [created, newly] = await made
  expect([created.id, newly]).toEqual([thread.id, true])
  ada.post(thread, 'in the thread')
  expect((await seen.atLeast(3)).map(([{ type, content }]) => [type, content])).toEqual([
    [0, 'topic'],
    [21, ''],
    [0, 'in the thread'],
  ])
})

test('a thread of its own is announced in the channel; private ones are hidden from who was not added', async () => {
  const discord = await simulate()
  const ada = discord.person('ada')
  const general = discord.channel('general')
  const client = await login(discord)
  const seen = collect(client, Events.MessageCreate)
  ada.startThread(general, 'Public')
  expect(discord.messages(general)).toMatchObject([{ type: 18, content: 'Public' }])
  const hidden = ada.startThread(general, 'Private', { private: true })
  ada.post(hidden, 'secret')
  await expect(client.channels.fetch(hidden.id)).rejects.toMatchObject({ code: 50001 })
  const added = next(client, Events.ThreadCreate)
  ada.addToThread(hidden, discord.bot.id)
  expect((await added)[0]).toMatchObject({ id: hidden.id, type: ChannelType.PrivateThread })
  ada.post(hidden, 'open')
  expect((await seen.atLeast(2)).map(([{ content }]) => content)).toEqual(['Public', 'open'])
})

test('an archived thread refuses edits and reactions with 50083, and a message wakes it', async () => {
  const discord = await simulate({ rateLimits: false })
  const ada = discord.person('ada')
  const general = discord.channel('general')
  const thread = ada.startThread(general, 'Old')
  const client = await login(discord)
  const channel = await fetched(client, thread.id)
  const message = await channel.send('first')
  discord.archiveThread(thread)
  expect(discord.threads()).toMatchObject([{ archived: true }])
  await expect(message.edit('x')).rejects.toMatchObject({ code: 50083, status: 400 })
  await expect(message.react('👍')).rejects.toMatchObject({ code: 50083 })
  await channel.send('second')
  expect(discord.threads()).toMatchObject([{ archived: false }])
})

test('a message in an archived thread reaches a client that never saw the thread', async () => {
  const discord = await simulate()
  const ada = discord.person('ada')
  const thread = ada.startThread(discord.channel('general'), 'Old')
  discord.archiveThread(thread)
  const client = await login(discord)
  expect(client.channels.cache.has(thread.id)).toBe(false)
  const arrived = next(client, Events.MessageCreate)
  ada.post(thread, 'awake')
  expect((await arrived)[0]).toMatchObject({ content: 'awake', channelId: thread.id })
})

test('a locked thread takes no message from us (160005), unless we manage threads', async () => {
  const discord = await simulate()
  const ada = discord.person('ada')
  const general = discord.channel('general')
  const thread = ada.startThread(general, 'Closed')
  const client = await login(discord)
  const channel = await fetched(client, thread.id)
  discord.archiveThread(thread, { locked: true })
  await expect(channel.send('x')).rejects.toMatchObject({ code: 160005 })
  discord.allow(general, 'ManageThreads')
  await channel.send('x')
})

test('a guild holds so many active threads: 160006', async () => {
  const discord = await simulate({ activeThreadLimit: 1 })
  const general = discord.channel('general')
  const client = await login(discord)
  const { threads } = textChannel(client, general.id)
  const first = await threads.create({ name: 'one' })
  await expect(threads.create({ name: 'two' })).rejects.toMatchObject({ code: 160006 })
  await first.setArchived(true)
  await threads.create({ name: 'two' })
})

test('a quiet thread goes to sleep after its time, and is listed among the archived', async () => {
  const clock = handClock()
  const discord = await simulate({ clock })
  const ada = discord.person('ada')
  const general = discord.channel('general')
  const quiet = ada.startThread(general, 'Quiet')
  const busy = ada.startThread(general, 'Busy')
  const client = await login(discord)
  clock.advance(1440 * 60_000 - 1)
  ada.post(busy, 'still here')
  clock.advance(1)
  const active = await client.guilds.cache.get(discord.guild.id)?.channels.fetchActiveThreads(false)
  expect([...(active?.threads.keys() ?? [])]).toEqual([busy.id])
  const archived = await textChannel(client, general.id).threads.fetchArchived({ type: 'public' }, false)
  expect([...archived.threads.keys()]).toEqual([quiet.id])
})

test('a message in a thread that fell asleep wakes it with THREAD_UPDATE first', async () => {
  const clock = handClock()
  const discord = await simulate({ clock })
  const thread = discord.person('ada').startThread(discord.channel('general'), 'Quiet')
  const client = await login(discord)
  const seen = collectRaw(client)
  clock.advance(1440 * 60_000)
  discord.person('bob').post(thread, 'good morning')
  const packets = await seen.atLeast(3)
  expect(packets.map(({ t }) => t)).toEqual(['THREAD_UPDATE', 'THREAD_UPDATE', 'MESSAGE_CREATE'])
  expect(packets.map(({ d }) => d)).toMatchObject([
    { thread_metadata: { archived: true } },
    { thread_metadata: { archived: false } },
    { content: 'good morning', channel_type: 11 },
  ])
})

test('names have 1 to 100 characters, and permissions hold', async () => {
  const discord = await simulate({ rateLimits: false })
  const general = discord.channel('general')
  const client = await login(discord)
  const { threads } = textChannel(client, general.id)
  await expect(threads.create({ name: 'x'.repeat(101) })).rejects.toMatchObject({ code: 50035 })
  discord.deny(general, 'CreatePublicThreads')
  await expect(threads.create({ name: 'x' })).rejects.toMatchObject({ code: 50013 })
  const foreign = await fetched(client, discord.person('ada').startThread(general, 'Hers').id)
  await expect(foreign.setName('Ours')).rejects.toMatchObject({ code: 50013 })
})

test('a deleted thread is gone for both sides', async () => {
  const discord = await simulate()
  const thread = discord.person('ada').startThread(discord.channel('general'), 'Short')
  const client = await login(discord)
  const channel = await fetched(client, thread.id)
  const deleted = next(client, Events.ThreadDelete)
  discord.deleteChannel(thread)
  expect((await deleted)[0].id).toBe(thread.id)
  await expect(channel.send('x')).rejects.toMatchObject({ code: 10003 })
})

test('a channel that comes into sight brings its threads along', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const thread = discord.person('ada').startThread(general, 'Talk')
  discord.deny(general, 'ViewChannel')
  const client = await login(discord)
  expect(client.channels.cache.has(thread.id)).toBe(false)
  const synced = next(client, Events.ThreadListSync)
  discord.allow(general, 'ViewChannel')
  expect([...(await synced)[0].keys()]).toEqual([thread.id])
})

async function fetched(client: ReturnType<typeof clientOf>, id: string): Promise<ThreadChannel> {
  const channel = await client.channels.fetch(id)
  if (channel?.isThread() !== true) throw new Error(`${id} is no thread.`)
  return channel
}
