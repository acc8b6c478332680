import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { WRITING_SIGN } from '#adapters/discord/contents.ts'
import type { DiscordSimulatorOptions } from '#test/platforms/discord/simulator.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { finished, REPLY, readReply, running, writing } from './running.ts'

const POST = 'POST /channels/:id/messages'
const EDIT = 'PATCH /channels/:channel/messages/:message'
const OPEN = 'POST /channels/:channel/messages/:message/threads'

const live = (): AbortSignal => AbortSignal.timeout(10_000)

/** Lets time pass in steps, and answers come in between, until something is so. */
async function passing(clock: VirtualClock, step: number, isSo: () => boolean): Promise<void> {
  for (let count = 0; count < 500; count += 1) {
    if (isSo()) return
    await clock.advance(step)
    await delay(1)
  }
  throw new Error(`After ${500 * step} ms it is still not so: ${isSo}`)
}

/** Alice has mentioned the assistant in #general, and a reply is about to be written. */
async function asked(options: DiscordSimulatorOptions & { readonly adapterClock?: VirtualClock } = {}) {
  const world = await running({ rateLimits: false, ...options })
  const { simulator, host, discord } = world
  const general = simulator.channel('general')
  const sent = simulator.person('alice').mention(general, 'what is a monad?')
  const { place } = await host.question('what is a monad?')
  const calls = (path: RegExp) =>
    simulator.calls.filter(({ method, path: at }) => path.test(`${method} ${at}`))
  return {
    ...world,
    general,
    place,
    thread: sent.messageId,
    sent,
    surface: discord.open(place, [], REPLY),
    reply: () => readReply(simulator, sent.messageId),
    calls,
  }
}

