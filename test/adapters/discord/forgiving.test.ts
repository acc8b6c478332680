import { expect, onTestFinished, test } from 'vitest'
import { createDiscord } from '#adapters/discord/discord.ts'
import { systemClock } from '#core/clock.ts'
import { Accounts } from '#core/delivery/accounts.ts'
import { standBetween } from '#test/fuzz/between.ts'
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
