import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Cut, cutBehind, cutWithin, piecesOf } from '#adapters/slack/roll-over.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { asked, running } from './running.ts'

const MINUTE_MS = 60_000
const texts = (parts: readonly string[], cuts: readonly (Cut | undefined)[]) =>
  piecesOf(parts, new Map([[parts.length - 1, cuts.filter((cut) => cut !== undefined)]])).map(
    ({ text }) => text,
  )

describe('a cut', () => {
  test('waits for the end of a block', () => {
    expect(cutBehind('one two', 3, false)).toBeUndefined()
    expect(cutBehind('# one\n- two', 8, false)).toBeUndefined()
    expect(texts(['one\n\ntwo'], [cutBehind('one\n\ntwo', 1, false)])).toEqual(['one\n', '\ntwo'])
  })

  test('takes nothing back of what is shown', () => {
    const cut = cutBehind('one\n\ntwo\n\nthree', 6, false)
    expect(cut?.before).toBe('one\n\ntwo\n')
  })

  test('D2: closes a fence and opens it again, with its language', () => {
    const text = '```ts\nconst a = 1\nconst b = 2'
    expect(cutBehind(text, 8, false)).toBeUndefined()
    expect(texts([text], [cutBehind(text, 8, true)])).toEqual([
      '```ts\nconst a = 1\n```',
      '```ts\nconst b = 2',
    ])
  })

  test('repeats the head of a table', () => {
    const text = '| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |'
    expect(texts([text], [cutBehind(text, 25, true)])).toEqual([
      '| a | b |\n|---|---|\n| 1 | 2 |\n',
      '| a | b |\n|---|---|\n| 3 | 4 |',
    ])
  })

  test('without lines falls between words, or at the end', () => {
    expect(cutBehind('one two thr', 5, true)?.before).toBe('one two ')
    expect(cutBehind('一二三四五', 2, true)?.before).toBe('一二')
  })

  test('of a part that reads otherwise in the end is forgotten', () => {
    expect(texts(['uno dos'], [cutBehind('one\ntwo', 1, true)])).toEqual(['uno dos'])
  })

  test('D1: any text, cut anywhere, any number of times, loses and repeats nothing', () => {
    const text = fc
      .array(fc.constantFrom('word ', '\n', '\n\n', '- item\n', '1️⃣', '👩‍👩‍👧', '漢字', '> quoted\n'), {
        minLength: 1,
      })
      .map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(text, fc.array(fc.nat(300), { maxLength: 4 }), fc.boolean(), (whole, froms, late) => {
        const cuts: Cut[] = []
        for (const from of froms.toSorted((a, b) => a - b)) {
          if (from > whole.length || from < (cuts.at(-1)?.before.length ?? 0)) continue
          const cut = cutBehind(whole, from, late)
          if (cut !== undefined) cuts.push(cut)
        }
        expect(texts([whole], cuts).join('')).toBe(whole)
      }),
    )
  })

  test('D1: what is too long is halved without loss, until nothing can be cut', () => {
    const whole = 'some words\n'.repeat(20)
    const [piece] = piecesOf([whole], new Map())
    if (piece === undefined) throw new Error('nothing to cut')
    const cut = cutWithin(whole, piece)
    expect(texts([whole], [cut]).join('')).toBe(whole)
    expect(Math.abs((cut?.before.length ?? 0) - whole.length / 2)).toBeLessThan(12)
    expect(cutWithin('x', { part: 0, start: 0, end: 1, text: 'x' })).toBeUndefined()
  })
})

describe('a stream', () => {
  const streamed = async () => {
    const clock = new VirtualClock(Date.now())
    const app = await running({ clock })
    return { clock, app, reply: await asked(app) }
  }

  test('D5: goes on in a new message before Slack ends it, and every message was streamed to its end', async () => {
    const { clock, reply } = await streamed()
    let text = ''
    const writes: (readonly string[])[] = []
    for (let minute = 0; minute < 9; minute += 1) {
      text += `Paragraph ${minute}, long enough.\n\n`
      await reply.show(text)
      writes.push(reply.writes())
      await clock.advance(MINUTE_MS)
    }
    const ids = await reply.finish(`${text}The end.`)
    const seen = reply.seen()
    expect(seen.map(({ text: part }) => part).join('')).toBe(`${text}The end.`)
    expect(seen.map(({ ts }) => ts)).toEqual(ids)
    expect(seen).toHaveLength(3)
    expect(seen.some(({ streaming }) => streaming)).toBe(false)
    expect(reply.writes()).not.toContain('chat.update')
    expect(reply.writes().filter((method) => method === 'chat.stopStream')).toHaveLength(3)
    // What can be pressed is below the last one only.
    expect(seen.map(({ blocks }) => blocks.length)).toEqual([0, 0, 2])
  })

  test('D5: in one long line goes on behind a word, before it is too late', async () => {
    const { clock, reply } = await streamed()
    let text = ''
    for (let count = 0; count < 40; count += 1) {
      text += `word${count} `
      await reply.show(text)
      await clock.advance(10_000)
    }
    await reply.finish(text)
    expect(
      reply
        .seen()
        .map(({ text: part }) => part)
        .join(''),
    ).toBe(text)
    expect(reply.seen()).toHaveLength(2)
    expect(reply.writes()).not.toContain('chat.update')
  })

  test('T5: regenerated after it rolled over, one message is left', async () => {
    const { clock, app, reply } = await streamed()
    await reply.show('one\n\n')
    await clock.advance(4 * MINUTE_MS)
    await reply.show('one\n\ntwo\n\nthree')
    const shown = await reply.finish('one\n\ntwo\n\nthree')
    expect(shown).toHaveLength(2)
    const again = app.platform.open(reply.question.place, shown, 'r2')
    const view = { parts: ['another'], finished: true, controls: [] }
    expect(await again.show(view, new AbortController().signal)).toEqual([shown[0]])
    expect(reply.seen().map(({ text }) => text)).toEqual(['another'])
  })

  test('D5: a slow start of the next stream costs no text', async () => {
    const { clock, app, reply } = await streamed()
    await reply.show('one\n\n')
    await clock.advance(4 * MINUTE_MS)
    app.simulator.failNext('chat.startStream', { kind: 'reset', when: 'after' })
    await reply.show('one\n\ntwo').catch(() => undefined)
    await reply.show('one\n\ntwo\n\nthree')
    await reply.finish('one\n\ntwo\n\nthree.')
    expect(
      reply
        .seen()
        .map(({ text }) => text)
        .join(''),
    ).toBe('one\n\ntwo\n\nthree.')
  })
})

test('D5: an edit that Slack finds too long goes out as two messages', async () => {
  const app = await running({ streaming: false })
  const reply = await asked(app)
  const text = 'some words\n'.repeat(30)
  await reply.show('some')
  app.simulator.failNext('chat.update', { kind: 'platform', error: 'msg_too_long' })
  await reply.show(text)
  await reply.finish(`${text}the end`)
  expect(reply.seen()).toHaveLength(2)
  expect(
    reply
      .seen()
      .map(({ text: part }) => part)
      .join(''),
  ).toBe(`${text}the end`)
})
