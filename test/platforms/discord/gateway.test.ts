import { Events, GatewayIntentBits as Intent } from 'discord.js'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { clientOf, collect, login, next, simulate, textChannel } from './client.ts'

describe('what was missed comes again after a RESUME', () => {
  const interruptions: Record<string, (discord: Awaited<ReturnType<typeof simulate>>) => void> = {
    'close 4000': (discord) => discord.closeGateway(4000),
    'close 4001': (discord) => discord.closeGateway(4001),
    'close 4002': (discord) => discord.closeGateway(4002),
    'an unknown close code': (discord) => discord.closeGateway(4900),
    'a dropped connection': (discord) => discord.dropConnections(),
    'op 7': (discord) => discord.requestReconnect(),
    'op 9 with d:true': (discord) => discord.invalidateSession(true),
  }
  test.concurrent.for(Object.keys(interruptions))('%s', async (name, { onTestFinished }) => {
    const discord = await simulate({}, onTestFinished)
    const ada = discord.person('ada')
    const general = discord.channel('general')
    const client = await login(discord)
    const seen = collect(client, Events.MessageCreate)
    const resumed = next(client, Events.ShardResume)
    interruptions[name]?.(discord)
    ada.post(general, 'one')
    ada.post(general, 'two')
    await resumed
    expect((await seen.atLeast(2)).map(([{ content }]) => content)).toEqual(['one', 'two'])
    expect([discord.identifies, discord.resumes]).toEqual([1, 1])
  })
})

describe('what was missed is lost when the session is over', () => {
  const endings: Record<string, (discord: Awaited<ReturnType<typeof simulate>>) => void> = {
    'close 1000': (discord) => discord.closeGateway(1000),
    'close 4003': (discord) => discord.closeGateway(4003),
    'close 4007': (discord) => discord.closeGateway(4007),
    'close 4008': (discord) => discord.closeGateway(4008),
    'close 4009, by op 9 on the RESUME': (discord) => discord.closeGateway(4009),
    'op 9 with d:false': (discord) => discord.invalidateSession(false),
    'a session that expired meanwhile': (discord) => {
      discord.dropConnections()
      discord.expireSessions()
    },
  }
  test.concurrent.for(Object.keys(endings))('%s', async (name, { onTestFinished }) => {
    const discord = await simulate({}, onTestFinished)
    const ada = discord.person('ada')
    const general = discord.channel('general')
    const client = await login(discord)
    const seen = collect(client, Events.MessageCreate)
    const ready = next(client, Events.ShardReady)
    endings[name]?.(discord)
    const missed = ada.post(general, 'missed')
    await ready
    ada.post(general, 'heard')
    const [[first] = []] = await seen.atLeast(1)
    expect(first?.content).toBe('heard')
    expect([discord.identifies, discord.resumes]).toEqual([2, 0])
    const history = await textChannel(client, general.id).messages.fetch({ limit: 10 })
    expect(history.has(missed.messageId)).toBe(true)
  })
})

describe('codes that end the client', () => {
  test.concurrent.for([4004, 4010, 4011, 4012, 4013, 4014])('close %i', async (code, { onTestFinished }) => {
    const discord = await simulate({}, onTestFinished)
    const client = await login(discord)
    const disconnected = next(client, Events.ShardDisconnect)
    discord.closeGateway(code)
    const [event] = await disconnected
    expect(event.code).toBe(code)
    expect(discord.connections).toBe(0)
  })
})

test('heartbeats without an answer: the client takes the connection for dead and resumes', async () => {
  const discord = await simulate({ heartbeatIntervalMs: 100 })
  const client = await login(discord)
  const resumed = next(client, Events.ShardResume)
  discord.silenceHeartbeats()
  await discord.until(() => discord.connections === 0)
  discord.silenceHeartbeats(false)
  await resumed
  expect(discord.identifies).toBe(1)
})

