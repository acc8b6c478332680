import { Events, GatewayIntentBits as Intent, MessageFlags } from 'discord.js'
import { expect, test } from 'vitest'
import {
  collect,
  collectRaw,
  handClock,
  login,
  next,
  PARLEY_INTENTS,
  simulate,
  textChannel,
} from './client.ts'

test('a mention arrives with its content, its author and the mention', async () => {
  const discord = await simulate()
  const ada = discord.person('ada')
  const general = discord.channel('general')
  const client = await login(discord)
  const arrived = next(client, Events.MessageCreate)
  const sent = ada.mention(general, 'what is a monad?')
  const [message] = await arrived
  expect(message).toMatchObject({ id: sent.messageId, guildId: discord.guild.id, channelId: general.id })
  expect(message.content).toBe(`${discord.bot.mention} what is a monad?`)
  expect(message.author).toMatchObject({ id: ada.id, bot: false })
  expect(message.mentions.has(discord.bot.id)).toBe(true)
})

test('a direct message arrives when the client has partial channels, and is dropped when it has not', async () => {
  const discord = await simulate()
  const client = await login(discord)
  const without = await login(discord, { partials: [] })
  const dropped = collect(without, Events.MessageCreate)
  const arrived = next(client, Events.MessageCreate)
  const other = next(without, Events.MessageCreate)
  discord.person('ada').directMessage('hello')
  const [message] = await arrived
  expect(message).toMatchObject({ content: 'hello', guildId: null })
  const later = discord.person('ada').post(discord.channel('general'), 'in the guild')
  await other
  expect(dropped.items.map(([one]) => one.id)).toEqual([later.messageId])
  await message.reply('hi')
  expect(discord.messages(message.channelId).map(({ content }) => content)).toEqual(['hello', 'hi'])
})

test('a message delivered again reaches a client that started in between', async () => {
  const discord = await simulate()
  const sent = discord.person('ada').mention(discord.channel('general'), 'hello')
  const client = await login(discord)
  const seen = collectRaw(client)
  sent.redeliver(2)
  expect(await seen.atLeast(2)).toMatchObject([
    { t: 'MESSAGE_CREATE', d: { id: sent.messageId } },
    { t: 'MESSAGE_CREATE', d: { id: sent.messageId } },
  ])
})

test('send, edit, delete: the channel shows it, and the gateway tells of it', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const client = await login(discord)
  const deleted = next(client, Events.MessageDelete)
  const channel = textChannel(client, general.id)
  const message = await channel.send({ content: 'one', flags: MessageFlags.SuppressEmbeds })
  expect(discord.messages(general)).toMatchObject([
    { id: message.id, content: 'one', edited: false, flags: 4 },
  ])
  await message.edit('two')
  expect(discord.message(general, message.id)).toMatchObject({ content: 'two', edited: true })
  await message.delete()
  expect(discord.messages(general)).toEqual([])
  expect((await deleted)[0].id).toBe(message.id)
})

test('an edit changes only what it names', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const client = await login(discord)
  const row = { type: 1, components: [{ type: 2, style: 2, label: 'Stop', custom_id: 'stop' }] }
  const message = await textChannel(client, general.id).send({ content: 'one', components: [row] })
  await message.edit('two')
  expect(discord.message(general, message.id)?.components).toHaveLength(1)
  await message.edit({ components: [] })
  expect(discord.message(general, message.id)).toMatchObject({ content: 'two', components: [] })
})

test('without the MessageContent intent only what is ours to read has content', async () => {
  const discord = await simulate()
  const ada = discord.person('ada')
  const general = discord.channel('general')
  const client = await login(discord, {
    intents: PARLEY_INTENTS.filter((bit) => bit !== Intent.MessageContent),
  })
  const seen = collect(client, Events.MessageCreate)
  ada.post(general, 'not for the bot')
  ada.mention(general, 'for the bot')
  const own = await textChannel(client, general.id).send('from the bot')
  const at = { channelId: general.id, messageId: own.id }
  ada.post(general, 'a reply with ping', { replyTo: at })
  ada.post(general, 'a reply without', { replyTo: at, ping: false })
  ada.directMessage('direct')
  const messages = await seen.atLeast(6)
  expect(messages.map(([message]) => message.content)).toEqual([
    '',
    `${discord.bot.mention} for the bot`,
    'from the bot',
    'a reply with ping',
    '',
    'direct',
  ])
})

