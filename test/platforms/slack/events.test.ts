import { once } from 'node:events'
import { createServer } from 'node:http'
import { json as readJson } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { VirtualClock } from '#test/virtual-clock.ts'
import { boltOverHttp, type RunningApp, webClient } from './bolt-app.ts'
import { isJson } from './json.ts'
import { type SlackSimulator, type SlackSimulatorOptions, startSlackSimulator } from './simulator.ts'

const open: { close(): Promise<unknown> | unknown }[] = []

afterEach(async () => {
  for (const thing of open.splice(0).toReversed()) await thing.close()
})

async function start(options?: SlackSimulatorOptions): Promise<SlackSimulator> {
  const simulator = await startSlackSimulator(options)
  open.push(simulator)
  return simulator
}

async function answer(
  simulator: SlackSimulator,
  listen: Parameters<typeof boltOverHttp>[1],
): Promise<RunningApp> {
  const running = await boltOverHttp(simulator, listen)
  open.push({ close: running.stop })
  return running
}

/** A server that answers deliveries as the test wants, and keeps them. */
async function receiver(
  simulator: SlackSimulator,
  reply: (attempt: number) => { status: number; headers?: Record<string, string> } | 'never',
) {
  const seen: { headers: Record<string, unknown>; body: Record<string, unknown> }[] = []
  const server = createServer(async (request, response) => {
    const body = await readJson(request)
    const attempt = seen.push({ headers: request.headers, body: isJson(body) ? body : {} })
    const answer = reply(attempt - 1)
    if (answer === 'never') return
    response.writeHead(answer.status, answer.headers).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push({
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  simulator.deliverTo(`http://127.0.0.1:${address.port}/`)
  return seen
}

test('a mention is answered in its thread by a real Bolt app', async () => {
  const simulator = await start()
  await answer(simulator, (app) => {
    app.event('app_mention', async ({ event, say }) => {
      await say({ text: `hello <@${event.user}>`, thread_ts: event.thread_ts ?? event.ts })
    })
  })
  const alice = simulator.person('alice')
  const sent = await alice.mention(simulator.channel('general'), 'hi')
  await simulator.until(() => simulator.thread(sent.channel, sent.ts).length === 2)
  const reply = simulator.thread(sent.channel, sent.ts)[1]
  expect(reply).toMatchObject({ text: `hello <@${alice.id}>`, user: simulator.bot.userId, threadTs: sent.ts })
})

test('T1: a mention makes app_mention and message: two event ids, one channel and ts', async () => {
  const simulator = await start()
  const seen = await receiver(simulator, () => ({ status: 200 }))
  const sent = await simulator.person('alice').mention(simulator.channel('general'), 'hi')
  await simulator.until(() => seen.length === 2)
  const events = seen.map(({ body }) => body.event)
  expect(new Set(seen.map(({ body }) => body.event_id)).size).toBe(2)
  const same = { channel: sent.channel, ts: sent.ts, text: `<@${simulator.bot.userId}> hi` }
  expect(events).toContainEqual(expect.objectContaining({ ...same, type: 'app_mention' }))
  expect(events).toContainEqual(
    expect.objectContaining({ ...same, type: 'message', channel_type: 'channel' }),
  )
  const mention = events.find((event) => JSON.stringify(event).includes('app_mention'))
  expect(mention).not.toHaveProperty('channel_type')
})

test('a direct message makes message only, without thread_ts at top level', async () => {
  const simulator = await start()
  const seen = await receiver(simulator, () => ({ status: 200 }))
  await simulator.person('alice').directMessage(`<@${simulator.bot.userId}> hi`)
  await simulator.settled()
  expect(seen).toHaveLength(1)
  expect(seen[0]?.body.event).toMatchObject({ type: 'message', channel_type: 'im' })
  expect(seen[0]?.body.event).not.toHaveProperty('thread_ts')
})

test('nothing is delivered of a channel the app is not in, nor of what it did not subscribe to', async () => {
  const simulator = await start({ botEvents: ['app_mention', 'message.im'] })
  const seen = await receiver(simulator, () => ({ status: 200 }))
  const alice = simulator.person('alice')
  await alice.mention(simulator.channel('elsewhere', { botIsMember: false }), 'hi')
  await alice.post(simulator.channel('general'), 'nobody asked')
  await alice.directMessage('hello')
  await simulator.settled()
  expect(seen.map(({ body }) => body.event)).toEqual([expect.objectContaining({ channel_type: 'im' })])
})

test('the app hears of its own posts, edits and reactions', async () => {
  const simulator = await start()
  const seen = await receiver(simulator, () => ({ status: 200 }))
  const client = webClient(simulator)
  const channel = simulator.channel('general')
  const { ts = '' } = await client.chat.postMessage({ channel, text: 'one' })
  await client.chat.update({ channel, ts, text: 'two' })
  await client.reactions.add({ channel, timestamp: ts, name: 'eyes' })
  await simulator.until(() => seen.length === 3)
  await simulator.settled()
  const { userId, botId } = simulator.bot
  expect(seen.map(({ body }) => body.event)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: 'message', user: userId, bot_id: botId, text: 'one' }),
      expect.objectContaining({
        subtype: 'message_changed',
        message: expect.objectContaining({ text: 'two' }),
      }),
      expect.objectContaining({ type: 'reaction_added', user: userId, reaction: 'eyes', item_user: userId }),
    ]),
  )
})

