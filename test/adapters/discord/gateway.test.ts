/** The gateway through faults: closed for good, half open, held by another replica, sharded (rules T1, T3). */
import { Keyv } from 'keyv'
import { expect, onTestFinished, test } from 'vitest'
import { type Clock, systemClock } from '#core/clock.ts'
import { openStore } from '#core/store/store.ts'
import { openLeases } from '#core/turns/leases.ts'
import { quietLog } from '#test/quiet-log.ts'
import { ScaledClock } from '#test/scaled-clock.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { finished, REPLY, readReply, running, stopped } from './running.ts'

/** Fifty times as fast as the real one, for what is tried again after seconds. */
const hurried: Clock = {
  now: systemClock.now,
  sleep: (ms, signal) => systemClock.sleep(ms / 50, signal),
}
const soon = { timeout: 15_000 }

test('a token that is revoked and good again: replies and questions of the time between are not lost', async () => {
  const { simulator, discord, host } = await running({ adapterClock: hurried })
  const alice = simulator.person('alice')
  alice.mention(simulator.channel('general'), 'begin')
  const { place, thread } = await host.question('begin')
  const surface = discord.open(place, [], REPLY)
  simulator.rejectToken()
  await expect(surface.show(finished('whole'), AbortSignal.timeout(5_000))).rejects.toMatchObject({
    fault: { kind: 'away' },
  })
  await expect.poll(() => discord.trouble, soon).toContain('Developer Portal')
  alice.mention(simulator.channel('general'), 'anybody?')
  simulator.acceptToken()
  await host.question('anybody?')
  await expect.poll(() => discord.trouble, soon).toBeUndefined()
  await surface.show(finished('whole'), AbortSignal.timeout(5_000))
  expect(readReply(simulator, thread.root)).toEqual(['whole'])
})

test('a refused token is tried seldom', async () => {
  const { simulator, discord } = await running({ adapterClock: hurried })
  simulator.rejectToken()
  await expect.poll(() => discord.trouble, soon).toBeDefined()
  const before = simulator.invalidRequests
  // Half a minute of its time.
  await systemClock.sleep(600)
  expect(simulator.invalidRequests - before).toBeLessThan(8)
})

test.each([4014, 4004, 4013])('a connection that Discord closes for good is made anew: %d', async (code) => {
  const { simulator, host, discord } = await running({ adapterClock: hurried })
  simulator.closeGateway(code)
  simulator.person('alice').mention(simulator.channel('general'), 'still there?')
  await host.question('still there?')
  await expect.poll(() => discord.trouble, soon).toBeUndefined()
})

test('a connection that is half open is found out, and nothing said on it is lost', async () => {
  const { simulator, host } = await running({ heartbeatIntervalMs: 300 })
  simulator.silenceHeartbeats()
  await simulator.until(() => simulator.resumes > 0, 15_000)
  simulator.silenceHeartbeats(false)
  simulator.person('alice').directMessage('hello?')
  await host.question('hello?')
})

test('T1: a gateway that cannot be reached is told, and what is said meanwhile is answered', async () => {
  let ahead = 0
  const clock: Clock = { now: () => systemClock.now() + ahead, sleep: systemClock.sleep }
  const { simulator, discord, host } = await running({ adapterClock: clock })
  simulator.refuseConnections()
  simulator.dropConnections()
  await simulator.until(() => simulator.connections === 0)
  simulator.expireSessions()
  simulator.person('alice').mention(simulator.channel('general'), 'where are you?')
  expect(discord.trouble).toBeUndefined()
  await expect
    .poll(() => {
      ahead += 1_000
      return discord.trouble
    }, soon)
    .toContain('cannot be reached')
  simulator.refuseConnections(false)
  await expect.poll(() => discord.trouble, soon).toBeUndefined()
  await host.question('where are you?')
})

test('of two replicas one hears, both write; the other hears when the first stops', async () => {
  const store = await openStore('memory:', quietLog)
  onTestFinished(() => store.close())
  const options = { leases: openLeases(store, hurried), memory: store.keyv('discord'), adapterClock: hurried }
  const first = await running(options)
  const { simulator, host } = first
  const second = await first.another()
  expect([simulator.connections, simulator.identifies]).toEqual([1, 1])
  const alice = simulator.person('alice')
  alice.mention(simulator.channel('general'), 'begin')
  const { place, thread } = await host.question('begin')
  await second.open(place, [], REPLY).show(finished('from the other one'), AbortSignal.timeout(5_000))
  expect(readReply(simulator, thread.root)).toEqual(['from the other one'])
  expect([first.discord.trouble, second.trouble]).toEqual([undefined, undefined])
  await first.discord.stop()
  alice.post(thread.root, 'while nobody listens')
  await host.question('while nobody listens')
  expect([simulator.connections, simulator.identifies]).toEqual([1, 2])
})

test('T3: what a replica held that was killed is taken over, and what was said meanwhile is answered', async () => {
  const store = await openStore('memory:', quietLog)
  onTestFinished(() => store.close())
  const memory = store.keyv('discord')
  const clock = new ScaledClock(10)
  // It held the gateway until a moment ago, and renews its lease no more.
  const dead = openLeases(store, new VirtualClock(clock.now()), { host: 'elsewhere', pid: 1, life: 'x' })
  await dead.take('discord gateway')
  await memory.set('heard until', Date.now())
  const { simulator, host, discord } = await stopped({
    leases: openLeases(store, clock),
    memory,
    adapterClock: clock,
  })
  await discord.start(host)
  expect(simulator.connections).toBe(0)
  simulator.person('alice').mention(simulator.channel('general'), 'anybody?')
  await host.question('anybody?')
  expect(simulator.identifies).toBe(1)
})

test('as many shards as Discord asks for hear everything once', async () => {
  const { simulator, host } = await running({ shards: 2 })
  expect(simulator.connections).toBe(2)
  const alice = simulator.person('alice')
  alice.mention(simulator.channel('general'), 'on a server')
  alice.directMessage('and here')
  await host.question('on a server')
  await host.question('and here')
  expect(host.questions).toHaveLength(2)
}, 40_000)

test('T1: a store that is away for long costs no question, and their order is kept', async () => {
  const memory = new Keyv()
  const { simulator, host } = await running({ adapterClock: hurried, memory })
  const get = memory.get.bind(memory)
  memory.get = async () => Promise.reject(new Error('the store is down'))
  host.down = new Error('the store is down')
  const alice = simulator.person('alice')
  alice.directMessage('patience')
  alice.directMessage('and order')
  // Five tries and the pauses between them are half a minute; this is well beyond.
  await host.until(() => host.failures > 12)
  memory.get = get
  host.down = undefined
  await host.question('and order')
  expect(host.questions.map(({ text }) => text)).toEqual(['patience', 'and order'])
})
