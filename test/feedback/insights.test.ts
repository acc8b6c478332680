import { expect, test } from 'vitest'
import { overTime } from '#core/feedback/insights/periods.ts'
import { createInsights, foldInsights, type InsightSources } from '#core/feedback/insights.ts'
import { seeded } from '#test/seeded.ts'
import { DAY_MS, type Given, MONDAY, ranking, reply, sources, stream, task, vote } from './insight-records.ts'
import { shuffled } from './statistics/simulate.ts'

const insightsOf = (given: Given) => foldInsights(sources(given), MONDAY)

test('without any feedback everything is zero or not known, and nothing is made up', async () => {
  const insights = await insightsOf({})
  expect(insights).toEqual({
    at: MONDAY,
    votes: {
      ...{ good: 0, bad: 0, share: null, replies: 0, raters: 0, retracted: 0 },
      overTime: { unit: 'day', periods: [] },
      ...{ byModel: [], byPromptVersion: [], byPlatform: [], agreement: null, alpha: null },
    },
    reasons: [],
    demonstrations: { draft: 0, submitted: 0, reviewed: 0, rejected: 0, corrections: 0 },
    rankings: {
      ...{ tasks: 0, rankings: 0, raters: 0, allBad: 0, agreement: null, tau: null, consistency: null },
      alpha: { nominal: null, ordinal: null, interval: null },
      ...{ position: null, length: null },
      bounds: { agreement: 0.726, tentative: 0.667, reliable: 0.8 },
    },
  })
  // It goes to browsers as JSON, which knows no NaN and no Infinity.
  expect(JSON.parse(JSON.stringify(insights))).toEqual(insights)
})

test('F1: votes are counted by day, model and prompt version; what was taken back is not', async () => {
  const { votes } = await insightsOf({
    replies: [
      reply(
        '1',
        vote('ana', 1, { model: 'large', promptVersion: 'p1' }),
        vote('tom', -1, { model: 'large' }),
      ),
      reply('2', vote('ana', 1, { model: 'small', at: MONDAY + 2 * DAY_MS })),
      reply('3', vote('mia', 0, { model: 'small' })),
      reply('4', vote('mia', 1)),
    ],
  })
  expect(votes).toMatchObject({ good: 3, bad: 1, replies: 4, raters: 3, retracted: 1 })
  expect(votes.byModel).toMatchObject([
    { name: 'large', good: 1, bad: 1 },
    { name: 'small', good: 1, bad: 0 },
    { name: 'unknown', good: 1, bad: 0 },
  ])
  expect(votes.byPromptVersion).toMatchObject([
    { name: 'unknown', good: 2 },
    { name: 'p1', good: 1 },
  ])
  expect(votes.overTime).toEqual({
    unit: 'day',
    periods: [
      { start: '2026-11-16', good: 2, bad: 1 },
      { start: '2026-11-17', good: 0, bad: 0 },
      { start: '2026-11-18', good: 1, bad: 0 },
    ],
  })
})

test('votes: two people of one reply agree or not', async () => {
  const { votes } = await insightsOf({
    replies: [
      reply('1', vote('ana', 1), vote('tom', 1), vote('mia', -1)),
      reply('2', vote('ana', -1), vote('tom', -1)),
      reply('3', vote('ana', 1)),
    ],
  })
  expect(votes.agreement).toMatchObject({ hits: 2, of: 4, share: 0.5 })
  // By hand: 2 x 1/2 + 2 of 5 coincidences lie on the diagonal; 2 good and 3 bad are expected to differ 12 of 20.
  expect(votes.alpha).toBeCloseTo(1 - (4 * 1) / 6, 9)
})

test.each([
  ['2026-11-16', 'day', '2026-11-16'],
  ['2027-01-16', 'day', '2026-11-16'],
  ['2027-01-17', 'week', '2026-11-16'],
  ['2028-01-23', 'week', '2026-11-16'],
  ['2028-01-24', 'month', '2026-11-01'],
])('votes over time: to %s by %s', (last, unit, first) => {
  const day = (start: string) => ({ start, good: 1, bad: 2 })
  const days = last === '2026-11-16' ? [day(last)] : [day('2026-11-16'), day(last)]
  const shown = overTime(days)
  expect(shown.unit).toBe(unit)
  expect(shown.periods[0]?.start).toBe(first)
  expect(shown.periods.reduce((sum, { good, bad }) => sum + good + bad, 0)).toBe(3 * days.length)
  expect(shown.periods.length).toBeLessThanOrEqual(63)
  // Without gaps, and the last one holds the last day.
  expect((shown.periods.at(-1)?.start ?? '') <= last).toBe(true)
  expect(new Set(shown.periods.map(({ start }) => start)).size).toBe(shown.periods.length)
})