test('edits, deletions and unfurls of people arrive as message_changed and message_deleted', async () => {
  const simulator = await start()
  const seen = await receiver(simulator, () => ({ status: 200 }))
  const alice = simulator.person('alice')
  const sent = await alice.post(simulator.channel('general'), 'see https://example.org')
  simulator.unfurl(sent.channel, sent.ts)
  await alice.edit(sent, 'never mind')
  await alice.delete(sent)
  await simulator.until(() => seen.length === 4)
  const [, unfurled, edited, deleted] = seen
    .map(({ body }) => body.event)
    .toSorted((a, b) => Number(Object(a).event_ts) - Number(Object(b).event_ts))
  expect(unfurled).toMatchObject({ subtype: 'message_changed', message: { text: 'see https://example.org' } })
  expect(Object(unfurled).message).not.toHaveProperty('edited')
  expect(edited).toMatchObject({ message: { text: 'never mind', edited: { user: alice.id } } })
  expect(deleted).toMatchObject({ subtype: 'message_deleted', deleted_ts: sent.ts })
})

test('other bots post bot_message and react as a bot user', async () => {
  const simulator = await start()
  const seen = await receiver(simulator, () => ({ status: 200 }))
  const bot = simulator.otherBot('ci')
  const sent = await bot.post(simulator.channel('general'), `<@${simulator.bot.userId}> build failed`)
  await bot.react(sent.channel, sent.ts, 'x')
  await simulator.until(() => seen.length === 3)
  const events = seen.map(({ body }) => body.event)
  const posted = events.find((event) => Object(event).subtype === 'bot_message')
  expect(posted).toMatchObject({ bot_id: bot.botId, username: 'ci' })
  expect(posted).not.toHaveProperty('user')
  expect(events).toContainEqual(expect.objectContaining({ type: 'reaction_added', user: bot.userId }))
  const { user } = await webClient(simulator).users.info({ user: bot.userId })
  expect(user?.is_bot).toBe(true)
})

test('a delivery that is refused comes again up to three times, at once, after one and five minutes', async () => {
  const clock = new VirtualClock(1_700_000_000_000)
  const simulator = await start({ clock })
  const seen = await receiver(simulator, () => ({ status: 500 }))
  await simulator.person('alice').directMessage('hi')
  await simulator.until(() => seen.length === 2 && simulator.deliveries.length === 2)
  await clock.advance(59_999)
  expect(seen).toHaveLength(2)
  await clock.advance(1)
  await simulator.until(() => simulator.deliveries.length === 3)
  await clock.advance(300_000)
  await simulator.until(() => simulator.deliveries.length === 4)
  await clock.advance(3_600_000)
  expect(seen.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']])).toEqual([
    [undefined, undefined],
    ['1', 'http_error'],
    ['2', 'http_error'],
    ['3', 'http_error'],
  ])
  expect(new Set(seen.map(({ body }) => body.event_id)).size).toBe(1)
})