describe('what is shown', () => {
  test('D1: is what the view says, from the first word to the last part', async () => {
    const { surface, reply, thread, simulator, calls } = await asked()
    await surface.show(writing('A'), live())
    expect(reply()).toEqual([`A${WRITING_SIGN}`])
    const [first] = await surface.show(writing('A monad'), live())
    expect(reply()).toEqual([`A monad${WRITING_SIGN}`])
    const ids = await surface.show(writing('A monad is', 'a burrito'), live())
    expect(reply()).toEqual(['A monad is', `a burrito${WRITING_SIGN}`])
    expect(ids[0]).toBe(first)
    expect(await surface.show(finished('A monad is', 'a burrito.'), live())).toEqual(ids)
    expect(reply()).toEqual(['A monad is', 'a burrito.'])
    expect(ids).toEqual(
      simulator
        .messages(thread)
        .filter(({ content }) => content !== '')
        .map(({ id }) => id),
    )
    expect(calls(/^POST .*\/threads$/)).toHaveLength(1)
  })

  test('is idempotent: the same view again writes nothing', async () => {
    const { surface, simulator } = await asked()
    const ids = await surface.show(finished('done'), live())
    const calls = simulator.calls.length
    expect(await surface.show(finished('done'), live())).toEqual(ids)
    expect(simulator.calls).toHaveLength(calls)
  })

  test('D3: a message that is followed by another one looks so before that is there', async () => {
    const { surface, reply, simulator, thread, calls } = await asked()
    await surface.show(writing('A mon'), live())
    const [first] = await surface.show({ ...writing('A **monad'), followed: true }, live())
    expect(reply()).toEqual(['A **monad'])
    expect(simulator.messages(thread).find(({ id }) => id === first)?.components).toEqual([])
    const ids = await surface.show(writing('A **monad', 'is'), live())
    expect(reply()).toEqual(['A **monad', `is${WRITING_SIGN}`])
    expect(ids[0]).toBe(first)
    // Beginning the second one is a post and nothing else.
    expect(calls(/^PATCH .*\/messages\/\d+$/)).toHaveLength(1)
  })

  test('D3: a message is completed while the next one is on its way', async () => {
    const { surface, reply, simulator, calls } = await asked()
    await surface.show(writing('one'), live())
    const held = Promise.withResolvers<void>()
    simulator.failNext(EDIT, { kind: 'hold', until: held.promise })
    const show = surface.show(writing('one!', 'two'), live())
    await simulator.until(() => reply().length === 2)
    held.resolve()
    await show
    expect(reply()).toEqual(['one!', `two${WRITING_SIGN}`])
    expect(calls(/^POST .*\/messages$/)).toHaveLength(2)
  })

  test.each([
    ['the edit', EDIT],
    ['the post', POST],
  ])('D1, D5: when %s of the two fails, the next attempt makes it so', async (_, call) => {
    for (const when of ['before', 'after'] as const) {
      const { surface, reply, simulator } = await asked()
      await surface.show(writing('one'), live())
      simulator.failNext(call, { kind: 'reset', when })
      await expect(surface.show(writing('one!', 'two'), live())).rejects.toMatchObject({
        fault: { kind: 'unavailable' },
      })
      await surface.show(writing('one!', 'two more'), live())
      expect(reply()).toEqual(['one!', `two more${WRITING_SIGN}`])
    }
  })

  test('D5: a message deleted while the next one is on its way is shown anew, above it', async () => {
    const { surface, reply, simulator, thread } = await asked()
    const [first = ''] = await surface.show(writing('one'), live())
    simulator.person('moderator').delete({ channelId: thread, messageId: first })
    await surface.show(writing('one!', 'two'), live())
    expect(reply()).toEqual(['one!', `two${WRITING_SIGN}`])
  })

  test('never looks whole while messages are missing', async () => {
    const { surface, simulator, thread } = await asked()
    const looksWhole: number[] = []
    const watch = simulator.until(() => {
      const shown = simulator.threads().length > 0 ? readReply(simulator, thread) : []
      if (shown.length > 0 && !shown.at(-1)?.endsWith(WRITING_SIGN)) looksWhole.push(shown.length)
      return shown.join() === 'one,two,three'
    })
    await surface.show(finished('one', 'two', 'three'), live())
    await watch
    expect(looksWhole.every((parts) => parts === 3)).toBe(true)
  })

  test('a part of full size fits, with and without the sign', async () => {
    const { surface, reply } = await asked()
    const full = '🦜'.repeat(surface.limit.size / 2)
    await surface.show(writing(full), live())
    await surface.show(finished(full), live())
    expect(reply()).toEqual([full])
  })

  test('a shorter last view takes the messages that it no longer needs away', async () => {
    const { surface, reply } = await asked()
    await surface.show(writing('one', 'two', 'three'), live())
    await surface.show(finished('sorry'), live())
    expect(reply()).toEqual(['sorry'])
  })

  test('nothing visible yet writes nothing', async () => {
    const { surface, simulator } = await asked()
    const calls = simulator.calls.length
    expect(await surface.show(writing(' \n'), live())).toEqual([])
    expect(simulator.calls).toHaveLength(calls)
  })

  test('T3: a reply begun before a restart goes on in the same messages', async () => {
    const { surface, restart, place, reply } = await asked()
    const shown = await surface.show(writing('one', 'tw'), live())
    const later = await restart()
    const again = later.open(JSON.parse(JSON.stringify(place)), shown, REPLY)
    expect(await again.show(finished('one', 'two'), live())).toEqual(shown)
    expect(reply()).toEqual(['one', 'two'])
  })

  test('T1: so does one whose messages nobody had time to remember', async () => {
    const { surface, place, restart, reply } = await asked()
    const ids = await surface.show(writing('A monad is', 'a burr'), live())
    const next = (await restart()).open(place, [], 'the name that a first attempt gives')
    expect(await next.show(finished('A monad is', 'a burrito.'), live())).toEqual(ids)
    expect(reply()).toEqual(['A monad is', 'a burrito.'])
  })

  test.each([
    ['before the next message is begun', false],
    ['when it is begun and nobody has had time to remember it', true],
  ])('T3: a restart between two messages, %s, loses and doubles nothing', async (_, begun) => {
    const { surface, place, restart, reply } = await asked()
    await surface.show(writing('A mon'), live())
    const shown = await surface.show({ ...writing('A monad is'), followed: true }, live())
    if (begun) await surface.show(writing('A monad is', 'a burr'), live())
    const next = (await restart()).open(place, shown, REPLY)
    const ids = await next.show(finished('A monad is', 'a burrito.'), live())
    expect(ids[0]).toBe(shown[0])
    expect(reply()).toEqual(['A monad is', 'a burrito.'])
  })

  test('T1: and one of which only the first message was remembered', async () => {
    const { surface, place, restart, reply } = await asked()
    const ids = await surface.show(writing('A monad is', 'a burr'), live())
    const next = (await restart()).open(place, ids.slice(0, 1), REPLY)
    expect(await next.show(finished('A monad is', 'a burrito.'), live())).toEqual(ids)
    expect(reply()).toEqual(['A monad is', 'a burrito.'])
  })

  test('T1: also when a message of it had been deleted and shown anew', async () => {
    const { surface, place, restart, reply, simulator, thread } = await asked()
    const [first = ''] = await surface.show(writing('A mon'), live())
    simulator.person('moderator').delete({ channelId: thread, messageId: first })
    const shown = await surface.show(writing('A monad is'), live())
    const next = (await restart()).open(place, shown, REPLY)
    await next.show(finished('A monad is', 'a burrito.'), live())
    expect(reply()).toEqual(['A monad is', 'a burrito.'])
  })

  test('D6: pings nobody, @everyone included, and unfolds no link', async () => {
    const { surface, simulator, thread, calls } = await asked()
    const bob = simulator.person('bob')
    const writers = simulator.role('writers', [bob])
    const text = `@everyone @here <@${bob.id}> <@&${writers.id}> https://example.com`
    await surface.show(writing(text), live())
    await surface.show(finished(`${text}!`), live())
    const [message] = simulator.messages(thread).filter(({ content }) => content !== '')
    const shown = `@everyone @here \\<@${bob.id}> \\<@&${writers.id}> https://example.com!`
    expect(message).toMatchObject({ content: shown, pings: [], flags: 4 })
    for (const { body } of calls(/^(POST|PATCH) .*\/messages(\/\d+)?$/))
      expect(body).toMatchObject({ allowed_mentions: { parse: [] }, flags: 4 })
  })

  test('in direct messages', async () => {
    const { simulator, host, discord } = await running({ rateLimits: false })
    const alice = simulator.person('alice')
    alice.directMessage('hello')
    const surface = discord.open((await host.question('hello')).place, [], REPLY)
    await surface.show(finished('hi'), live())
    expect(readReply(simulator, alice.directChannel().id)).toEqual(['hi'])
  })
})

