import { describe, expect, test } from 'vitest'
import { VirtualClock } from '#test/virtual-clock.ts'
import { asked, failing, never, REPLY, running } from './running.ts'

/** So long the sign waits for a reply that is over at once. */
const SIGN_AFTER_MS = 150

async function lit(working: Promise<void>, clock: VirtualClock): Promise<void> {
  await clock.advance(SIGN_AFTER_MS)
  await working
}

describe('the end of a thread', () => {
  test.each([true, false])('a channel that is gone is told as gone (streams: %s)', async (streaming) => {
    const app = await running({ streaming })
    const reply = await asked(app)
    const method = streaming ? 'chat.startStream' : 'chat.postMessage'
    app.simulator.failNext(method, { kind: 'platform', error: 'channel_not_found' })
    expect(await failing(reply.show('one'))).toBe('gone')
  })

  test.each([true, false])(
    'a question that was deleted gets no reply elsewhere (streams: %s)',
    async (streaming) => {
      const app = await running({ streaming })
      const reply = await asked(app)
      await app.simulator.person('alice').delete(reply.sent)
      expect(await failing(reply.show('one'))).toBe('gone')
      expect(app.simulator.history(app.channel)).toEqual([])
    },
  )

  test('a refusal is told as one', async () => {
    const app = await running({ streaming: false })
    const reply = await asked(app)
    app.simulator.failNext('chat.postMessage', { kind: 'platform', error: 'restricted_action' })
    expect(await failing(reply.show('one'))).toBe('refused')
  })

  test('an aborted write is not made', async () => {
    const reply = await asked(await running())
    const aborted = AbortSignal.abort(new Error('stopped by Alice'))
    await expect(
      reply.surface.show({ parts: ['one'], finished: false, controls: ['stop'] }, aborted),
    ).rejects.toThrow('stopped by Alice')
    expect(reply.writes()).toEqual([])
  })
})

describe('D7: the working sign', () => {
  test('falls back to the status line where there are no sessions, and that goes too', async () => {
    const reply = await asked(await running({ agents: false, streaming: false }))
    await reply.surface.working(never)
    expect(reply.session().statusLine).not.toBe('')
    await reply.finish('done')
    expect(reply.session().statusLine).toBe('')
  })

  test('costs nobody a word where there is neither', async () => {
    const missingMethods = ['assistant.threads.setStatus']
    const reply = await asked(await running({ agents: false, missingMethods }))
    await reply.surface.working(never)
    await reply.surface.working(never)
    await reply.finish('done')
    expect(reply.seen().map(({ text }) => text)).toEqual(['done'])
    expect(reply.writes()).toEqual([
      'agents.sessions.setStatus',
      'assistant.threads.setStatus',
      'chat.postMessage',
    ])
  })

  test('is lit well within a second', async () => {
    const clock = new VirtualClock(Date.now())
    const reply = await asked(await running({ clock }))
    const working = reply.surface.working(never)
    await clock.advance(SIGN_AFTER_MS - 1)
    expect(reply.writes()).toEqual([])
    await clock.advance(1)
    await working
    expect(reply.session().status).toBe('processing')
  })

  test('does not flicker: a reply that is over at once has none', async () => {
    const clock = new VirtualClock(Date.now())
    const reply = await asked(await running({ clock, streaming: false }))
    const over = new AbortController()
    const working = reply.surface.working(over.signal)
    await clock.advance(SIGN_AFTER_MS - 1)
    await reply.finish('done')
    over.abort()
    await clock.advance(1)
    await working
    expect(reply.writes()).toEqual(['chat.postMessage'])
  })

  test('is not lit by a call that a quick reply overtakes', async () => {
    const clock = new VirtualClock(Date.now())
    const app = await running({ clock })
    const reply = await asked(app)
    await reply.show('quick')
    app.simulator.failNext('agents.sessions.setStatus', { kind: 'delay', ms: 100 })
    const working = reply.surface.working(never)
    await clock.advance(SIGN_AFTER_MS)
    await app.simulator.until(() => reply.writes().includes('agents.sessions.setStatus'))
    const finished = reply.finish('quick answer')
    await clock.advance(100)
    await Promise.all([finished, working])
    expect(reply.session().status).toBe('active')
  })

  test('is taken away when the reply cannot be shown', async () => {
    const app = await running({ streaming: false })
    const reply = await asked(app)
    await reply.surface.working(never)
    app.simulator.failNext('chat.postMessage', { kind: 'platform', error: 'restricted_action' })
    expect(await failing(reply.finish('one'))).toBe('refused')
    expect(reply.session().status).toBe('active')
  })

  test('is taken away when a part before the last ended as a stream, and the last did not', async () => {
    const app = await running()
    const reply = await asked(app)
    await reply.show('one')
    await reply.finish('one.', 'two')
    expect(reply.session().status).toBe('active')
  })

  test('is taken away when no text ever comes', async () => {
    const app = await running()
    const reply = await asked(app)
    const sign = new AbortController()
    await reply.surface.working(sign.signal)
    sign.abort()
    await app.simulator.until(() => reply.session().status === 'active')
  })

  test('is taken away later when Slack does not answer at first', async () => {
    const clock = new VirtualClock(Date.now())
    const app = await running({ clock, streaming: false })
    const reply = await asked(app)
    await lit(reply.surface.working(never), clock)
    app.simulator.failNext('agents.sessions.setStatus', { kind: 'http', status: 503 })
    await reply.finish('done')
    expect(reply.session().status).toBe('processing')
    await clock.advance(2_000)
    await app.simulator.until(() => reply.session().status === 'active')
  })
})

