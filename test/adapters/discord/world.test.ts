import { expect, onTestFinished, test } from 'vitest'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { quietLog } from '#test/quiet-log.ts'
import { discordWorld } from '#test/scenarios/worlds/discord.ts'
import { RecordingHost } from './recording-host.ts'
import { finished, REPLY, writing } from './running.ts'

test('the world shows a scenario what people see', async () => {
  const world = await discordWorld()
  const platform = await world.platform(openSqliteStore('memory:', quietLog).keyv('web'))
  onTestFinished(async () => {
    await platform.stop()
    await world.close()
  })
  const host = new RecordingHost()
  await platform.start(host)
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  const talk = await alice.ask('what is a monad?')
  await talk.opening.redeliver(1)
  const { place } = await host.question('what is a monad?')
  expect(await talk.shown()).toEqual([])
  const surface = platform.open(place, [], REPLY)
  const signal = AbortSignal.timeout(5_000)
  await surface.show(writing('a bur'), signal)
  expect(await talk.shown()).toMatchObject([{ text: 'a bur', finished: false }])
  const done = talk.until((shown) => shown.at(-1)?.finished === true)
  await surface.show(finished('a burrito'), signal)
  const [shown] = await done
  if (!shown) throw new Error('nothing is shown')
  expect(shown).toMatchObject({ text: 'a burrito', finished: true })
  await talk.react(bob, shown, '👍')
  await talk.unreact(bob, shown, '👍')
  await talk.say(bob, 'really?')
  await host.question('really?')
  await host.until(() => host.reactions.length === 2)
  expect(host.reactions).toMatchObject([
    { kind: 'reaction_added', rater: bob.id, message: surface.refer(shown.id) },
    { kind: 'reaction_removed', rater: bob.id },
  ])
  await expect(talk.until(() => false, 1)).rejects.toThrow('a burrito')
})