test('a delivery that is not acknowledged within three seconds comes again, and stops when it is', async () => {
  const clock = new VirtualClock(1_700_000_000_000)
  const simulator = await start({ clock })
  const seen = await receiver(simulator, (attempt) => (attempt === 0 ? 'never' : { status: 200 }))
  await simulator.person('alice').directMessage('hi')
  await simulator.until(() => seen.length === 1)
  await clock.advance(2_999)
  expect(simulator.deliveries).toEqual([])
  await clock.advance(1)
  await simulator.until(() => simulator.deliveries.length === 2)
  expect(seen[1]?.headers['x-slack-retry-reason']).toBe('http_timeout')
  await clock.advance(3_600_000)
  expect(seen).toHaveLength(2)
})

test('X-Slack-No-Retry stops redelivery', async () => {
  const simulator = await start({ retryDelaysMs: [0] })
  const seen = await receiver(simulator, () => ({ status: 500, headers: { 'x-slack-no-retry': '1' } }))
  await simulator.person('alice').directMessage('hi')
  await simulator.until(() => simulator.deliveries.length === 1)
  await simulator.person('alice').directMessage('again')
  await simulator.until(() => simulator.deliveries.length === 2)
  expect(seen.map(({ headers }) => headers['x-slack-retry-num'])).toEqual([undefined, undefined])
})

test('an app that is down gets the event when it is back', async () => {
  const simulator = await start({ retryDelaysMs: [0, 50] })
  simulator.deliverTo('http://127.0.0.1:1/')
  await simulator.person('alice').directMessage('hi')
  await simulator.until(() => simulator.deliveries.length === 2)
  const seen = await receiver(simulator, () => ({ status: 200 }))
  await simulator.until(() => simulator.deliveries.length === 3)
  expect(simulator.deliveries.map(({ result }) => result)).toEqual(['no connection', 'no connection', '200'])
  expect(seen[0]?.headers['x-slack-retry-reason']).toBe('connection_failed')
})

test('T1: redeliver repeats both events of a mention, with or without retry headers', async () => {
  const simulator = await start()
  const seen = await receiver(simulator, () => ({ status: 200 }))
  const sent = await simulator.person('alice').mention(simulator.channel('general'), 'hi')
  await sent.redeliver(2)
  await sent.redeliver(1, { as: 'replay' })
  expect(seen).toHaveLength(8)
  expect(new Set(seen.map(({ body }) => body.event_id)).size).toBe(2)
  const retries = seen.map(({ headers }) => headers['x-slack-retry-num'])
  expect(retries.filter((number) => number === undefined)).toHaveLength(4)
  expect(retries.filter((number) => number === '2')).toHaveLength(2)
})

test('S6: a forged, unsigned or mistyped request is refused by Bolt, a signed one is not', async () => {
  const simulator = await start()
  const mentions: string[] = []
  await answer(simulator, (app) => {
    app.event('app_mention', async ({ event }) => {
      mentions.push(event.text)
    })
  })
  const body = JSON.stringify({ type: 'url_verification', challenge: 'abc' })
  const status = async (raw: string, headers: Record<string, string>) =>
    (await simulator.sendRaw(raw, headers)).status
  expect(await status(body, simulator.sign(body))).toBe(200)
  expect(await status(body, { ...simulator.sign(body), 'x-slack-signature': 'v0=00' })).toBe(401)
  expect(await status(body, { 'content-type': 'application/json' })).toBe(401)
  const stale = Math.trunc(Date.now() / 1_000) - 600
  expect(await status(body, simulator.sign(body, stale))).toBe(401)
  const form = new URLSearchParams({ payload: '{}' }).toString()
  const suffixed = {
    ...simulator.sign(form),
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
  }
  expect(await status(form, suffixed)).toBe(400)
  expect(mentions).toEqual([])
})

test('a person of another workspace carries that workspace in the event', async () => {
  const simulator = await start()
  const seen = await receiver(simulator, () => ({ status: 200 }))
  await simulator.person('eve').mention(simulator.channel('shared'), 'hi', { userTeam: 'T0ELSEWHERE' })
  await simulator.until(() => seen.length === 2)
  expect(seen[0]?.body).toMatchObject({ team_id: simulator.team.id, is_ext_shared_channel: true })
  expect(seen[0]?.body.event).toMatchObject({ user_team: 'T0ELSEWHERE', source_team: 'T0ELSEWHERE' })
})
