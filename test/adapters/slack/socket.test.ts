import { expect, test } from 'vitest'
import { type Clock, systemClock } from '#core/clock.ts'
import { running } from './running.ts'

test('a connection that drops, or that Slack takes back, is made anew', async () => {
  const { simulator, host, channel } = await running({ socket: true })
  simulator.sockets.drop()
  await simulator.until(() => simulator.sockets.count === 0)
  await simulator.until(() => simulator.sockets.count === 1)
  simulator.sockets.disconnect('refresh_requested')
  await simulator.until(() => simulator.sockets.count === 0)
  await simulator.until(() => simulator.sockets.count === 1)
  await simulator.person('alice').mention(channel, 'still there?')
  await simulator.until(() => host.questions.length === 1)
})

/** Twenty times as fast as the real one, so that waits between tries pass quickly and a hello still has a second. */
const hurried: Clock = {
  now: systemClock.now,
  sleep: (ms, signal) => systemClock.sleep(ms / 20, signal),
}

test('Slack may be down for a while, or refuse: the connection comes back and nothing is thrown', async () => {
  const { simulator, host, channel } = await running({ socket: true, clock: hurried, rateLimits: false })
  for (let n = 0; n < 3; n += 1) simulator.failNext('apps.connections.open', { kind: 'http', status: 503 })
  simulator.failNext('apps.connections.open', { kind: 'platform', error: 'invalid_auth' })
  simulator.failNext('apps.connections.open', { kind: 'reset', when: 'before' })
  simulator.sockets.drop()
  await simulator.until(() => simulator.sockets.count === 0)
  await simulator.until(() => simulator.sockets.count === 1)
  const opens = simulator.calls.filter(({ method }) => method === 'apps.connections.open')
  expect(opens.map(({ outcome }) => outcome)).toEqual([
    ...['ok', 'http 503', 'http 503', 'http 503', 'invalid_auth', 'reset before', 'ok'],
  ])
  await simulator.person('alice').mention(channel, 'back?')
  await simulator.until(() => host.questions.length === 1)
})

test('after a stop nothing reconnects', async () => {
  const { simulator, platform } = await running({ socket: true })
  await platform.stop()
  await simulator.until(() => simulator.sockets.count === 0)
  expect(simulator.calls.filter(({ method }) => method === 'apps.connections.open')).toHaveLength(1)
})

test('T1: several replicas hear on connections of their own, each event is taken in once, and one may go', async () => {
  const { simulator, host, channel, platform, restarted } = await running({ socket: true })
  await restarted()
  expect(simulator.sockets.count).toBe(2)
  const alice = simulator.person('alice')
  for (const n of [1, 2, 3, 4]) await alice.mention(channel, `question ${n}`)
  await simulator.until(() => host.questions.length === 4)
  await platform.stop()
  await alice.mention(channel, 'question 5')
  await simulator.until(() => host.questions.length === 5)
})
