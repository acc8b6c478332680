import { Events } from 'discord.js'
import { expect, test } from 'vitest'
import { collect, collectRaw, login, next, simulate, textChannel } from './client.ts'

test('F3: a reaction on a message that no cache holds arrives as a partial', async () => {
  const discord = await simulate()
  const ada = discord.person('ada')
  const general = discord.channel('general')
  const before = await login(discord)
  const reply = await textChannel(before, general.id).send('an answer')
  await before.destroy()
  const client = await login(discord)
  const raw = collectRaw(client)
  const added = next(client, Events.MessageReactionAdd)
  const removed = next(client, Events.MessageReactionRemove)
  ada.react(general, reply.id, '👍🏽')
  const [reaction, user] = await added
  expect([reaction.message.partial, reaction.message.id, reaction.emoji.name]).toEqual([
    true,
    reply.id,
    '👍🏽',
  ])
  expect(user.id).toBe(ada.id)
  const [packet] = await raw.atLeast(1)
  expect(packet).toMatchObject({
    t: 'MESSAGE_REACTION_ADD',
    d: { message_author_id: discord.bot.id, burst: false },
  })
  ada.unreact(general, reply.id, '👍🏽')
  expect((await removed)[0].message.id).toBe(reply.id)
})

test('REMOVE names neither the member nor the author; clearing says what was cleared', async () => {
  const discord = await simulate()
  const ada = discord.person('ada')
  const sent = ada.post(discord.channel('general'), 'hello')
  const client = await login(discord)
  const seen = collectRaw(client)
  ada.react(sent.channelId, sent.messageId, '👍')
  ada.unreact(sent.channelId, sent.messageId, '👍')
  ada.react(sent.channelId, sent.messageId, '🎉')
  ada.clearReactions(sent.channelId, sent.messageId, '🎉')
  ada.react(sent.channelId, sent.messageId, '👀')
  ada.clearReactions(sent.channelId, sent.messageId)
  const packets = await seen.atLeast(6)
  expect(packets.map(({ t }) => t)).toEqual([
    'MESSAGE_REACTION_ADD',
    'MESSAGE_REACTION_REMOVE',
    'MESSAGE_REACTION_ADD',
    'MESSAGE_REACTION_REMOVE_EMOJI',
    'MESSAGE_REACTION_ADD',
    'MESSAGE_REACTION_REMOVE_ALL',
  ])
  expect(packets[1]).not.toHaveProperty('d.member')
  expect(packets[1]).not.toHaveProperty('d.message_author_id')
  expect(discord.message(sent.channelId, sent.messageId)?.reactions).toEqual({})
})

test('the same reaction twice is one, and the bot hears of its own', async () => {
  const discord = await simulate()
  const ada = discord.person('ada')
  const sent = ada.post(discord.channel('general'), 'hello')
  const client = await login(discord)
  const seen = collect(client, Events.MessageReactionAdd)
  const message = await textChannel(client, sent.channelId).messages.fetch(sent.messageId)
  await message.react('👀')
  await message.react('👀')
  const custom = discord.customEmoji('party')
  ada.react(sent.channelId, sent.messageId, custom)
  ada.react(sent.channelId, sent.messageId, custom)
  await seen.atLeast(2)
  expect(discord.message(sent.channelId, sent.messageId)?.reactions).toEqual({
    '👀': [discord.bot.id],
    [custom]: [ada.id],
  })
  const users = await message.reactions.resolve('👀')?.users.fetch()
  expect([...(users?.keys() ?? [])]).toEqual([discord.bot.id])
})

test('refusals: unknown emoji 10014, a twenty-first emoji 30010, no permission 50013, no message 10008', async () => {
  const discord = await simulate({ rateLimits: false })
  const ada = discord.person('ada')
  const sent = ada.post(discord.channel('general'), 'hello')
  const client = await login(discord)
  const message = await textChannel(client, sent.channelId).messages.fetch(sent.messageId)
  await expect(message.react('abc')).rejects.toMatchObject({ code: 10014 })
  for (let at = 0; at < 20; at += 1)
    ada.react(sent.channelId, sent.messageId, String.fromCodePoint(0x1f600 + at))
  await expect(message.react('👍')).rejects.toMatchObject({ code: 30010 })
  discord.deny(sent.channelId, 'AddReactions')
  await expect(message.react('👍')).rejects.toMatchObject({ code: 50013 })
  await message.react('😀')
  ada.delete(sent)
  await expect(message.react('😀')).rejects.toMatchObject({ code: 10008 })
})