describe('where it is shown', () => {
  test('T1: a thread that is there already is used', async () => {
    const { surface, simulator, sent, reply } = await asked()
    simulator.person('bob').startThread(sent, 'mine was first')
    await surface.show(finished('here'), live())
    expect(reply()).toEqual(['here'])
    expect(simulator.threads()).toHaveLength(1)
  })

  test('the thread has the name of the question', async () => {
    const { surface, simulator } = await asked()
    await surface.show(finished('here'), live())
    expect(simulator.threads()).toMatchObject([{ name: 'what is a monad?', ownerId: simulator.bot.id }])
  })

  test('without the permission to open threads it replies in the channel', async () => {
    const { surface, simulator, general, sent, discord, place } = await asked()
    simulator.deny(general, 'CreatePublicThreads')
    const shown = await surface.show(writing('he', 'or there'), live())
    await surface.show(finished('here', 'or there'), live())
    const replies = simulator.messages(general).filter(({ authorId }) => authorId === simulator.bot.id)
    expect(replies).toMatchObject([
      { content: 'here', replyTo: sent.messageId, pings: [] },
      { content: 'or there', replyTo: sent.messageId, pings: [] },
    ])
    expect(surface.refer(shown[0] ?? '')).toMatchObject({ channel: general.id, message: shown[0] })
    await discord.open(place, shown, REPLY).show(finished('here', 'again'), live())
    expect(readReply(simulator, general.id)).toEqual(['here', 'again'])
  })

  test('F3: a message is named by the thread that shows it', async () => {
    const { surface, thread, simulator } = await asked()
    const [id = ''] = await surface.show(finished('here'), live())
    expect(surface.refer(id)).toEqual({
      platform: 'discord',
      workspace: simulator.guild.id,
      channel: thread,
      message: id,
    })
  })
})

