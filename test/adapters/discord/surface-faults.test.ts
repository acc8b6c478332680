/** Replies whose messages, thread or connection are not what they were: what is tried again, and what nobody can mend. */
import { describe, expect, test } from 'vitest'
import { asked, EDIT, live, OPEN, POST } from './asked.ts'
import { finished, writing } from './running.ts'

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

  test('D1: an edit whose answer was lost may stand there: what was shown before it is written again', async () => {
    const { surface, simulator, reply } = await asked()
    await surface.show({ ...writing('once'), followed: true }, live())
    simulator.failNext(EDIT, { kind: 'reset', when: 'after' })
    // On the way to two messages, the first one is given the sign that more comes.
    await expect(surface.show(finished('once', 'and more'), live())).rejects.toMatchObject({
      fault: { kind: 'unavailable' },
    })
    await surface.show(finished('once', 'and more'), live())
    expect(reply()).toEqual(['once', 'and more'])
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
