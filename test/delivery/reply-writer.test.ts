import { describe, expect, test } from 'vitest'
import { Account } from '#core/delivery/account.ts'
import type { Limit } from '#core/delivery/budget.ts'
import { ReplyWriter } from '#core/delivery/reply-writer.ts'
import { type ReplySurface, type ReplyView, SurfaceError, type SurfaceFault } from '#core/delivery/surface.ts'
import { settle, VirtualClock } from '#test/virtual-clock.ts'

/** One growing write a second. */
const EACH_SECOND: Limit = { writes: 1, windowMs: 1, reserve: 0, leastGapMs: 1_000 }

/** A screen on which every write takes `writeMs`, and the next ones fail as told. */
function screen(
  options: { writeMs?: number; size?: number; faults?: SurfaceFault[]; beginsFree?: boolean } = {},
) {
  const clock = new VirtualClock(0)
  const views: (ReplyView & { readonly at: number })[] = []
  const notes: (readonly string[])[] = []
  const faults = [...(options.faults ?? [])]
  let inFlight = 0
  const bears = { size: options.size ?? 1_000 }
  const surface: ReplySurface = {
    get limit() {
      return { unit: 'utf16' as const, size: bears.size }
    },
    account: new Account(EACH_SECOND, clock),
    beginsFree: options.beginsFree ?? false,
    working: async () => {},
    refer: (message) => ({ platform: 'test', workspace: 'w', channel: 'c', message }),
    show: async (view) => {
      inFlight += 1
      expect(inFlight).toBe(1)
      await clock.sleep(options.writeMs ?? 10)
      inFlight -= 1
      const fault = faults.shift()
      if (fault) throw new SurfaceError(fault, fault.kind)
      views.push({ ...view, at: clock.now() })
      return view.parts.map((_, nth) => `m${nth}`)
    },
  }
  const abort = new AbortController()
  const writer = new ReplyWriter({
    surface,
    clock,
    signal: abort.signal,
    onShown: async (messages) => void notes.push(messages),
  })
  return { clock, views, notes, writer, abort, bears }
}

describe('a reply that streams', () => {
  test('D4: the first token is written at once, what only grows at the pace of the account, the newest text wins', async () => {
    const { clock, views, writer } = screen()
    for (const delta of ['one ', 'two ', 'three ', 'four ']) {
      writer.push(delta)
      await clock.advance(400)
    }
    expect(views.map(({ parts, at }) => [parts.join(''), at])).toEqual([
      ['one ', 10],
      ['one two ', 410],
      ['one two three four ', 1_410],
    ])
  })

  test('D3: the last write does not wait for the cadence, and happens once', async () => {
    const { clock, views, writer } = screen()
    writer.push('one ')
    await clock.advance(100)
    writer.push('two')
    const finished = writer.finish('one two', ['good'])
    await clock.advance(10)
    await finished
    expect(views).toMatchObject([
      { parts: ['one '], finished: false },
      { parts: ['one two'], finished: true, at: 110 },
    ])
  })

  test('T1, T2, T3: whoever leaves a reply does so when its last write has landed, and writes no more', async () => {
    const { clock, views, writer } = screen({ writeMs: 3_000 })
    writer.push('one ')
    await clock.advance(100)
    writer.push('two')
    const left = writer.leave().then(() => clock.now())
    await clock.advance(10_000)
    expect(await left).toBe(3_000)
    expect(views.map(({ parts }) => parts.join(''))).toEqual(['one '])
  })

  test('D3: text that comes while a write is slow is written after it, not beside it', async () => {
    const { clock, views, writer } = screen({ writeMs: 3_000 })
    writer.push('one ')
    await clock.advance(500)
    writer.push('two')
    await clock.advance(10_000)
    expect(views.map(({ parts }) => parts.join(''))).toEqual(['one ', 'one two'])
  })

  describe('that goes on in the next message', () => {
    const word = 'word '
    /** One message is full after twenty words; ten come a second. */
    async function streamed(beginsFree: boolean, count: number, faults: SurfaceFault[] = []) {
      const world = screen({ size: 100, beginsFree, faults })
      for (let nth = 0; nth < count; nth += 1) {
        world.writer.push(word)
        await world.clock.advance(100)
      }
      return world
    }

    test('D3: fills the old one when its text is complete, and begins the new one between two charged writes', async () => {
      const { views } = await streamed(true, 35)
      expect(views.slice(2).map(({ at, parts, followed }) => [at, parts.length, followed])).toEqual([
        [1_110, 1, false],
        [2_110, 1, true],
        [2_610, 2, false],
        [3_110, 2, false],
      ])
      // All that the first one holds in the end.
      expect(views[3]?.parts[0]).toBe(views[4]?.parts[0])
    })

    test('D1: what is visible never shrinks on the way, and is all there in the end', async () => {
      const { views, writer, clock } = await streamed(true, 95)
      const whole = word.repeat(95)
      const ended = writer.finish(whole, ['good'])
      await clock.advance(5_000)
      await ended
      const shown = views.map(({ parts }) => parts.join(''))
      for (const [nth, text] of shown.entries()) expect(text.startsWith(shown[nth - 1] ?? '')).toBe(true)
      expect(shown.at(-1)).toBe(whole)
      expect(views.filter(({ followed }) => followed).length).toBeGreaterThan(2)
    })

    test('D5: what fails on the way is done again', async () => {
      const down: SurfaceFault = { kind: 'unavailable' }
      const { views, writer, clock } = await streamed(true, 35, [down, down, down, down, down, down])
      const ended = writer.finish(word.repeat(35), ['good'])
      await clock.advance(60_000)
      await ended
      expect(views.at(-1)?.parts.join('')).toBe(word.repeat(35))
    })

    test('in one step where every write is charged to one account', async () => {
      const { views } = await streamed(false, 35)
      expect(views.filter(({ followed }) => followed)).toEqual([])
    })
  })

  test('F3: messages that show the reply are told as they appear, in order, once each', async () => {
    const { clock, notes, writer } = screen({ size: 100 })
    writer.push('word '.repeat(10))
    await clock.advance(2_000)
    const finished = writer.finish('word '.repeat(40), ['good'])
    await clock.advance(2_000)
    await finished
    expect(notes[0]).toEqual(['m0'])
    expect(notes.at(-1)?.length).toBeGreaterThan(1)
  })
})

