import { Events, GatewayIntentBits as Intent } from 'discord.js'
import { expect, test } from 'vitest'
import { clientOf, login, next, simulate } from './client.ts'

test('login asks for the gateway first, with the token, and becomes ready', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const client = await login(discord)
  expect(discord.calls[0]).toMatchObject({ method: 'GET', path: '/gateway/bot', status: 200 })
  expect(client.user.id).toBe(discord.bot.id)
  expect(client.guilds.cache.get(discord.guild.id)?.name).toBe(discord.guild.name)
  expect(client.channels.cache.has(general.id)).toBe(true)
  expect(discord.identifies).toBe(1)
})

test('ids have 17 to 19 digits, whatever the clock says', async () => {
  const discord = await simulate({ clock: { now: () => 0, sleep: () => Promise.resolve() } })
  const sent = discord.person('ada').post(discord.channel('general'), 'hello')
  for (const id of [discord.bot.id, discord.guild.id, sent.channelId, sent.messageId]) {
    expect(id).toMatch(/^\d{17,19}$/)
  }
})

test('a rejected token: TokenInvalid at login', async () => {
  const discord = await simulate()
  discord.rejectToken()
  await expect(clientOf(discord).login(discord.token)).rejects.toMatchObject({ code: 'TokenInvalid' })
})

test('a token rejected later closes 4004 and leaves the client disconnected', async () => {
  const discord = await simulate()
  const client = await login(discord)
  const disconnected = next(client, Events.ShardDisconnect)
  discord.rejectToken()
  const [event] = await disconnected
  expect(event.code).toBe(4004)
  await expect(client.users.fetch(discord.bot.id, { force: true })).rejects.toMatchObject({ status: 401 })
})

test('message content is a privileged intent: 4014 where the switch is off', async () => {
  const discord = await simulate({ messageContentIntent: false })
  await expect(clientOf(discord).login(discord.token)).rejects.toThrow('Used disallowed intents')
  await login(discord, { intents: [Intent.Guilds, Intent.GuildMessages] })
})

test('members and presences are always disallowed, unknown bits are 4013', async () => {
  const discord = await simulate()
  const members = clientOf(discord, { intents: [Intent.Guilds, Intent.GuildMembers] })
  await expect(members.login(discord.token)).rejects.toThrow('Used disallowed intents')
  const unknown = clientOf(discord, { intents: 2 ** 29 })
  await expect(unknown.login(discord.token)).rejects.toThrow('Used invalid intents')
})

test('the day has a budget of IDENTIFYs; using it up resets the token', async () => {
  const discord = await simulate({ identifyBudget: 1 })
  await login(discord)
  // The client's own check of the remaining budget stands before the gateway's.
  await expect(clientOf(discord).login(discord.token)).rejects.toThrow(/sessions? remaining/i)
})
