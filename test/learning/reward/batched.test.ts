import { describe, expect, test } from 'vitest'
import { createBatched } from '#core/learning/reward/batched.ts'
import { Newest } from '#core/learning/reward/newest.ts'
import type { Judged } from '#core/learning/reward/reward-model.ts'
import { ModelError } from '#core/model/error.ts'
import { settle, VirtualClock } from '#test/virtual-clock.ts'
import { alike, byLength, type FakeReward, fakeReward } from './given.ts'

const never = new AbortController().signal
const saying = (answer: string): Judged => ({ conversation: [{ role: 'user', content: 'Hi' }], answer })

function batched(reward: FakeReward, more = {}) {
  const clock = new VirtualClock()
  const batching = { windowMs: 10, most: 4, remembered: 8, patienceMs: 1_000, ...more }
  return { clock, batched: createBatched(reward, { clock }, batching) }
}

describe('answers that come together', () => {
  test('are one batch after 10 ms, and a full one leaves at once', async () => {
    const reward = fakeReward()
    const { batched: model, clock } = batched(reward)
    const scores = ['a', 'bb', 'ccc', 'dddd', 'eeeee'].map((text) => model.score([saying(text)], never))
    await settle()
    expect(reward.asked.map(({ length }) => length)).toEqual([4])
    await clock.advance(9)
    expect(reward.asked).toHaveLength(1)
    await clock.advance(1)
    expect(reward.asked.map(({ length }) => length)).toEqual([4, 1])
    expect((await Promise.all(scores)).flat()).toEqual(
      [1, 2, 3, 4, 5].map((n) => byLength(saying('x'.repeat(n)))),
    )
  })

  test('are judged once when they are the same, then and later', async () => {
    const reward = fakeReward()
    const { batched: model, clock } = batched(reward)
    const both = Promise.all([
      model.score([saying('a'), saying('a')], never),
      model.score([saying('a')], never),
    ])
    await clock.advance(10)
    await both
    await model.score([saying('a')], never)
    expect(reward.asked).toEqual([[saying('a')]])
  })

  test('are told apart by role, words and place', async () => {
    const reward = fakeReward()
    const { batched: model, clock } = batched(reward, { most: 64 })
    const turns = (...texts: readonly string[]) =>
      texts.map((content) => ({ role: 'user' as const, content }))
    const unlike: readonly Judged[] = [
      { conversation: turns('a', 'b'), answer: 'c' },
      { conversation: turns('a'), answer: 'bc' },
      { conversation: turns('ab'), answer: 'c' },
      { conversation: [{ role: 'assistant', content: 'ab' }], answer: 'c' },
    ]
    const scored = model.score(unlike, never)
    await clock.advance(10)
    await scored
    expect(reward.asked.flat()).toHaveLength(4)
  })
})

test('one that is refused does not cost the others their scores', async () => {
  const reward = fakeReward({
    first: async (_call, _signal, judged) => {
      if (judged.some(({ answer }) => answer === 'too long'))
        throw new ModelError('context_overflow', 'too long')
    },
  })
  const { batched: model, clock } = batched(reward)
  const all = Promise.allSettled(
    ['a', 'too long', 'b', 'c'].map((text) => model.score([saying(text)], never)),
  )
  await clock.advance(10)
  expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
})

test('an outage fails the batch once, and is tried again by the next', async () => {
  const reward = fakeReward({
    first: async (call) => {
      if (call === 1) throw new ModelError('network', 'away')
    },
  })
  const { batched: model, clock } = batched(reward)
  const first = Promise.allSettled([model.score([saying('a')], never), model.score([saying('b')], never)])
  await clock.advance(10)
  expect((await first).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(reward.asked).toHaveLength(1)
  const second = model.score([saying('a')], never)
  await clock.advance(10)
  expect(await second).toEqual([byLength(saying('a'))])
})

test('scores are bounded, and what is no number is a fault', async () => {
  const scores = [alike(1e9), alike(Number.NEGATIVE_INFINITY), alike(Number.NaN)]
  const reward = fakeReward({ scoreOf: ({ answer }) => scores[Number(answer)] ?? alike(0) })
  const { batched: model, clock } = batched(reward)
  const all = Promise.allSettled(['0', '1', '2'].map((text) => model.score([saying(text)], never)))
  await clock.advance(10)
  expect(await all).toEqual([
    { status: 'fulfilled', value: [alike(10)] },
    { status: 'fulfilled', value: [alike(-10)] },
    { status: 'rejected', reason: expect.objectContaining({ kind: 'server' }) },
  ])
})

test('whoever leaves is let go at once; others still get their scores', async () => {
  const { promise: slow, resolve } = Promise.withResolvers<void>()
  const { batched: model, clock } = batched(fakeReward({ first: () => slow }))
  const leaving = new AbortController()
  const left = model.score([saying('a')], leaving.signal)
  const stays = model.score([saying('a')], never)
  await clock.advance(10)
  leaving.abort(new Error('gone'))
  await expect(left).rejects.toThrow('gone')
  resolve()
  expect(await stays).toEqual([byLength(saying('a'))])
})

test('too few scores are a fault, and a silent model is given up', async () => {
  const short = createBatched(
    { ...fakeReward(), score: async () => [] },
    { clock: new VirtualClock() },
    {
      ...{ windowMs: 10, most: 1, remembered: 8, patienceMs: 1_000 },
    },
  )
  await expect(short.score([saying('a')], never)).rejects.toMatchObject({ kind: 'server' })
  let given: AbortSignal | undefined
  const { batched: model, clock } = batched(
    fakeReward({
      first: (_call, signal) => {
        given = signal
        return new Promise(() => {})
      },
    }),
  )
  const silent = expect(model.score([saying('a')], never)).rejects.toMatchObject({ kind: 'timeout' })
  await clock.advance(1_010)
  await silent
  expect(given?.aborted).toBe(true)
})

test('what was used last stays', () => {
  const newest = new Newest<number>(2)
  newest.set('a', 1)
  newest.set('b', 2)
  expect(newest.get('a')).toBe(1)
  newest.set('c', 3)
  expect(['a', 'b', 'c'].map((key) => newest.get(key))).toEqual([1, undefined, 3])
})