describe('a platform in trouble', () => {
  test('D1, D2: one that bears shorter parts from now on gets shorter ones; those that stand stay', async () => {
    const { clock, views, writer, bears } = screen({ size: 1_000 })
    const text = 'word '.repeat(500).trim()
    writer.push(text.slice(0, 1_500))
    await clock.advance(2_000)
    bears.size = 300
    const finished = writer.finish(text, ['good'])
    await clock.advance(2_000)
    await finished
    const last = views.at(-1)?.parts ?? []
    expect(last[0]).toBe(views[0]?.parts[0])
    expect(Math.max(...last.slice(1).map((part) => part.length))).toBeLessThanOrEqual(300)
    expect(last.join('')).toBe(text)
  })

  test('D5: minutes without room are no minutes away: the next failure is not the end', async () => {
    const faults: SurfaceFault[] = [
      ...Array.from({ length: 5 }, (): SurfaceFault => ({ kind: 'rate_limited', retryAfterMs: 60_000 })),
      { kind: 'unavailable' },
    ]
    const { clock, views, writer } = screen({ faults })
    const finished = writer.finish('all of it', ['good'])
    await clock.advance(310_000)
    await finished
    expect(views.at(-1)).toMatchObject({ parts: ['all of it'], finished: true })
  })

  test('D3, D5: a 429 is waited out, and costs no text', async () => {
    const { clock, views, writer } = screen({ faults: [{ kind: 'rate_limited', retryAfterMs: 7_000 }] })
    const finished = writer.finish('all of it', ['good'])
    await clock.advance(7_000)
    expect(views).toEqual([])
    await clock.advance(1_000)
    await finished
    expect(views.map(({ parts }) => parts.join(''))).toEqual(['all of it'])
  })

  test('D5: a platform that is away for a minute gets the whole text when it is back', async () => {
    const faults = Array.from({ length: 8 }, (): SurfaceFault => ({ kind: 'unavailable' }))
    const { clock, views, writer } = screen({ faults })
    writer.push('one ')
    const finished = writer.finish('one two', ['good'])
    await clock.advance(90_000)
    await finished
    expect(views.at(-1)).toMatchObject({ parts: ['one two'], finished: true })
  })

  test('one that is away for a quarter of an hour ends the reply with its error', async () => {
    const faults = Array.from({ length: 100 }, (): SurfaceFault => ({ kind: 'unavailable' }))
    const { clock, writer } = screen({ faults })
    const finished = expect(writer.finish('one', ['good'])).rejects.toThrow(SurfaceError)
    await clock.advance(930_000)
    await finished
  })

  test.each(['gone', 'refused'] as const)('what is %s is not tried again', async (kind) => {
    const { clock, views, writer } = screen({ faults: [{ kind }] })
    writer.push('one')
    await clock.advance(100)
    await expect(writer.finish('one two', ['good'])).rejects.toMatchObject({ fault: { kind } })
    expect(views).toEqual([])
  })

  test('a cancelled reply writes no more', async () => {
    const { clock, views, writer, abort } = screen()
    writer.push('one ')
    await clock.advance(100)
    abort.abort(new Error('handed over'))
    await expect(writer.finish('one two', ['good'])).rejects.toThrow('handed over')
    await settle()
    expect(views).toHaveLength(1)
  })
})