test('where the portal switch is off, REST hides content too', async () => {
  const discord = await simulate({ messageContentIntent: false })
  const sent = discord.person('ada').post(discord.channel('general'), 'private')
  const client = await login(discord, { intents: [Intent.Guilds, Intent.GuildMessages] })
  const fetched = await textChannel(client, sent.channelId).messages.fetch(sent.messageId)
  expect(fetched.content).toBe('')
})

test('history is paged: newest first, at most 100, before, after and around an id', async () => {
  const discord = await simulate({ rateLimits: false })
  const general = discord.channel('general')
  const ids = Array.from({ length: 120 }, (_, at) => discord.person('ada').post(general, `${at}`).messageId)
  const client = await login(discord)
  const { messages } = textChannel(client, general.id)
  const fetched = async (options: Parameters<typeof messages.fetch>[0]) => {
    const page = await messages.fetch(options)
    return 'map' in page ? page.map(({ id }) => id) : []
  }
  expect(await fetched({ limit: 100 })).toEqual(ids.slice(20).toReversed())
  expect(await fetched({ limit: 2, before: ids[50] ?? '' })).toEqual([ids[49], ids[48]])
  expect(await fetched({ limit: 2, after: ids[50] ?? '' })).toEqual([ids[52], ids[51]])
  expect(await fetched({ limit: 3, around: ids[50] ?? '' })).toEqual([ids[51], ids[50], ids[49]])
  await expect(messages.fetch({ limit: 101 })).rejects.toMatchObject({ code: 50035 })
})

