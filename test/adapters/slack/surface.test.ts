import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { VirtualClock } from '#test/virtual-clock.ts'
import { asked, FINISHED, failing, followUp, hasTs, never, REPLY, type Running, running } from './running.ts'

describe.each([
  ['where Slack streams', true],
  ['where it does not', false],
])('%s', (_, streaming) => {
  test('D1: readers see exactly the parts, at every step and in the end', async () => {
    const reply = await asked(await running({ streaming }))
    await reply.show('Hello')
    expect(reply.seen().map(({ text }) => text)).toEqual(['Hello'])
    const [first] = await reply.show('Hello, *world*')
    await reply.show('Hello, *world*.', 'And')
    const ids = await reply.finish('Hello, *world*.', 'And more.')
    expect(reply.seen().map(({ text }) => text)).toEqual(['Hello, *world*.', 'And more.'])
    expect(reply.seen().map(({ ts }) => ts)).toEqual(ids)
    expect(ids[0]).toBe(first)
    expect(reply.seen().some((message) => message.streaming)).toBe(false)
  })

  test('T3: of a long reply every message is told of before the next is written', async () => {
    const reply = await asked(await running({ streaming }))
    const told: [number, number][] = []
    const view = { parts: ['one', 'two', 'three'], finished: true, controls: FINISHED }
    const ids = await reply.surface.show(view, never, async (messages) => {
      told.push([messages.length, reply.seen().length])
    })
    expect(told).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    expect(ids).toHaveLength(3)
  })

  test('show is idempotent: what is shown already costs no call', async () => {
    const reply = await asked(await running({ streaming }))
    await reply.show('one')
    await reply.finish('one two')
    const before = reply.writes().length
    await reply.finish('one two')
    expect(reply.writes()).toHaveLength(before)
  })

  test('D3: writes that overlap are made one after another', async () => {
    const reply = await asked(await running({ streaming }))
    await Promise.all([reply.show('a'), reply.show('ab'), reply.show('abc'), reply.finish('abcd')])
    expect(reply.seen().map(({ text }) => text)).toEqual(['abcd'])
  })

  test('a last view that says something else replaces what was there', async () => {
    const reply = await asked(await running({ streaming }))
    await reply.show('I think that', 'and so')
    await reply.finish('I cannot say.')
    expect(reply.seen().map(({ text }) => text)).toEqual(['I cannot say.'])
  })

  test('D5: a message that somebody deleted is said anew', async () => {
    const app = await running({ streaming })
    const reply = await asked(app)
    const [ts = ''] = await reply.show('one')
    await deleteAsAdmin(app, ts)
    const ids = await reply.finish('one two')
    expect(reply.seen().map(({ text, ts }) => [text, ts])).toEqual([['one two', ids[0]]])
    expect(ids[0]).not.toBe(ts)
  })

  test('D6: model text pings nobody, also when it comes in pieces', async () => {
    const reply = await asked(await running({ streaming }))
    await reply.show('Hi <!chan')
    await reply.show('Hi <!channel> and <@U0123')
    await reply.finish('Hi <!channel> and <@U012345> and @here')
    const [message] = reply.seen()
    expect(message?.text).not.toMatch(/<!channel|<@U|@here/)
    expect(message?.text.replaceAll('\u2060', '')).toBe('Hi <!channel> and <@U012345> and @here')
    // What might have become a ping was held back, so nothing had to be taken back.
    if (streaming) expect(reply.writes()).not.toContain('chat.update')
  })

  test('D7: the sign is there from the start, and gone when the reply is', async () => {
    const reply = await asked(await running({ streaming }))
    const sign = new AbortController()
    await reply.surface.working(sign.signal)
    expect(reply.session().status).toBe('processing')
    await reply.show('Well')
    await reply.show('Well, yes', 'and')
    expect(reply.session().status).toBe('processing')
    await reply.finish('Well, yes', 'and no.')
    expect(reply.session().status).toBe('active')
    const calls = reply.writes().length
    sign.abort()
    await reply.finish('Well, yes', 'and no.')
    expect(reply.writes()).toHaveLength(calls)
  })

  test.each(['before', 'after'] as const)(
    'D1, D5: a connection that breaks %s the first write',
    async (when) => {
      const app = await running({ streaming })
      const reply = await asked(app)
      app.simulator.failNext(streaming ? 'chat.startStream' : 'chat.postMessage', { kind: 'reset', when })
      expect(await failing(reply.show('one'))).toBe('unavailable')
      await reply.show('one two')
      await reply.finish('one two three')
      expect(reply.seen().map(({ text }) => text)).toEqual(['one two three'])
    },
  )

  test.each(['before', 'after'] as const)(
    'D1, D5: a connection that breaks %s a later write',
    async (when) => {
      const app = await running({ streaming })
      const reply = await asked(app)
      await reply.show('one')
      app.simulator.failNext(streaming ? 'chat.appendStream' : 'chat.update', { kind: 'reset', when })
      expect(await failing(reply.show('one two'))).toBe('unavailable')
      await reply.show('one two three')
      await reply.finish('one two three four')
      expect(reply.seen().map(({ text, streaming: open }) => [text, open])).toEqual([
        ['one two three four', false],
      ])
    },
  )

  test.each(['before', 'after'] as const)(
    'D1, D5: a connection that breaks %s the last write',
    async (when) => {
      const app = await running({ streaming })
      const reply = await asked(app)
      await reply.show('one')
      app.simulator.failNext(streaming ? 'chat.stopStream' : 'chat.update', { kind: 'reset', when })
      expect(await failing(reply.finish('one two'))).toBe('unavailable')
      await reply.finish('one two')
      expect(reply.seen().map(({ text, streaming: open }) => [text, open])).toEqual([['one two', false]])
      expect(reply.session().status).not.toBe('processing')
    },
  )

  test('D5: a 500 is told, and the next write makes up for it', async () => {
    const app = await running({ streaming })
    const reply = await asked(app)
    await reply.show('one')
    app.simulator.failNext(streaming ? 'chat.appendStream' : 'chat.update', { kind: 'http', status: 500 })
    expect(await failing(reply.show('one two'))).toBe('unavailable')
    await reply.finish('one two three')
    expect(reply.seen().map(({ text }) => text)).toEqual(['one two three'])
  })

  test('D5: a limit names its time and holds nobody else up', async () => {
    const clock = new VirtualClock(Date.now())
    const app = await running({ streaming, clock })
    const reply = await asked(app)
    await reply.show('one')
    const headers = { 'retry-after': '17' }
    app.simulator.failNext(streaming ? 'chat.appendStream' : 'chat.update', {
      kind: 'http',
      status: 429,
      headers,
    })
    const error = await reply.show('one two').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ fault: { kind: 'rate_limited', retryAfterMs: 17_000 } })
    await clock.advance(17_000)
    await reply.finish('one two')
    expect(reply.seen().map(({ text }) => text)).toEqual(['one two'])
  })

  test('T3: a reply that an earlier process began is finished in its own messages', async () => {
    const app = await running({ streaming })
    const reply = await asked(app)
    const shown = await reply.show('the beginn')
    const surface = (await app.restarted()).open(
      JSON.parse(JSON.stringify(reply.question.place)),
      shown,
      REPLY,
    )
    const ids = await surface.show(
      { parts: ['another beginning', 'and an end'], finished: true, controls: FINISHED },
      never,
    )
    expect(reply.seen().map(({ text, streaming: open }) => [text, open])).toEqual([
      ['another beginning', false],
      ['and an end', false],
    ])
    expect(ids[0]).toBe(shown[0])
    expect(reply.session().status).not.toBe('processing')
  })

  test('T3: so is one whose message nobody had time to remember', async () => {
    const app = await running({ streaming })
    const reply = await asked(app)
    await reply.show('the beginn')
    const surface = (await app.restarted()).open(reply.question.place, [], REPLY, true)
    await surface.show({ parts: ['another beginning'], finished: false, controls: ['stop'] }, never)
    await surface.show({ parts: ['another beginning and end'], finished: true, controls: FINISHED }, never)
    expect(reply.seen().map(({ text, streaming: open }) => [text, open])).toEqual([
      ['another beginning and end', false],
    ])
  })

  test('T3: so is one of which only the first message was remembered', async () => {
    const app = await running({ streaming })
    const reply = await asked(app)
    const shown = await reply.show('the beginn')
    await reply.show('the beginning', 'and the mid')
    const surface = (await app.restarted()).open(reply.question.place, shown, REPLY, true)
    await surface.show(
      { parts: ['the beginning', 'and the middle'], finished: true, controls: FINISHED },
      never,
    )
    expect(reply.seen().map(({ text, streaming: open }) => [text, open])).toEqual([
      ['the beginning', false],
      ['and the middle', false],
    ])
  })

  test('T1: a reply that was finished and not remembered is not said twice', async () => {
    const app = await running({ streaming })
    const reply = await asked(app)
    await reply.finish('the answer')
    const surface = (await app.restarted()).open(reply.question.place, [], REPLY, true)
    await surface.show({ parts: ['the answer'], finished: true, controls: FINISHED }, never)
    expect(reply.seen().map(({ text }) => text)).toEqual(['the answer'])
  })

  test('T1: nor is it when another process takes over that runs for longer than the question, or the same one tries again', async () => {
    const app = await running({ streaming })
    const reply = await asked(app)
    await reply.show('the beginn')
    const surface = app.platform.open(reply.question.place, [], REPLY, true)
    await surface.show({ parts: ['the beginning'], finished: true, controls: FINISHED }, never)
    expect(reply.seen().map(({ text, streaming: open }) => [text, open])).toEqual([['the beginning', false]])
  })

  test('T1: another reply in the thread is left alone', async () => {
    const app = await running({ streaming })
    const reply = await asked(app)
    const next = await followUp(app, reply.sent)
    await reply.finish('a monad')
    const surface = (await app.restarted()).open(next, [], REPLY)
    await surface.show({ parts: ['a functor'], finished: true, controls: FINISHED }, never)
    expect(reply.seen().map(({ text }) => text)).toEqual(['a monad', 'a functor'])
  })

  test('any way that a reply grows, with any faults, ends as it should', async () => {
    const clock = new VirtualClock(Date.now())
    const app = await running({ streaming, rateLimits: false, clock })
    const faults = [
      'chat.startStream',
      'chat.appendStream',
      'chat.stopStream',
      'chat.postMessage',
      'chat.update',
    ]
    const fault = fc.record({
      method: fc.constantFrom(...faults, 'conversations.replies'),
      when: fc.constantFrom('before' as const, 'after' as const),
    })
    const step = fc.record({ grow: fc.string({ minLength: 1, maxLength: 6 }), fault: fc.option(fault) })
    const alice = app.simulator.person('alice')
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
        // Time enough for every account to have room again.
        await clock.advance(60_000)
        const sent = await alice.mention(app.channel, 'again')
        await app.simulator.until(() => app.host.questions.some(({ place }) => hasTs(place, sent.ts)))
        const place = app.host.questions.find((question) => hasTs(question.place, sent.ts))?.place
        const surface = app.platform.open(place, [], REPLY)
        let text = 'x'
        for (const { grow, fault } of steps) {
          text += grow
          if (fault !== null) app.simulator.failNext(fault.method, { kind: 'reset', when: fault.when })
          await failing(surface.show({ parts: [text], finished: false, controls: ['stop'] }, never))
        }
        // Each fault fails one call; those of methods that nobody has called yet fail a later one.
        while (
          (await failing(surface.show({ parts: [text], finished: true, controls: FINISHED }, never))) !==
          'shown'
        );
        const seen = app.simulator.thread(sent.channel, sent.ts).slice(1)
        expect(seen.map((message) => [message.shown.replaceAll('\u2060', ''), message.streaming])).toEqual([
          [text, false],
        ])
      }),
      { numRuns: 40 },
    )
  })
})