test('F6: rankings are compared by answer, whatever order each person saw', async () => {
  const { rankings } = await insightsOf({
    tasks: [task('t', { a: 30, b: 20, c: 10 })],
    rankings: [
      ranking('t', 'ana', ['a', 'b', 'c'], { displayed: ['c', 'a', 'b'] }),
      ranking('t', 'tom', ['a', 'c', 'b'], { displayed: ['a', 'b', 'c'], allBad: true }),
    ],
  })
  expect(rankings).toMatchObject({ tasks: 1, rankings: 2, raters: 2, allBad: 1, consistency: null })
  expect(rankings.agreement).toMatchObject({ hits: 2, of: 3 })
  expect(rankings.tau).toEqual({ tau: 1 / 3, of: 1 })
  expect(rankings.position?.slots.map(({ wins }) => wins)).toEqual([1, 1, 0])
  expect(rankings.length?.longerPreferred).toMatchObject({ hits: 5, of: 6 })
  expect(rankings.alpha.interval).toBeGreaterThan(0)
})

test('F1: a change of mind is the newest ranking, in whatever order they are read', async () => {
  const first = ranking('t', 'ana', ['a', 'b'])
  const second = ranking('t', 'ana', ['b', 'a'])
  for (const rankings of [
    [first, second],
    [second, first],
    [second, first, second],
  ]) {
    const insights = await insightsOf({ tasks: [task('t', { a: 2, b: 1 })], rankings })
    expect(insights.rankings.rankings).toBe(1)
    expect(insights.rankings.length?.longerPreferred.hits).toBe(0)
  }
})

test('rankings of comparisons that were withdrawn or erased do not count; ties share a place', async () => {
  const { rankings } = await insightsOf({
    tasks: [task('gone', { a: 1, b: 2 }, { state: 'withdrawn' }), task('tied', { a: 1, b: 2, c: 3 })],
    rankings: [
      ranking('gone', 'ana', ['a', 'b']),
      ranking('never', 'ana', ['a', 'b']),
      ranking('tied', 'ana', ['ab', 'c']),
      ranking('tied', 'tom', ['a', 'b', 'c']),
    ],
  })
  expect(rankings).toMatchObject({ tasks: 1, rankings: 2 })
  expect(rankings.agreement).toMatchObject({ hits: 2, of: 2 })
  expect(rankings.position).toMatchObject({ of: 1 })
})

test('a person who ranks the same answers twice is compared with themselves only', async () => {
  const { rankings } = await insightsOf({
    tasks: [
      task('t', { a: 1, b: 2, c: 3 }),
      task('again', { a: 1, b: 2, c: 3 }, { repeatsOf: { task: 't', rater: 'ana' } }),
    ],
    rankings: [ranking('t', 'ana', ['a', 'b', 'c']), ranking('again', 'ana', ['a', 'c', 'b'])],
  })
  expect(rankings.consistency).toMatchObject({ hits: 2, of: 3 })
  expect(rankings.agreement).toBeNull()
})

test('F6: a lean to the first answer that is planted in 600 rankings is found (seed 7)', async () => {
  const random = seeded(7)
  const names = ['a', 'b', 'c', 'd']
  const rankings = Array.from({ length: 600 }, (_, nth) => {
    const displayed = shuffled(4, random).map((at) => names[at] ?? '')
    const [first = '', ...others] = displayed
    const winner = random() < 0.4 ? first : (others[Math.floor(random() * 3)] ?? '')
    const order = [winner, ...names.filter((name) => name !== winner)]
    return ranking(`t${nth}`, 'ana', order, { displayed })
  })
  const tasks = rankings.map((each) => task(each.task, { a: 10, b: 10, c: 10, d: 10 }))
  const found = await insightsOf({ rankings, tasks })
  expect(found.rankings.position).toMatchObject({ flagged: true, of: 600 })
  expect(found.rankings.length).toBeNull()
})

test('the stores are read once for all who ask within some seconds, and again after a failure', async () => {
  let now = 0
  let reads = 0
  let broken = false
  const given: InsightSources = {
    ...sources({}),
    replies: () => {
      reads += 1
      if (broken) throw new Error('the store is down')
      return stream([])
    },
  }
  const clock = { now: () => now, sleep: async () => {} }
  const insights = createInsights(given, clock)
  await Promise.all([insights(), insights(), insights()])
  now += 4_999
  await insights()
  expect(reads).toBe(1)
  now += 1
  broken = true
  await expect(Promise.all([insights(), insights()])).rejects.toThrow('the store is down')
  expect(reads).toBe(2)
  broken = false
  expect((await insights()).at).toBe(now)
  expect(reads).toBe(3)
})
