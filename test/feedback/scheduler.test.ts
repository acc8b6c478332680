import { expect, test } from 'vitest'
import { Ballots } from '#core/feedback/ballots.ts'
import type { Invitation } from '#core/feedback/comparison-desk.ts'
import { Comparisons } from '#core/feedback/comparisons.ts'
import { Rankings } from '#core/feedback/rankings.ts'
import { Reservoir } from '#core/feedback/reservoir.ts'
import { ReviewScheduler } from '#core/feedback/scheduler.ts'
import { drawFrom } from '#core/feedback/seeded-draw.ts'
import { ComparisonTasks } from '#core/feedback/tasks.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { quietLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { alice, answer, bob, carol, FakeReplies, fault, judged } from './judged.ts'

const DAY_MS = 86_400_000
const DAY = 20_000
const NOON = (DAY + 0.5) * DAY_MS

async function open(perDay = 3) {
  const store = openSqliteStore('memory:', quietLog)
  const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
  const tasks = new ComparisonTasks(store.keyv('tasks'), pseudonyms)
  const rankings = new Rankings(store.keyv('rankings'), pseudonyms)
  const ballots = new Ballots(store.keyv('ballots'), pseudonyms)
  const clock = new VirtualClock(NOON)
  const replies = new FakeReplies()
  replies.known.clear()
  const signal = new AbortController().signal
  const desk = { replies, tasks, rankings, ballots, pseudonyms, clock, log: quietLog, signal }
  const invitations: Invitation[] = []
  const people = new Set([alice, bob].map((person) => pseudonyms.of(person)))
  const world = {
    ...{ replies, tasks, pseudonyms, clock, signal, invitations, people },
    invite: async (invitation: Invitation) => void invitations.push(invitation),
    /** A process on this store. */
    start: () =>
      new ReviewScheduler(
        { channel: 'C9', perDay, seed: 'seed' },
        {
          ...{ replies, pseudonyms, clock, log: quietLog },
          comparisons: new Comparisons(desk),
          days: store.keyv('reviews'),
          allows: async (pseudonym) => people.has(pseudonym),
          replyIds: async function* () {
            yield* replies.known.keys()
          },
          invite: (invitation) => world.invite(invitation),
        },
      ),
    all: () => Array.fromAsync(tasks.all()),
  }
  return world
}

/** Replies of yesterday. */
function said(replies: FakeReplies, count: number): void {
  for (let nth = 0; nth < count; nth += 1) {
    const at = (DAY - 1) * DAY_MS + nth
    const reply = `r${nth}`
    const question = `question ${nth}`
    replies.known.set(reply, judged({ reply, question, answer: answer(reply, `Said ${nth}.`, { at }) }))
  }
}

test('F5: replies of yesterday are drawn; seed and population size are kept with each task', async () => {
  const { start, replies, invitations, all, signal } = await open()
  said(replies, 10)
  await start().work(signal)
  const tasks = await all()
  expect(tasks).toHaveLength(3)
  for (const task of tasks)
    expect(task).toMatchObject({
      ...{ sampledBy: 'uniform', populationSize: 10, drawSeed: 'seed/2024-10-03', state: 'ready' },
    })
  expect(invitations.map(({ task }) => task).toSorted()).toEqual(tasks.map(({ id }) => id).toSorted())
  expect(invitations[0]).toMatchObject({
    channel: 'C9',
    text: expect.stringMatching(/^Which of 4 answers is best\? This was asked:\n\n> question \d$/),
  })
})

test('F5: at most so many a day, once a day, also over restarts', async () => {
  const { start, replies, invitations, clock, signal } = await open()
  said(replies, 10)
  await start().work(signal)
  await start().work(signal)
  expect(invitations).toHaveLength(3)
  await clock.advance(DAY_MS)
  await start().work(signal)
  expect(invitations).toHaveLength(3)
})

test('F5, S2, T6: what is not eligible is not counted: other days, replaced, deleted, broken off, without consent', async () => {
  const { start, replies, all, signal } = await open()
  said(replies, 1)
  const at = (DAY - 1) * DAY_MS + 5
  const put = (reply: string, more: Parameters<typeof judged>[0]) =>
    replies.known.set(reply, judged({ reply, ...more }))
  put('today', { answer: answer('today', 'Now.', { at: DAY * DAY_MS }) })
  put('before', { answer: answer('before', 'Then.', { at: (DAY - 1) * DAY_MS - 1 }) })
  put('old', { answer: answer('old', 'Old.', { at }), alternatives: [answer('r', 'New.', { at: at + 1 })] })
  put('half', { answer: answer('half', 'Ha', { at, outcome: 'stopped' }) })
  put('unasked', { answer: answer('unasked', 'Hm.', { at }), speakers: [alice, carol] })
  replies.known.set('gone', 'deleted')
  await start().work(signal)
  expect(await all()).toMatchObject([{ reply: 'r0', populationSize: 1 }])
})

test('S2: who takes their consent back after the draw is not asked about', async () => {
  const world = await open(5)
  said(world.replies, 5)
  const { invite } = world
  world.invite = async (invitation) => {
    world.people.clear()
    await invite(invitation)
  }
  await world.start().work(world.signal)
  await world.start().work(world.signal)
  expect(world.invitations).toHaveLength(1)
})

test('a process that dies between two invitations: the next one goes on, and invites to nothing twice', async () => {
  const world = await open()
  said(world.replies, 10)
  const { invite } = world
  world.invite = async (invitation) => {
    if (world.invitations.length === 1) throw new Error('the channel is down')
    await invite(invitation)
  }
  await expect(world.start().work(world.signal)).rejects.toThrow('the channel is down')
  expect(world.invitations).toHaveLength(1)
  world.invite = invite
  // More was said and taken back meanwhile: the draw stands.
  said(world.replies, 50)
  await world.start().work(world.signal)
  expect(new Set(world.invitations.map(({ task }) => task)).size).toBe(3)
  expect(world.invitations).toHaveLength(3)
  expect((await world.all()).map(({ populationSize }) => populationSize)).toEqual([10, 10, 10])
})

test('a model that is down costs no task: it is drawn on at the next look', async () => {
  const world = await open(1)
  said(world.replies, 1)
  world.replies.script = [fault('quota'), fault('quota')]
  const stopping = new AbortController()
  const running = world.start().run(stopping.signal)
  await world.clock.advance(1)
  expect(world.invitations).toHaveLength(0)
  world.replies.script = []
  await world.clock.advance(900_000)
  expect(world.invitations).toHaveLength(1)
  stopping.abort()
  await running
})

/** Of a chi-square with 19 degrees of freedom, one draw in ten thousand is above. */
const CHI_SQUARE_19 = 51

test('F5: each of any number of replies is drawn as often as any other', () => {
  const draws = 2_000
  const counts = Array.from({ length: 20 }, () => 0)
  for (let nth = 0; nth < draws; nth += 1) {
    const reservoir = new Reservoir<number>(3, drawFrom(`seed ${nth}`))
    for (let item = 0; item < counts.length; item += 1) reservoir.offer(item)
    expect(new Set(reservoir.kept).size).toBe(3)
    for (const item of reservoir.kept) counts[item] = (counts[item] ?? 0) + 1
  }
  const expected = (draws * 3) / counts.length
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  expect(chiSquare).toBeLessThan(CHI_SQUARE_19)
})
