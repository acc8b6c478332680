import { describe, expect, test } from 'vitest'
import { WRITING_SIGN } from '#adapters/discord/contents.ts'
import { asked, EDIT, live, POST } from './asked.ts'
import { finished, REPLY, readReply, running, writing } from './running.ts'

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