describe('D5: what goes wrong costs no text', () => {
  test('a message that was deleted is shown anew, and those below it stay below', async () => {
    const { surface, simulator, thread, reply } = await asked()
    const [first = ''] = await surface.show(writing('one', 'tw'), live())
    simulator.person('moderator').delete({ channelId: thread, messageId: first })
    await surface.show(finished('one!', 'two'), live())
    expect(reply()).toEqual(['one!', 'two'])
  })

  test('a thread that was archived mid-reply is opened again', async () => {
    const { surface, simulator, thread, reply } = await asked()
    await surface.show(writing('hal'), live())
    simulator.archiveThread(thread)
    await surface.show(finished('half and whole'), live())
    expect(reply()).toEqual(['half and whole'])
  })

  test('a post whose answer was lost makes no second message, and the newest text wins', async () => {
    const { surface, simulator, reply } = await asked()
    simulator.failNext(POST, { kind: 'reset', when: 'after' })
    await expect(surface.show(writing('once'), live())).rejects.toMatchObject({
      fault: { kind: 'unavailable' },
    })
    await surface.show(finished('once only'), live())
    expect(reply()).toEqual(['once only'])
  })

  test.each([
    ['a post that never arrived', POST, { kind: 'reset', when: 'before' }],
    ['a 500', POST, { kind: 'error', status: 500, code: 0 }],
    ['a 503 while the thread is opened', OPEN, { kind: 'error', status: 503, code: 0 }],
  ] as const)('%s is unavailable, and the next attempt writes once', async (_what, call, fault) => {
    const { surface, simulator, reply } = await asked()
    simulator.failNext(call, fault)
    await expect(surface.show(finished('once'), live())).rejects.toMatchObject({
      name: 'SurfaceError',
      fault: { kind: 'unavailable' },
    })
    await surface.show(finished('once'), live())
    expect(reply()).toEqual(['once'])
  })

  test('a reset in an edit is unavailable, and the next attempt shows it', async () => {
    const { surface, simulator, reply } = await asked()
    await surface.show(writing('on'), live())
    simulator.failNext(EDIT, { kind: 'reset', when: 'after' })
    await expect(surface.show(finished('once'), live())).rejects.toMatchObject({
      fault: { kind: 'unavailable' },
    })
    await surface.show(finished('once'), live())
    expect(reply()).toEqual(['once'])
  })

  test.each([POST, EDIT])('a 429 on %s is the core’s to wait for', async (call) => {
    const { surface, simulator, reply } = await asked()
    await surface.show(writing('a'), live())
    simulator.failNext(call, { kind: 'rateLimit', retryAfterMs: 20_000 })
    const error = await surface.show(finished('b', 'c'), live()).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'SurfaceError', fault: { kind: 'rate_limited' } })
    const { retryAfterMs } = (error as { fault: { retryAfterMs: number } }).fault
    expect(retryAfterMs).toBeGreaterThan(15_000)
    expect(retryAfterMs).toBeLessThan(25_000)
    expect(reply()).not.toEqual(['b', 'c'])
  })

  test('a full bucket is the core’s to wait for, too', async () => {
    const { surface } = await asked({ rateLimits: true })
    const writes = async () => {
      for (let n = 0; n < 12; n += 1) await surface.show(writing(`text ${n}`), live())
    }
    await expect(writes()).rejects.toMatchObject({ fault: { kind: 'rate_limited' } })
  })
})

describe('what no attempt can mend', () => {
  test('a deleted thread is gone', async () => {
    const { surface, simulator, thread } = await asked()
    await surface.show(writing('half'), live())
    simulator.deleteChannel(thread)
    await expect(surface.show(finished('half and whole'), live())).rejects.toMatchObject({
      fault: { kind: 'gone' },
    })
  })

  test('a question that was deleted before its thread was opened is gone', async () => {
    const { surface, simulator, sent } = await asked()
    simulator.person('alice').delete(sent)
    await expect(surface.show(finished('too late'), live())).rejects.toMatchObject({
      fault: { kind: 'gone' },
    })
  })

  test('a locked thread is gone', async () => {
    const { surface, simulator, thread } = await asked()
    await surface.show(writing('half'), live())
    simulator.deny(thread, 'ManageThreads')
    simulator.archiveThread(thread, { locked: true })
    await expect(surface.show(finished('half', 'and whole'), live())).rejects.toMatchObject({
      fault: { kind: expect.stringMatching(/gone|refused/) },
    })
  })

  test('AutoMod and a missing permission refuse', async () => {
    const { surface, simulator, thread } = await asked()
    simulator.blockWord('monad')
    await expect(surface.show(finished('a monad'), live())).rejects.toMatchObject({
      fault: { kind: 'refused' },
    })
    await surface.show(finished('an endofunctor'), live())
    simulator.deny(thread, 'SendMessagesInThreads')
    await expect(surface.show(finished('an endofunctor', 'more'), live())).rejects.toMatchObject({
      fault: { kind: 'refused' },
    })
  })

  test('a refused token is waited for: nothing more is asked, and the log says so once', async () => {
    const { surface, simulator, logged } = await asked()
    simulator.rejectToken()
    for (const text of ['one', 'two'])
      await expect(surface.show(finished(text), live())).rejects.toMatchObject({ fault: { kind: 'away' } })
    const told = logged().filter(({ msg }) => String(msg).includes('no longer accepts the bot token'))
    expect(told).toHaveLength(1)
    expect(told[0]?.level).toBe(50)
  })

  test('S5: no log line holds what was said', async () => {
    const { surface, simulator, logged } = await asked()
    simulator.blockWord('secret')
    await expect(surface.show(finished('a secret word'), live())).rejects.toThrow()
    const text = JSON.stringify(logged())
    expect(text).not.toContain('secret')
    expect(text).not.toContain('monad')
    expect(text).not.toContain(simulator.token)
  })
})

