import { expect, test } from 'vitest'
import { createClient } from '#adapters/discord/client.ts'
import { finished, REPLY, readReply, running, stopped, writing } from './running.ts'

test('the intents are those that threads, reactions and direct messages need, and no more', async () => {
  const [full, reduced] = [createClient(true, {}, () => {}), createClient(false, {}, () => {})]
  expect(full.options.intents.bitfield).toBe(46593)
  expect(full.options.intents.bitfield - reduced.options.intents.bitfield).toBe(1 << 15)
  await Promise.all([full.destroy(), reduced.destroy()])
})

test('a wrong token is permanent, and the error says where to get another', async () => {
  const { discord, host } = await stopped({ token: 'wrong' })
  await expect(discord.start(host)).rejects.toMatchObject({
    name: 'PlatformError',
    message: expect.stringContaining('Developer Portal'),
    fault: { platform: 'discord', code: 'TokenInvalid', permanent: true },
  })
})

test('a Discord that cannot be reached is worth another try', async () => {
  const { discord, host, simulator } = await stopped()
  await simulator.close()
  await expect(discord.start(host)).rejects.toMatchObject({
    name: 'PlatformError',
    fault: { code: 'ECONNREFUSED', permanent: false },
  })
})

test('a start that failed can be tried again', async () => {
  const { discord, host, simulator } = await stopped()
  simulator.failNext('GET /gateway/bot', { kind: 'error', status: 503, code: 0 })
  await expect(discord.start(host)).rejects.toMatchObject({ fault: { permanent: false } })
  await discord.start(host)
  simulator.person('alice').directMessage('there you are')
  await host.question('there you are')
})

test('a connection that breaks resumes, and nothing said meanwhile is lost', async () => {
  const { host, simulator } = await running()
  simulator.dropConnections()
  simulator.person('alice').directMessage('hello?')
  await host.question('hello?')
  expect(simulator.identifies).toBe(1)
})

test('a token that is revoked while running is reported with what to do', async () => {
  const { simulator, logged } = await running()
  simulator.rejectToken()
  const told = await waitFor(() => logged().find(({ level, code }) => level === 50 && code === 4004))
  expect(told.msg).toContain('Developer Portal')
})

test('S6: what nobody expects on the gateway leaves the adapter standing', async () => {
  const { host, simulator } = await running()
  const alice = simulator.person('alice')
  const sent = alice.post(simulator.channel('general'), 'look')
  alice.pin(sent)
  alice.edit(sent, 'look again')
  simulator.unfurl(sent)
  alice.typing(simulator.channel('general'))
  alice.delete(sent)
  simulator.deleteChannel(simulator.channel('general'))
  alice.directMessage('still there?')
  await host.question('still there?')
  expect(host.questions).toHaveLength(1)
})

test('after stop nothing is taken in, and open surfaces still finish', async () => {
  const { discord, host, simulator } = await running()
  const alice = simulator.person('alice')
  alice.mention(simulator.channel('general'), 'begin')
  const { place, thread } = await host.question('begin')
  const surface = discord.open(place, [], REPLY)
  await surface.show(writing('half'), AbortSignal.timeout(5_000))
  await discord.stop()
  alice.directMessage('too late')
  await surface.show(finished('half and whole'), AbortSignal.timeout(5_000))
  expect(readReply(simulator, thread.root)).toEqual(['half and whole'])
  expect(simulator.connections).toBe(0)
  expect(host.questions).toHaveLength(1)
})

test('a store that is down for a moment costs no question', async () => {
  const { host, simulator } = await running()
  host.down = new Error('the store is down')
  const alice = simulator.person('alice')
  alice.directMessage('patience')
  alice.directMessage('and order')
  await host.until(() => host.failures > 0)
  host.down = undefined
  await host.question('and order')
  expect(host.questions.map(({ text }) => text)).toEqual(['patience', 'and order'])
})

/** Log lines announce nothing, so this asks again at every turn of the event loop; the test's own time-out bounds it. */
async function waitFor<T>(check: () => T | undefined): Promise<T> {
  for (;;) {
    const value = check()
    if (value !== undefined) return value
    await new Promise(setImmediate)
  }
}
