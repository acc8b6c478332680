import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { VirtualClock } from '#test/virtual-clock.ts'
import { asked, live, POST } from './asked.ts'
import { finished, REPLY, readReply, writing } from './running.ts'

/** Lets time pass in steps, and answers come in between, until something is so. */
async function passing(clock: VirtualClock, step: number, isSo: () => boolean): Promise<void> {
  for (let count = 0; count < 500; count += 1) {
    if (isSo()) return
    await clock.advance(step)
    await delay(1)
  }
  throw new Error(`After ${500 * step} ms it is still not so: ${isSo}`)
}

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