/** A person may not delete our messages; who holds the token may. */
async function deleteAsAdmin({ simulator, channel }: Running, ts: string): Promise<void> {
  const headers = { authorization: `Bearer ${simulator.botToken}` }
  const body = new URLSearchParams({ channel, ts })
  const answer = await fetch(`${simulator.apiUrl}chat.delete`, { method: 'POST', headers, body })
  expect(await answer.json()).toMatchObject({ ok: true })
}

test('D5: a message that nobody may edit any more is replaced', async () => {
  const app = await running({ streaming: false })
  const reply = await asked(app)
  await reply.show('one')
  app.simulator.failNext('chat.update', { kind: 'platform', error: 'edit_window_closed' })
  await reply.finish('one two')
  expect(reply.seen().map(({ text }) => text)).toEqual(['one two'])
})

test('replies of a workspace are charged to one account', async () => {
  const app = await running()
  const reply = await asked(app)
  const other = app.platform.open(reply.question.place, [], REPLY)
  expect(other.account).toBe(reply.surface.account)
})

test('D2: the limit leaves room for what is added to a part', async () => {
  const reply = await asked(await running())
  expect(reply.surface.limit).toEqual({ unit: 'utf8', size: 9_000 })
  // The most joiners that nine thousand bytes can need.
  const crowded = '@here '.repeat(1_500)
  await reply.show(crowded.slice(0, 4_000))
  await reply.finish(crowded)
  expect(reply.seen().map(({ text }) => text.replaceAll('\u2060', ''))).toEqual([crowded])
})