test('connections reset in the handshake: it keeps trying, and begins anew', async () => {
  const discord = await simulate()
  const client = await login(discord)
  const ready = next(client, Events.ShardReady)
  const reconnecting = collect(client, Events.ShardReconnecting)
  discord.refuseConnections()
  discord.dropConnections()
  await reconnecting.atLeast(2)
  discord.refuseConnections(false)
  await ready
  expect(discord.identifies).toBe(2)
})

test('a client that leaves with 1000 gives its session up', async () => {
  const discord = await simulate()
  const client = await login(discord)
  await client.destroy()
  await discord.until(() => discord.connections === 0)
  const again = await login(discord)
  expect([again.isReady(), discord.identifies]).toEqual([true, 2])
})

test('events go to those sessions only that asked for them', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const ada = discord.person('ada')
  const client = await login(discord, { intents: [Intent.Guilds, Intent.GuildMessageReactions] })
  const typing = await login(discord, { intents: [Intent.Guilds, Intent.GuildMessageTyping] })
  const messages = collect(client, Events.MessageCreate)
  const reactions = collect(client, Events.MessageReactionAdd)
  const started = next(typing, Events.TypingStart)
  ada.typing(general)
  const sent = ada.post(general, 'hello')
  ada.directMessage('hello')
  ada.react(general, sent.messageId, '👍')
  await reactions.atLeast(1)
  expect(messages.items).toEqual([])
  expect((await started)[0].user.id).toBe(ada.id)
})

describe('the gateway holds its clients to the protocol', () => {
  const identify = { token: 'simulated.discord.token', intents: 1, properties: {} }
  const cases: [string, number, string, ...unknown[]][] = [
    ['no JSON', 4002, '?v=10&encoding=json', 'not json'],
    ['an unknown opcode', 4001, '?v=10&encoding=json', { op: 99, d: null }],
    ['a packet before IDENTIFY', 4003, '?v=10&encoding=json', { op: 3, d: {} }],
    ['a second IDENTIFY', 4005, '?v=10&encoding=json', { op: 2, d: identify }, { op: 2, d: identify }],
    ['a wrong token', 4004, '?v=10&encoding=json', { op: 2, d: { ...identify, token: 'x' } }],
    ['a shard out of range', 4010, '?v=10&encoding=json', { op: 2, d: { ...identify, shard: [1, 1] } }],
    ['an old version', 4012, '?v=5&encoding=json'],
    ['121 packets in a minute', 4008, '?v=10&encoding=json', ...Array(121).fill({ op: 1, d: null })],
  ]
  test.concurrent.for(cases)('%s closes %i', async ([, code, query, ...packets], { onTestFinished }) => {
    const discord = await simulate({}, onTestFinished)
    const socket = new WebSocket(`${discord.apiUrl.replace('http', 'ws')}/gateway${query}`)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.once('open', () => {
      for (const packet of packets) socket.send(typeof packet === 'string' ? packet : JSON.stringify(packet))
    })
    expect(await closed).toBe(code)
  })
})

test('a RESUME of an unknown session is refused with op 9', async () => {
  const discord = await simulate()
  const socket = new WebSocket(`${discord.apiUrl.replace('http', 'ws')}/gateway?v=10&encoding=json`)
  const packets: unknown[] = []
  const refused = new Promise<void>((resolve) => {
    socket.on('message', (raw) => {
      packets.push(JSON.parse(String(raw)))
      if (packets.length === 2) resolve()
    })
  })
  socket.once('open', () => {
    const d = { token: discord.token, session_id: 'gone', seq: 1 }
    socket.send(JSON.stringify({ op: 6, d }))
  })
  await refused
  expect(packets[1]).toMatchObject({ op: 9, d: false })
  socket.terminate()
})

test('two clients with one token both hear everything', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const clients = [await login(discord), await login(discord)]
  const heard = clients.map((client) => next(client, Events.MessageCreate))
  discord.person('ada').post(general, 'hello')
  expect((await Promise.all(heard)).map(([{ content }]) => content)).toEqual(['hello', 'hello'])
  expect(clientOf(discord).isReady()).toBe(false)
})
