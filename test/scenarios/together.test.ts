import { afterEach, describe, expect, test } from 'vitest'
import type { Platform } from '#adapters/platform.ts'
import { PlatformError } from '#core/errors.ts'
import { FAULTS, faultyModel } from './model-failures.ts'
import { type Running, run } from './running.ts'
import type { Shown, World } from './world.ts'
import { discordWorld } from './worlds/discord.ts'
import { slackWorld } from './worlds/slack.ts'
import { webWorld } from './worlds/web.ts'

const DRAIN_MS = 5_000
const answered = (shown: readonly Shown[]) => shown.length > 0 && shown.every(({ finished }) => finished)

let running: Running | undefined
let worlds: readonly World[] = []
afterEach(async () => {
  await running?.stop(DRAIN_MS)
  for (const world of worlds) await world.close()
})
const openAll = async () => {
  worlds = [await slackWorld(), await discordWorld(), await webWorld()]
  return worlds
}
const health = async (path: string) => {
  const response = await fetch(`${running?.url}${path}`)
  return [response.status, await response.json()]
}

test('one process serves Slack, Discord and the web at once', async () => {
  running = await run(await openAll())
  const answers = await Promise.all(
    worlds.map(async (world) => {
      const thread = await world.person('alice').ask(`hello from ${world.name}`)
      return (await thread.until(answered)).map(({ text }) => text)
    }),
  )
  expect(answers).toEqual(
    worlds.map(({ name }) => [`Answering alice: hello from ${name}. Before that: nothing.`]),
  )
  expect(await health('/readyz')).toEqual([
    200,
    { ready: true, parts: { store: 'up', slack: 'up', discord: 'up', web: 'up' } },
  ])
  expect(await health('/healthz')).toEqual([200, { alive: true }])
})

test('a platform that cannot log in does not stop the others, and readiness says what to do', async () => {
  const refused = (world: World): World => ({
    ...world,
    platform: async (store): Promise<Platform> => {
      const platform = await world.platform(store)
      const fault = { platform: world.name, method: 'login', code: 'bad_token', fix: 'Set another token.' }
      const start = async () => {
        throw new PlatformError({ ...fault, permanent: true })
      }
      return { name: platform.name, start, stop: async () => {}, past: async () => [], open: platform.open }
    },
  })
  const [slack, discord, web] = await openAll()
  if (!slack || !discord || !web) throw new Error('all three are open')
  running = await run([refused(slack), discord, web])
  const thread = await discord.person('alice').ask('still there?')
  expect(await thread.until(answered)).toHaveLength(1)
  expect(await health('/readyz')).toMatchObject([
    200,
    { parts: { slack: 'failed: slack: login failed with bad_token. Set another token.', discord: 'up' } },
  ])
})

test('S7: whoever has had the answers of the day reads so, on every platform, and others go on', async () => {
  running = await run(await openAll(), { limits: { person: 1 } })
  for (const world of worlds) {
    const alice = world.person('alice')
    const thread = await alice.ask('first')
    await thread.until(answered)
    await thread.say(alice, 'second')
    const [, refusal] = await thread.until((shown) => shown.length === 2 && answered(shown))
    expect(refusal?.text).toContain('You have had your one answer for today.')
    const other = await world.person('bob').ask('third')
    const [answer] = await other.until(answered)
    expect(answer?.text).toContain('Answering bob: third')
  }
})

describe('T4: whatever the model server does, the reader sees a plain sentence, and the process goes on', () => {
  test.each(Object.entries(FAULTS))('%s', async (_name, fault) => {
    const { model, close } = await faultyModel(fault)
    try {
      running = await run(await openAll(), { model })
      for (const question of ['first', 'second']) {
        const texts = await Promise.all(
          worlds.map(async (world) => {
            const thread = await world.person('alice').ask(question)
            return (await thread.until(answered)).map(({ text }) => text).join('\n')
          }),
        )
        for (const text of texts) {
          expect(text).toMatch(/_[A-Z][^_]+\._$/)
          expect(text).not.toMatch(/vendor detail|secret-key|127\.0\.0\.1|Error/)
        }
      }
      expect(await health('/healthz')).toEqual([200, { alive: true }])
    } finally {
      await close()
    }
  })
})
