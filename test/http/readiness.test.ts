import { describe, expect, test } from 'vitest'
import { type Asked, askReadiness, type Circumstances, readinessOf } from '#core/http/readiness.ts'

const well: Circumstances = {
  storeFault: undefined,
  platforms: [
    { name: 'slack', state: { is: 'up' } },
    { name: 'discord', state: { is: 'up' } },
  ],
  queue: { open: 3, waitsMs: 500 },
  stopping: false,
}
const discordIs = (state: { readonly is: string; readonly reason?: string }): Circumstances => ({
  ...well,
  platforms: [
    { name: 'slack', state: { is: 'up' } },
    { name: 'discord', state },
  ],
})

test.each<readonly [string, Circumstances, boolean, Readonly<Record<string, string>>]>([
  ['all is well', well, true, { store: 'up', slack: 'up', discord: 'up' }],
  ['the store is away', { ...well, storeFault: 'no answer' }, false, { store: 'down: no answer' }],
  [
    'a platform is away for now',
    discordIs({ is: 'down', reason: 'Discord no longer accepts the bot token.' }),
    false,
    { discord: 'down: Discord no longer accepts the bot token.' },
  ],
  ['a platform is not there yet', discordIs({ is: 'starting' }), false, { discord: 'starting' }],
  ['a platform never will be', discordIs({ is: 'failed', reason: 'x' }), true, { discord: 'failed: x' }],
  ['it is told to stop', { ...well, stopping: true }, false, { parley: 'stopping' }],
  [
    'people wait for long',
    { ...well, queue: { open: 240, waitsMs: 65_400 } },
    true,
    { queue: 'behind: 240 open, the oldest has waited for 65 s' },
  ],
])('readiness tells the truth: %s', (_what, circumstances, ready, parts) => {
  const said = readinessOf(circumstances)
  expect(said.ready).toBe(ready)
  expect(said.parts).toMatchObject(parts)
  expect('queue' in said.parts).toBe('queue' in parts)
})

describe('readiness is asked for', () => {
  const away = async (): Promise<never> => {
    throw new Error('no answer')
  }
  const asked: Asked = {
    store: { ping: async () => {} },
    queue: { waiting: async () => 240, oldestWait: async () => 65_400 },
    platforms: () => well.platforms,
    stopping: () => false,
  }

  test('anew each time', async () => {
    let stopping = false
    const again = { ...asked, stopping: () => stopping }
    expect(await askReadiness(again)).toMatchObject({
      ready: true,
      parts: { queue: expect.stringMatching('240') },
    })
    stopping = true
    expect(await askReadiness(again)).toMatchObject({ ready: false, parts: { parley: 'stopping' } })
  })

  test('and a store that is away is not asked for its queue', async () => {
    let asks = 0
    const waiting = async () => {
      asks += 1
      return 0
    }
    const said = await askReadiness({ ...asked, store: { ping: away }, queue: { ...asked.queue, waiting } })
    expect(said).toEqual({ ready: false, parts: { store: 'down: no answer', slack: 'up', discord: 'up' } })
    expect(asks).toBe(0)
  })

  test('and a queue that cannot tell is not mentioned', async () => {
    const said = await askReadiness({ ...asked, queue: { ...asked.queue, oldestWait: away } })
    expect(said).toEqual({ ready: true, parts: { store: 'up', slack: 'up', discord: 'up' } })
  })
})
