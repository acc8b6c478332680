import { Events } from 'discord.js'
import { expect, onTestFinished, test } from 'vitest'
import { restOptions } from '#adapters/discord/api.ts'
import { createClient } from '#adapters/discord/client.ts'
import { startDiscordSimulator } from '#test/platforms/discord/simulator.ts'

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
