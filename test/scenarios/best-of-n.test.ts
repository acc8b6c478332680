/** Best-of-n as people meet it: a reply, one that is written again, and a suggestion in the trainer console. */
import { afterEach, expect, test } from 'vitest'
import { lateReward } from '#core/learning/best-of-n/late-reward.ts'
import type { RewardModel } from '#core/learning/reward/reward-model.ts'
import type { LanguageModel } from '#core/model/model.ts'
import { byLength, fakeReward } from '#test/learning/reward/given.ts'
import { quietLog, recordingLog } from '#test/quiet-log.ts'
import { type Running, run } from './running.ts'
import type { Shown } from './world.ts'
import { type WebWorld, webWorld } from './worlds/web.ts'

const DRAIN_MS = 5_000
const answered = (shown: readonly Shown[]) => shown.length > 0 && shown.every(({ finished }) => finished)

let parley: Running
let world: WebWorld
afterEach(async () => {
  await parley.stop(DRAIN_MS)
  await world.close()
})

/** Every third answer is the longest. */
function wordy(): LanguageModel & { readonly drawn: () => number } {
  let drawn = 0
  return {
    label: 'wordy model',
    drawn: () => drawn,
    async *stream() {
      drawn += 1
      const nth = drawn
      yield { type: 'text', delta: `Answer ${nth}${nth % 3 === 0 ? ', with more to it' : ''}.` }
      yield { type: 'done', finish: 'stop', model: 'wordy-1' }
    },
  }
}

async function begin(reward: () => Promise<RewardModel>, model: LanguageModel, log = quietLog) {
  world = await webWorld()
  parley = await run([world], { model, log, bestOf: { replies: 4, suggestions: 3, reward } })
  return world.person('alice')
}

test('the best of four is what the reader sees; a suggestion is the best of three', async () => {
  const model = wordy()
  const reward = fakeReward()
  let opened = 0
  const alice = await begin(async () => {
    opened += 1
    return reward
  }, model)
  const thread = await alice.ask('Why is the sky blue?')
  expect((await thread.until(answered)).map(({ text }) => text)).toEqual(['Answer 3, with more to it.'])
  expect(model.drawn()).toBe(4)
  const wish = { side: 'assistant', system: '', turns: [{ side: 'user', text: 'And at night?' }] }
  const client = await world.client(alice)
  const stream = await (await client.send('POST', '/api/console/suggestions', wish)).text()
  expect(stream).toContain('Answer 6, with more to it.')
  expect(model.drawn()).toBe(7)
  expect(opened).toBe(1)
  expect(reward.asked.map(({ length }) => length)).toEqual([4, 3])
})

test('a reward model that cannot be opened costs nobody an answer, and is tried again', async () => {
  let isThere = false
  const alice = await begin(async () => {
    if (!isThere) throw new Error('it is not there yet')
    return { ...fakeReward(), score: async (judged) => judged.map(byLength) }
  }, wordy())
  const first = await alice.ask('Why is the sky blue?')
  expect((await first.until(answered)).map(({ text }) => text)).toEqual(['Answer 1.'])
  isThere = true
  const second = await alice.ask('And at night?')
  expect((await second.until(answered)).map(({ text }) => text)).toEqual(['Answer 6, with more to it.'])
})

/** What is said of the reward model once the bot is up, before anybody asks anything. */
const saidOfReward = (lines: readonly Record<string, unknown>[]) =>
  lines.filter(({ msg }) => String(msg).startsWith('no reward model yet'))

test('a bot with a wrong reward model says so once it is up, with the address and what to do', async () => {
  const { log, lines } = recordingLog()
  await begin(lateReward({ address: '/nowhere/rm' }, { env: {}, fetch }), wordy(), log)
  await expect.poll(() => saidOfReward(lines())).toHaveLength(1)
  expect(saidOfReward(lines())).toMatchObject([
    { level: 40, err: { message: expect.stringContaining('There is no reward model at /nowhere/rm') } },
  ])
})

test('a right one is opened without a word', async () => {
  const { log, lines } = recordingLog()
  const opened = Promise.withResolvers<void>()
  await begin(
    async () => {
      opened.resolve()
      return fakeReward()
    },
    wordy(),
    log,
  )
  await opened.promise
  expect(saidOfReward(lines())).toEqual([])
})
