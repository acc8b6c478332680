/** A process dies between writing a message and remembering it (rules T1, T3): the next one goes on in that message. */
import { expect, test } from 'vitest'
import { type Clock, systemClock } from '#core/clock.ts'
import { finished, REPLY, readReply, running, writing } from './running.ts'

const live = () => AbortSignal.timeout(10_000)

/** Real time that can jump: Discord forgets nonces within minutes. */
class JumpingClock implements Clock {
  #ahead = 0
  now = () => systemClock.now() + this.#ahead
  sleep = systemClock.sleep
  jump = (ms: number) => {
    this.#ahead += ms
  }
}

async function asked() {
  const clock = new JumpingClock()
  const world = await running({ clock, adapterClock: clock })
  const alice = world.simulator.person('alice')
  alice.mention(world.simulator.channel('general'), 'what is a monad?')
  const { place, thread } = await world.host.question('what is a monad?')
  const exists = () => world.simulator.threads().some(({ id }) => id === thread.root)
  const seen = () => (exists() ? readReply(world.simulator, thread.root) : [])
  return { ...world, clock, alice, place, thread: thread.root, seen }
}

test.each([
  ['at once', 0],
  ['after ten minutes', 600_000],
])('T3: the message of the first words is found again: %s', async (_when, laterMs) => {
  const { discord, place, restart, clock, seen } = await asked()
  await discord.open(place, [], REPLY).show(writing('A monad is'), live())
  clock.jump(laterMs)
  const next = (await restart()).open(place, [], REPLY, true)
  const ids = await next.show(finished('A monad is a monoid.'), live())
  expect([ids.length, seen()]).toEqual([1, ['A monad is a monoid.']])
})

test('T3: so are further messages, of which only the first was remembered; what is too much goes', async () => {
  const { discord, place, restart, clock, seen } = await asked()
  const [first] = await discord.open(place, [], REPLY).show(writing('one', 'two', 'three'), live())
  clock.jump(600_000)
  const next = (await restart()).open(place, [first ?? ''], REPLY, true)
  await next.show(writing('one', 'two'), live())
  expect(seen()).toHaveLength(2)
  await next.show(finished('one', 'two, and done'), live())
  expect(seen()).toEqual(['one', 'two, and done'])
})

test('T3: what stands there as it shall is not written again, so that every attempt gets further', async () => {
  const { simulator, discord, place, restart, seen } = await asked()
  const ids = await discord.open(place, [], REPLY).show(writing('one', 'two', 'three'), live())
  const edited = () => simulator.calls.flatMap(({ method, path }) => (method === 'PATCH' ? [path] : []))
  const before = edited().length
  const next = (await restart()).open(place, ids, REPLY, true)
  await next.show(finished('one', 'two', 'three'), live())
  expect(seen()).toEqual(['one', 'two', 'three'])
  expect(edited().slice(before)).toEqual([expect.stringContaining(ids[2] ?? 'the last')])
  const last = (await restart()).open(place, ids, REPLY, true)
  await last.show(finished('one', 'two', 'three'), live())
  expect(edited()).toHaveLength(before + 1)
})

test('T3: however many replies were cut off, Discord is asked once who we are', async () => {
  const { simulator, discord, place, restart, seen } = await asked()
  await discord.open(place, [], REPLY).show(writing('one'), live())
  const next = await restart()
  const before = simulator.calls.length
  for (let reply = 0; reply < 3; reply += 1)
    await next.open(place, [], REPLY, true).show(finished('one'), live())
  expect(seen()).toEqual(['one'])
  const whoWeAre = simulator.calls.slice(before).filter(({ path }) => path.endsWith('/users/@me'))
  expect(whoWeAre).toHaveLength(1)
})

test('T3: of a long reply every message is told of before the next is written', async () => {
  const { discord, place, seen } = await asked()
  const told: [number, number][] = []
  const ids = await discord
    .open(place, [], REPLY)
    .show(finished('one', 'two', 'three'), live(), async (messages) => {
      told.push([messages.length, seen().length])
    })
  expect(told).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ])
  expect(ids).toHaveLength(3)
})

test('T3: whoever may not go on is told so between two messages', async () => {
  const { discord, place, seen } = await asked()
  const lost = new Error('the lease is lost')
  const show = discord.open(place, [], REPLY).show(finished('one', 'two', 'three'), live(), async () => {
    throw lost
  })
  await expect(show).rejects.toBe(lost)
  expect(seen()).toHaveLength(1)
})

test('T3, D5: what somebody deleted since then is said again', async () => {
  const { discord, place, thread, alice, restart, seen } = await asked()
  const ids = await discord.open(place, [], REPLY).show(writing('one', 'two', 'three'), live())
  alice.delete({ channelId: thread, messageId: ids[1] ?? '' })
  const next = (await restart()).open(place, ids, REPLY, true)
  await next.show(finished('one', 'two', 'three'), live())
  expect(seen()).toEqual(['one', 'two', 'three'])
})

test('D7: a message that only said that words would come takes them, or is offered Stop on', async () => {
  const { simulator, discord, place, thread, restart, clock, seen } = await asked()
  const dying = new AbortController()
  void discord.open(place, [], REPLY).working(dying.signal)
  await simulator.until(() => seen().length > 0, 10_000)
  dying.abort()
  clock.jump(600_000)
  const next = (await restart()).open(place, [], REPLY, true)
  const over = new AbortController()
  await next.working(over.signal)
  expect(seen()).toHaveLength(1)
  await next.show(finished('A monoid.'), live())
  over.abort()
  expect(seen()).toEqual(['A monoid.'])
  expect(simulator.messages(thread).at(-1)?.components[0]?.components).toHaveLength(3)
})

test('what another reply shows below the question is left alone', async () => {
  const { discord, place, restart, alice, thread, host, seen } = await asked()
  const other = '019a3c5e-0000-7000-8000-000000000002'
  const before = discord.open(place, [], other)
  await before.show(writing('an answer'), live())
  alice.post(thread, 'and a functor?')
  const later = await host.question('and a functor?')
  await before.show(finished('an answer', 'in two messages'), live())
  const next = (await restart()).open(later.place, [], REPLY, true)
  await next.show(finished('Another answer.'), live())
  expect(seen()).toEqual(['an answer', 'in two messages', 'Another answer.'])
})

test('T1: a post that nobody answered is looked for before it is tried again after minutes', async () => {
  const { simulator, discord, place, clock, seen } = await asked()
  const surface = discord.open(place, [], REPLY)
  simulator.failNext('POST /channels/:id/messages', { kind: 'reset', when: 'after' })
  await expect(surface.show(writing('A monad is'), live())).rejects.toMatchObject({
    fault: { kind: 'unavailable' },
  })
  clock.jump(600_000)
  await surface.show(finished('A monad is a monoid.'), live())
  expect(seen()).toEqual(['A monad is a monoid.'])
})

test('a first attempt looks for nothing', async () => {
  const { simulator, discord, place } = await asked()
  await discord.open(place, [], REPLY).show(finished('A monoid.'), live())
  expect(
    simulator.calls.filter(({ method, path }) => method === 'GET' && path.endsWith('/messages')),
  ).toEqual([])
})
