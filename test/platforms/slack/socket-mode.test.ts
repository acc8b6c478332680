import { once } from 'node:events'
import type { App } from '@slack/bolt'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { VirtualClock } from '#test/virtual-clock.ts'
import { boltOverSocket, outcomeOf, webClient } from './bolt-app.ts'
import { isJson, type Json, parseJson } from './json.ts'
import { type SlackSimulator, type SlackSimulatorOptions, startSlackSimulator } from './simulator.ts'

const open: { close(): Promise<unknown> }[] = []

afterEach(async () => {
  for (const thing of open.splice(0).toReversed()) await thing.close()
})

async function start(options: SlackSimulatorOptions = {}): Promise<SlackSimulator> {
  const simulator = await startSlackSimulator({ rateLimits: false, ...options })
  open.push(simulator)
  return simulator
}

/** A bare connection that keeps its frames and acknowledges as told. */
async function connect(simulator: SlackSimulator, acknowledge: (frame: Json) => boolean = () => true) {
  const { url = '' } = await webClient(simulator, simulator.appToken).apps.connections.open()
  const frames: Json[] = []
  const socket = new WebSocket(url)
  socket.on('message', (data) => {
    const frame = parseJson(String(data))
    if (!isJson(frame)) return
    frames.push(frame)
    if (typeof frame.envelope_id === 'string' && acknowledge(frame)) {
      socket.send(JSON.stringify({ envelope_id: frame.envelope_id }))
    }
  })
  const before = simulator.sockets.count
  await once(socket, 'open')
  await simulator.until(() => simulator.sockets.count > before && frames.length > 0)
  return { frames, socket, url }
}

test('a mention is answered by a real Bolt app in Socket Mode', async () => {
  const simulator = await start()
  const app = await boltOverSocket(simulator, (bolt) => {
    bolt.event('app_mention', async ({ event, say }) => {
      await say({ text: 'hello', thread_ts: event.ts })
    })
  })
  open.push({ close: app.stop })
  const { channel, ts } = await simulator.person('alice').mention(simulator.channel('general'), 'hi')
  await simulator.until(() => simulator.thread(channel, ts).length === 2)
  await simulator.settled()
  expect(simulator.deliveries).toHaveLength(3)
  expect(simulator.deliveries.every(({ via, acknowledged }) => via === 'socket' && acknowledged)).toBe(true)
})

test('a connection begins with hello, and events come in envelopes', async () => {
  const simulator = await start()
  const { frames } = await connect(simulator)
  await simulator.person('alice').directMessage('hi')
  await simulator.settled()
  expect(frames[0]).toMatchObject({
    type: 'hello',
    num_connections: 1,
    connection_info: { app_id: simulator.bot.appId },
  })
  expect(frames[1]).toMatchObject({
    type: 'events_api',
    accepts_response_payload: false,
    retry_attempt: 0,
    payload: { type: 'event_callback', event: { type: 'message' } },
  })
})

test('T1: with several connections each event goes to one of them', async () => {
  const simulator = await start()
  const connections = [await connect(simulator), await connect(simulator), await connect(simulator)]
  for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) await simulator.person('alice').directMessage(text)
  await simulator.settled()
  expect(connections.map(({ frames }) => frames.length - 1)).toEqual([2, 2, 2])
})

test('an envelope that is not acknowledged comes again with its attempt and reason', async () => {
  const clock = new VirtualClock(1_700_000_000_000)
  const simulator = await start({ clock })
  const { frames } = await connect(simulator, ({ retry_attempt }) => retry_attempt === 1)
  await simulator.person('alice').directMessage('hi')
  await simulator.until(() => frames.length === 2)
  await clock.advance(3_000)
  await simulator.until(() => simulator.deliveries.length === 2)
  expect(frames[2]).toMatchObject({ retry_attempt: 1, retry_reason: 'timeout' })
  expect(frames[2]?.payload).toEqual(frames[1]?.payload)
  expect(frames[2]?.envelope_id).not.toBe(frames[1]?.envelope_id)
})

test('D5: an event in flight on a dropped connection comes again on the next one', async () => {
  const simulator = await start({ retryDelaysMs: Array(100).fill(20) })
  const first = await connect(simulator, () => false)
  await simulator.person('alice').directMessage('hi')
  await simulator.until(() => first.frames.length === 2)
  simulator.sockets.drop()
  await simulator.until(() => simulator.sockets.count === 0)
  const second = await connect(simulator)
  await simulator.until(() => simulator.deliveries.some(({ acknowledged }) => acknowledged))
  expect(second.frames[1]).toMatchObject({ payload: first.frames[1]?.payload })
})

test('asked to reconnect, the app comes back and hears what is said then', async () => {
  const simulator = await start({ retryDelaysMs: Array(100).fill(30) })
  const heard: string[] = []
  const listen = (bolt: App): void => {
    bolt.message(async ({ message }) => {
      if (message.subtype === undefined) heard.push(message.text ?? '')
    })
  }
  const app = await boltOverSocket(simulator, listen, 250)
  open.push({ close: app.stop })
  simulator.sockets.disconnect('refresh_requested')
  expect(simulator.sockets.count).toBe(0)
  await simulator.person('alice').directMessage('still there?')
  await simulator.until(() => heard.length === 1)
  await simulator.settled()
  simulator.sockets.drop()
  await simulator.person('alice').directMessage('and now?')
  await simulator.until(() => heard.length === 2)
  expect(heard).toEqual(['still there?', 'and now?'])
})

test('an address is good for one connection, with an app token, and there are ten at most', async () => {
  const simulator = await start()
  const { url } = await connect(simulator)
  const again = new WebSocket(url)
  const [refusal] = await once(again, 'error')
  expect(String(refusal)).toContain('401')
  const openConnection = (token: string) => outcomeOf(webClient(simulator, token).apps.connections.open())
  expect(await openConnection('xapp-wrong')).toBe('invalid_auth')
  expect(await openConnection(simulator.botToken)).toBe('not_allowed_token_type')
  for (let count = 1; count < 10; count += 1) await connect(simulator)
  expect(await openConnection(simulator.appToken)).toBe('too_many_websockets')
})
