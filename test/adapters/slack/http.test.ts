import { request } from 'node:http'
import { expect, test } from 'vitest'
import { running } from './running.ts'

const event = (extra: object) =>
  JSON.stringify({ type: 'event_callback', team_id: 'T1', event_id: 'Ev1', event_time: 1, ...extra })
const mention = event({
  event: { type: 'app_mention', user: 'U1', text: 'hi', ts: '1700000000.000100', channel: 'C1' },
})

const pressed = (payload: object) =>
  new URLSearchParams({ payload: JSON.stringify({ team: { id: 'T1' }, user: { id: 'U1' }, ...payload }) })

test('S6: a forged or stale signature gets 401 and leaves no trace', async () => {
  const { simulator, host } = await running()
  const stale = simulator.sign(mention, Math.floor(Date.now() / 1000) - 600)
  const forged = { ...simulator.sign(mention), 'x-slack-signature': `v0=${'0'.repeat(64)}` }
  for (const headers of [stale, forged, { 'content-type': 'application/json' }]) {
    expect((await simulator.sendRaw(mention, lowerCase(headers))).status).toBe(401)
  }
  expect(host.questions).toHaveLength(0)
  expect((await simulator.sendRaw(mention, simulator.sign(mention))).status).toBe(200)
  expect(host.questions).toHaveLength(1)
})

test.each([
  ['null', 'null'],
  ['no JSON', '{"type":'],
  ['a list', '[]'],
  ['a number', '7'],
  ['no type', '{}'],
  ['an event without one', event({})],
  ['an event of null', event({ event: null })],
  ['an event of no type', event({ event: {} })],
  ['a channel that is none', event({ event: { type: 'message', channel: null } })],
  ['a reaction on nothing', event({ event: { type: 'reaction_added', item: 7 } })],
  [
    'a form to be answered nowhere',
    pressed({
      type: 'view_submission',
      view: { id: 'V1', callback_id: 'parley:reason' },
      response_urls: [null],
    }).toString(),
  ],
])('S6: signed junk gets 400: %s', async (_, body) => {
  const { simulator } = await running()
  expect((await simulator.sendRaw(body, simulator.sign(body))).status).toBe(400)
})

test.each([
  ['an unknown event', event({ event: { type: 'space_opened', space: 'S1' } })],
  ['a message of no shape', event({ event: { type: 'message', channel: {}, ts: 7 } })],
  ['a reaction of no shape', event({ event: { type: 'reaction_added', item: {} } })],
])('S6: %s is acknowledged and ignored', async (_, body) => {
  const { simulator, host } = await running()
  expect((await simulator.sendRaw(body, simulator.sign(body))).status).toBe(200)
  expect([host.questions, host.reactions]).toEqual([[], []])
})

test.each([
  ['a command that is not ours', new URLSearchParams({ command: '/other', user_id: 'U1', trigger_id: '1' })],
  [
    'a press on what is not ours',
    pressed({ type: 'block_actions', actions: [{ type: 'button', action_id: 'other' }] }),
  ],
  ['a form that is not ours', pressed({ type: 'view_submission', view: { id: 'V1', callback_id: 'other' } })],
  [
    'a workspace called as what every object has',
    new URLSearchParams({ command: '/other', user_id: 'U1', team_id: 'constructor', trigger_id: '1' }),
  ],
])('S6: %s is acknowledged and ignored, at once', async (_, form) => {
  const { simulator } = await running()
  const body = form.toString()
  expect((await simulator.sendRaw(body, simulator.sign(body))).status).toBe(200)
})

test('S6: a body without end is refused', async () => {
  const { url } = await running()
  const body = 'x'.repeat(1024 * 1024 + 1)
  expect((await fetch(url, { method: 'POST', body })).status).toBe(413)
})

test('S6: an upload that breaks off ends nothing', async () => {
  const { simulator, url } = await running()
  const broken = request(url, { method: 'POST', headers: { 'content-length': '1000' } })
  broken.on('error', () => {})
  broken.write('{')
  await new Promise((resolve) => broken.once('socket', (socket) => socket.once('connect', resolve)))
  broken.destroy()
  expect((await simulator.sendRaw(mention, simulator.sign(mention))).status).toBe(200)
})

test("Slack's challenge is answered, and other paths and methods are not", async () => {
  const { simulator, url } = await running()
  const challenge = JSON.stringify({ type: 'url_verification', challenge: 'abc' })
  const answer = await simulator.sendRaw(challenge, simulator.sign(challenge))
  expect(await answer.json()).toEqual({ challenge: 'abc' })
  expect((await fetch(url)).status).toBe(405)
  expect((await fetch(new URL('/slack/other', url), { method: 'POST' })).status).toBe(404)
})

test('T1, T7: before the start and after the stop Slack is told to come again', async () => {
  const { simulator, platform, host } = await running({ started: false })
  const send = async () => (await simulator.sendRaw(mention, simulator.sign(mention))).status
  expect(await send()).toBe(503)
  await platform.start(host)
  expect(await send()).toBe(200)
  await platform.stop()
  expect(await send()).toBe(503)
})

const lowerCase = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