describe('the typing sign (rule D7)', () => {
  test('is there before the first text, is renewed, and ends with it', async () => {
    const clock = new VirtualClock()
    const { surface, simulator, thread, calls } = await asked({ adapterClock: clock })
    const working = surface.working(live())
    const typing = /^POST \/channels\/\d+\/typing$/
    await simulator.until(() => calls(typing).length === 1)
    // The message that would take its place does not arrive.
    simulator.failNext(POST, { kind: 'reset', when: 'before' })
    await passing(clock, 500, () => calls(typing).length === 2)
    await surface.show(writing('text'), live())
    await working
    await clock.advance(60_000)
    expect(calls(typing).every(({ path }) => path === `/channels/${thread}/typing`)).toBe(true)
    expect(simulator.typingSigns.every(({ until }) => until <= Date.now())).toBe(true)
  })

  test('T5: a model that takes its time can be stopped by then, and its first words take the place', async () => {
    const clock = new VirtualClock()
    const { surface, simulator, thread, calls } = await asked({ adapterClock: clock })
    const working = surface.working(live())
    await simulator.until(() => calls(/typing$/).length === 1)
    await clock.advance(2_999)
    expect(readReply(simulator, thread)).toEqual([])
    const held = () => simulator.messages(thread).find(({ content }) => content.includes('Thinking'))
    await passing(clock, 1, () => held() !== undefined)
    expect(JSON.stringify(held()?.components)).toContain(`parley:stop:${REPLY}`)
    expect(await surface.show(writing(' \n'), live())).toEqual([held()?.id])
    expect(held()).toBeDefined()
    const ids = await surface.show(writing('text'), live())
    await working
    await clock.advance(60_000)
    expect(ids).toEqual([simulator.messages(thread).at(-1)?.id])
    await surface.show(finished('text'), live())
    expect(readReply(simulator, thread)).toEqual(['text'])
    expect(calls(/typing$/)).toHaveLength(1)
  })

  test('T5: a reply stopped before its first word says so where one was awaited', async () => {
    const clock = new VirtualClock()
    const { surface, simulator, thread, calls } = await asked({ adapterClock: clock })
    const working = surface.working(live())
    await simulator.until(() => calls(/typing$/).length === 1)
    await passing(clock, 100, () => readReply(simulator, thread).length > 0)
    await surface.show(finished('_Stopped._'), live())
    await working
    expect(readReply(simulator, thread)).toEqual(['_Stopped._'])
    expect(JSON.stringify(simulator.messages(thread).at(-1)?.components)).not.toContain('stop')
  })

  test('T1: a first word that meets the message on its way makes no second one', async () => {
    const clock = new VirtualClock()
    const { surface, simulator, thread, calls } = await asked({ adapterClock: clock })
    const held = Promise.withResolvers<void>()
    simulator.failNext(POST, { kind: 'hold', until: held.promise })
    const working = surface.working(live())
    await simulator.until(() => calls(/typing$/).length === 1)
    await passing(clock, 100, () => calls(new RegExp(`^POST .*${thread}/messages$`)).length === 1)
    const show = surface.show(finished('text'), live())
    held.resolve()
    await show
    await working
    expect(readReply(simulator, thread)).toEqual(['text'])
  })

  test('ends when the turn ends without a text', async () => {
    const { surface, simulator } = await asked()
    const turn = new AbortController()
    const working = surface.working(turn.signal)
    await simulator.until(() => simulator.typingSigns.length > 0)
    turn.abort()
    await working
  })

  test('that fails costs nothing', async () => {
    const { surface, simulator, reply } = await asked()
    simulator.failNext('POST /channels/:id/typing', { kind: 'error', status: 403, code: 50013 })
    await surface.working(live())
    await surface.show(finished('text'), live())
    expect(reply()).toEqual(['text'])
  })
})

test('a cancelled write throws the reason, and nothing else', async () => {
  const { surface, simulator } = await asked()
  const held = Promise.withResolvers<void>()
  simulator.failNext(POST, { kind: 'hold', until: held.promise })
  const stop = new AbortController()
  const show = surface.show(finished('text'), stop.signal)
  const outcome = expect(show).rejects.toThrow('stopped by the reader')
  await simulator.until(() =>
    simulator.calls.some(({ method, path }) => method === 'POST' && /\/messages$/.test(path)),
  )
  stop.abort(new Error('stopped by the reader'))
  await outcome
  held.resolve()
})
