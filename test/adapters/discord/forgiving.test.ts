import { Events } from 'discord.js'
import { expect, onTestFinished, test } from 'vitest'
import { restOptions } from '#adapters/discord/api.ts'
import { createClient } from '#adapters/discord/client.ts'
import { createDiscord } from '#adapters/discord/discord.ts'
import { systemClock } from '#core/clock.ts'
import { Accounts } from '#core/delivery/accounts.ts'
import { standBetween } from '#test/fuzz/between.ts'
import { startDiscordSimulator } from '#test/platforms/discord/simulator.ts'
import { recordingLog } from '#test/quiet-log.ts'
import { RecordingHost } from './recording-host.ts'
import { stopped } from './running.ts'

test('S6: what discord.js cannot take ends neither the process nor the connection', async () => {
  const { simulator } = await stopped()
  const between = await standBetween(new URL(simulator.apiUrl).origin)
  const { log, lines } = recordingLog()
  const discord = createDiscord(
    { token: simulator.token, apiUrl: between.url(simulator.apiUrl) },
    { log, clock: systemClock, accounts: new Accounts(systemClock) },
  )
  onTestFinished(async () => {
    await discord.stop()
    await between[Symbol.asyncDispose]()
  })
  const host = new RecordingHost()
  await discord.start(host)
  for (const d of [null, 7, {}]) await between.say(JSON.stringify({ op: 0, s: 100, t: 'GUILD_CREATE', d }))
  simulator.person('alice').mention(simulator.channel('general'), 'still there?')
  await host.question('still there?')
  expect(between.connections).toBe(1)
  expect(JSON.stringify(lines())).toContain('Discord said something that cannot be read')
})

test('T7: a connection that is lost while it waits to identify ends no process, and the next one identifies', async () => {
  const simulator = await startDiscordSimulator()
  onTestFinished(() => simulator.close())
  const failures: string[] = []
  const client = createClient(true, restOptions(simulator.apiUrl), (_, duty) => failures.push(duty))
  onTestFinished(() => client.destroy())
  const first = Promise.withResolvers<void>()
  let waited = 0
  const waitForIdentify = async () => {
    waited += 1
    if (waited > 1) return
    simulator.closeGateway(4000)
    await first.promise
  }
  client.options.ws = { ...client.options.ws, buildIdentifyThrottler: () => ({ waitForIdentify }) }
  let connections = 0
  client.on(Events.Debug, (said) => {
    if (!said.includes('Connecting to')) return
    connections += 1
    // The next connection is being made now, and not open yet.
    if (connections === 2) first.resolve()
  })
  const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve))
  await client.login(simulator.token)
  await ready
  expect(failures).toEqual(['internalConnect'])
})