test('limits of a message: 50035 with the field, 50006 for nothing', async () => {
  const discord = await simulate({ rateLimits: false })
  const general = discord.channel('general')
  const client = await login(discord)
  const channel = textChannel(client, general.id)
  const button = (id: string) => ({ type: 2, style: 2, label: 'x', custom_id: id })
  const refusals = [
    { content: 'x'.repeat(2001) },
    { content: 'x', nonce: 'n'.repeat(26) },
    { embeds: [{ description: 'x'.repeat(4097) }] },
    { embeds: [{ description: 'x'.repeat(3001) }, { description: 'x'.repeat(3000) }] },
    { content: 'x', components: [{ type: 1, components: [1, 2, 3, 4, 5, 6].map((id) => button(`${id}`)) }] },
    { content: 'x', components: [{ type: 1, components: [button('same'), button('same')] }] },
    { content: 'x', components: [{ type: 1, components: [button('x'.repeat(101))] }] },
    { content: 'x', flags: MessageFlags.IsComponentsV2 as const, components: [{ type: 10, content: 'y' }] },
    { flags: MessageFlags.IsComponentsV2 as const, components: [{ type: 10, content: 'y'.repeat(4001) }] },
    { content: 'x', allowedMentions: { parse: ['users' as const], users: [discord.bot.id] } },
  ]
  for (const options of refusals) {
    await expect(channel.send(options), JSON.stringify(options).slice(0, 80)).rejects.toMatchObject({
      code: 50035,
    })
  }
  await expect(channel.send({ content: '   ' })).rejects.toMatchObject({ code: 50006, status: 400 })
  expect(discord.messages(channel.id)).toEqual([])
  const long = await channel.send('x'.repeat(2000))
  await expect(long.edit('x'.repeat(2001))).rejects.toMatchObject({
    code: 50035,
    rawError: { errors: { content: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH' }] } } },
  })
})

test('components v2: text displays instead of content, and no way back', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const client = await login(discord)
  const channel = textChannel(client, general.id)
  const plain = await channel.send('old')
  const v2 = { flags: MessageFlags.IsComponentsV2 as const, components: [{ type: 10, content: 'new' }] }
  await expect(plain.edit(v2)).rejects.toMatchObject({ code: 50035 })
  await plain.edit({ ...v2, content: null, embeds: [] })
  expect(discord.message(channel.id, plain.id)).toMatchObject({ content: '', flags: 1 << 15 })
  const back = { content: 'back', components: [], flags: MessageFlags.SuppressEmbeds as const }
  await expect(plain.edit(back)).rejects.toMatchObject({
    code: 50035,
  })
})

test('codes for what is gone, closed or not ours', async () => {
  const discord = await simulate({ rateLimits: false })
  const ada = discord.person('ada')
  const general = discord.channel('general')
  const client = await login(discord)
  const channel = textChannel(client, general.id)
  const foreign = ada.post(general, 'by ada')
  const own = await channel.send('mine')
  await expect(channel.messages.edit(foreign.messageId, 'x')).rejects.toMatchObject({
    code: 50005,
    status: 403,
  })
  ada.delete({ channelId: general.id, messageId: own.id })
  await expect(own.edit('x')).rejects.toMatchObject({ code: 10008, status: 404 })
  discord.deny(general, 'SendMessages')
  await expect(channel.send('x')).rejects.toMatchObject({ code: 50013, status: 403 })
  discord.allow(general, 'SendMessages')
  discord.blockWord('badword')
  await expect(channel.send('a badword')).rejects.toMatchObject({ code: 200000 })
  ada.refuseDirectMessages()
  const user = await client.users.fetch(ada.id)
  await expect(user.send('x')).rejects.toMatchObject({ code: 50007, status: 403 })
  discord.deny(general, 'ViewChannel')
  await expect(channel.send('x')).rejects.toMatchObject({ code: 50001, status: 403 })
  discord.deleteChannel(general)
  await expect(channel.send('x')).rejects.toMatchObject({ code: 10003, status: 404 })
})

test('a reply to a message that is gone fails, unless it may go out alone', async () => {
  const discord = await simulate()
  const ada = discord.person('ada')
  const sent = ada.post(discord.channel('general'), 'soon gone')
  const client = await login(discord)
  const message = await textChannel(client, sent.channelId).messages.fetch(sent.messageId)
  ada.delete(sent)
  await expect(message.reply('x')).rejects.toMatchObject({ code: 50035 })
  await message.reply({ content: 'alone', failIfNotExists: false })
  expect(discord.messages(sent.channelId)).toMatchObject([{ content: 'alone', type: 0 }])
})

test('a link preview and a pin update a message without editing it', async () => {
  const discord = await simulate()
  const ada = discord.person('ada')
  const sent = ada.post(discord.channel('general'), 'https://example.com')
  const client = await login(discord)
  const raw = collectRaw(client)
  discord.unfurl(sent)
  ada.pin(sent)
  ada.edit(sent, 'changed')
  const updates = (await raw.atLeast(4)).filter(({ t }) => t === 'MESSAGE_UPDATE')
  expect(updates.map(({ d }) => d)).toMatchObject([
    { edited_timestamp: null, embeds: [{ url: 'https://example.com/' }], pinned: false },
    { edited_timestamp: null, pinned: true },
    { edited_timestamp: expect.any(String), content: 'changed' },
  ])
})

test('files go up with a message and come down from a link that ends', async () => {
  const clock = handClock()
  const discord = await simulate({ clock })
  const general = discord.channel('general')
  const client = await login(discord)
  const channel = textChannel(client, general.id)
  const message = await channel.send({ files: [{ attachment: Buffer.from('a,b\n'), name: 'table.csv' }] })
  const attachment = message.attachments.first()
  expect(attachment).toMatchObject({ name: 'table.csv', size: 4 })
  const url = attachment?.url ?? ''
  expect(await (await fetch(url)).text()).toBe('a,b\n')
  clock.advance(25 * 60 * 60_000)
  expect((await fetch(url)).status).toBe(404)
})

test('a typing sign lasts ten seconds, or until the message', async () => {
  const clock = handClock()
  const discord = await simulate({ clock })
  const general = discord.channel('general')
  const client = await login(discord)
  const channel = textChannel(client, general.id)
  const start = clock.now()
  await channel.sendTyping()
  clock.advance(8000)
  await channel.sendTyping()
  expect(discord.typingSigns).toEqual([
    { channelId: channel.id, userId: discord.bot.id, from: start, until: start + 18_000 },
  ])
  clock.advance(1000)
  await channel.send('there')
  expect(discord.typingSigns.at(-1)?.until).toBe(start + 9000)
})

test('F2: other bots and webhooks are told from people', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const client = await login(discord)
  const seen = collect(client, Events.MessageCreate)
  discord.otherBot('beep').post(general, 'from a bot')
  discord.webhookPost(general, 'hook', 'from a webhook')
  discord.person('ada').post(general, 'from ada')
  const messages = (await seen.atLeast(3)).map(([{ author, webhookId }]) => [author.bot, webhookId !== null])
  expect(messages).toEqual([
    [true, false],
    [true, true],
    [false, false],
  ])
})

test('Discord trims what is shown', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const client = await login(discord)
  const message = await textChannel(client, general.id).send('\n  text \n')
  await message.edit('  other ')
  expect(discord.message(general, message.id)?.content).toBe('other')
})