describe('T5: where Slack offers no Stop of its own', () => {
  test('a reply that says nothing for three seconds gets a message that can be stopped', async () => {
    const clock = new VirtualClock(Date.now())
    const app = await running({ clock, agents: false })
    const reply = await asked(app)
    await lit(reply.surface.working(never), clock)
    expect(reply.session().statusLine).not.toBe('')
    await clock.advance(2_999)
    expect(reply.writes()).not.toContain('chat.postMessage')
    await clock.advance(1)
    await app.simulator.until(() => reply.seen().length > 0)
    const [held] = reply.seen()
    expect(held?.text).toBe('_Thinking…_')
    expect(JSON.stringify(held?.blocks)).toContain(`stop:${REPLY}`)
    expect(reply.session().statusLine).toBe('')
    const ids = await reply.finish('_Stopped._')
    expect(ids).toEqual([held?.ts])
    expect(reply.seen().map(({ text }) => text)).toEqual(['_Stopped._'])
    expect(JSON.stringify(reply.seen()[0]?.blocks)).not.toContain('stop:')
  })

  test('T1, T2: whoever goes on with such a reply finds that message, also when it was on its way', async () => {
    const clock = new VirtualClock(Date.now())
    const app = await running({ clock, agents: false })
    const reply = await asked(app)
    const turn = new AbortController()
    await lit(reply.surface.working(turn.signal), clock)
    app.simulator.failNext('chat.postMessage', { kind: 'delay', ms: 2_000, when: 'before' })
    await clock.advance(3_000)
    await app.simulator.until(() => app.simulator.calls.some(({ method }) => method === 'chat.postMessage'))
    turn.abort(new Error('handed over'))
    const found = reply.surface.landed?.().then(() => reply.seen().map(({ text }) => text))
    await clock.advance(2_000)
    expect(await found).toEqual(['_Thinking…_'])
  })

  test('one that has words by then does not', async () => {
    const clock = new VirtualClock(Date.now())
    const reply = await asked(await running({ clock, agents: false }))
    await lit(reply.surface.working(never), clock)
    await reply.show('quick')
    await clock.advance(3_000)
    await reply.show('quick answer')
    expect(reply.seen().map(({ text }) => text)).toEqual(['quick answer'])
    expect(reply.writes().filter((method) => method === 'chat.postMessage')).toHaveLength(1)
  })
})
