/** Rule S7 through real adapters: who may ask by a role on a Discord server, and where on Slack. */
import { afterEach, expect, test } from 'vitest'
import type { AccessLists } from '#core/safety/access.ts'
import { type Running, run } from './running.ts'
import type { Shown, World } from './world.ts'
import { discordWorld } from './worlds/discord.ts'
import { slackWorld } from './worlds/slack.ts'

const DRAIN_MS = 5_000
const REFUSED = /I may not answer you here/
const answered = (shown: readonly Shown[]) => shown.length > 0 && shown.every(({ finished }) => finished)

let parley: Running
let world: World
afterEach(async () => {
  await parley.stop(DRAIN_MS)
  await world.close()
})

async function begin<W extends World>(opened: W, access: AccessLists): Promise<W> {
  world = opened
  parley = await run([world], { access })
  return opened
}

/** What each of them is answered in a thread of their own. */
const answersTo = (...names: readonly string[]) =>
  Promise.all(
    names.map(async (name) => {
      const thread = await world.person(name).ask('hello')
      return (await thread.until(answered)).map(({ text }) => text).join('')
    }),
  )

test('S7: on Discord a role may ask', async () => {
  const discord = await discordWorld()
  const { id } = discord.simulator.role('staff', [discord.simulator.person('alice')])
  await begin(discord, { people: [id] })
  const [alice, mallory] = await answersTo('alice', 'mallory')
  expect(alice).toContain('Answering alice: hello')
  expect(mallory).toMatch(REFUSED)
})

test('S7: on Slack whoever is denied is told so, and the others are answered', async () => {
  const slack = await slackWorld()
  await begin(slack, { deny: [slack.person('mallory').id] })
  const [alice, mallory] = await answersTo('alice', 'mallory')
  expect(alice).toContain('Answering alice: hello')
  expect(mallory).toMatch(REFUSED)
})
