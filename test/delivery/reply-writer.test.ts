import { describe, expect, test } from 'vitest'
import { Account } from '#core/delivery/account.ts'
import type { Limit } from '#core/delivery/budget.ts'
import { ReplyWriter } from '#core/delivery/reply-writer.ts'
import { type ReplySurface, type ReplyView, SurfaceError, type SurfaceFault } from '#core/delivery/surface.ts'
import { settle, VirtualClock } from '#test/virtual-clock.ts'

/** One growing write a second. */
const EACH_SECOND: Limit = { writes: 1, windowMs: 1, reserve: 0, leastGapMs: 1_000 }

/** A screen on which every write takes `writeMs`, and the next ones fail as told. */
function screen(options: { writeMs?: number; size?: number; faults?: SurfaceFault[] } = {}) {
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

  test('D3: text that comes while a write is slow is written after it, not beside it', async () => {
    const { clock, views, writer } = screen({ writeMs: 3_000 })
    writer.push('one ')
    await clock.advance(500)
    writer.push('two')
    await clock.advance(10_000)
    expect(views.map(({ parts }) => parts.join(''))).toEqual(['one ', 'one two'])
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

  test('one that is away for minutes ends the reply with its error', async () => {
    const faults = Array.from({ length: 100 }, (): SurfaceFault => ({ kind: 'unavailable' }))
    const { clock, writer } = screen({ faults })
    const finished = expect(writer.finish('one', ['good'])).rejects.toThrow(SurfaceError)
    await clock.advance(300_000)
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
