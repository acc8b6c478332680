import { describe, expect, test } from 'vitest'
import { controlBlocks, readValue } from '#adapters/slack/controls.ts'
import { firstOffers } from '#adapters/slack/offers.ts'
import type { Block } from '#test/platforms/slack/simulator.ts'
import { asked, FINISHED, never, REPLY, type RunningOptions, running } from './running.ts'

const { look } = firstOffers()
/** What can be pressed, by `action_id`. */
const pressable = (blocks: readonly Block[]): readonly unknown[] =>
  blocks
    .flatMap(({ elements }) => (Array.isArray(elements) ? elements : []))
    .map(({ action_id }) => action_id)
const VOTE = `parley:vote:${REPLY}`
const AGAIN = `parley:regenerate:${REPLY}`
const STOP = `parley:stop:${REPLY}`

describe('as Block Kit', () => {
  test('good and bad are the feedback buttons, and again is a button', () => {
    const blocks = controlBlocks(FINISHED, REPLY, look)
    expect(blocks.map(({ type }) => type)).toEqual(['context_actions', 'actions'])
    expect(blocks[0]?.elements[0]).toMatchObject({
      type: 'feedback_buttons',
      action_id: VOTE,
      positive_button: { value: `good:${REPLY}` },
      negative_button: { value: `bad:${REPLY}` },
    })
  })

  test('a failed reply can only be asked for again', () => {
    expect(controlBlocks(['regenerate'], REPLY, look)).toMatchObject([
      { type: 'actions', elements: [{ action_id: AGAIN, value: `regenerate:${REPLY}` }] },
    ])
  })

  test('where there are no feedback buttons, they are ordinary ones', () => {
    const [blocks] = controlBlocks(FINISHED, REPLY, { ...look, controls: 'buttons' })
    expect(blocks?.elements).toMatchObject([
      { value: `good:${REPLY}` },
      { value: `bad:${REPLY}` },
      { value: `regenerate:${REPLY}` },
    ])
    expect(controlBlocks(FINISHED, REPLY, { ...look, controls: 'none' })).toEqual([])
  })

  test.each(['', 'good', 'good:', ':r1', 'constructor:r1', 'sing:r1'])(
    'S6: "%s" names no control',
    (value) => {
      expect(readValue(value)).toBeUndefined()
    },
  )
})

describe.each([
  ['where Slack streams', true],
  ['where it does not', false],
])('%s', (_, streaming) => {
  test('T5: a finished reply can be judged and asked for again, in the call that ends it', async () => {
    const reply = await asked(await running({ streaming }))
    await reply.show('one')
    const before = reply.writes().length
    await reply.finish('one two')
    const [message] = reply.seen()
    expect(message?.text).toBe('one two')
    expect(pressable(message?.blocks ?? [])).toEqual([VOTE, AGAIN])
    expect(reply.writes().slice(before)).toEqual([streaming ? 'chat.stopStream' : 'chat.update'])
  })

  test('only the last message carries them', async () => {
    const reply = await asked(await running({ streaming }))
    await reply.show('one')
    await reply.finish('one', 'two', 'three')
    expect(reply.seen().map(({ blocks }) => pressable(blocks))).toEqual([[], [], [VOTE, AGAIN]])
  })

  test('T5: another answer in the same messages carries its own, once, and what is left over goes', async () => {
    const app = await running({ streaming })
    const reply = await asked(app)
    await reply.show('one')
    const shown = await reply.finish('one', 'two')
    const again = app.platform.open(reply.question.place, shown, 'r2')
    await again.show({ parts: ['uno'], finished: false, controls: ['stop'] }, never)
    expect(reply.seen().map(({ text, blocks }) => [text, pressable(blocks)])).toEqual([['uno', []]])
    await again.show({ parts: ['uno!'], finished: true, controls: FINISHED }, never)
    const [message] = reply.seen()
    expect(message).toMatchObject({ ts: shown[0], text: 'uno!' })
    expect(pressable(message?.blocks ?? [])).toEqual(['parley:vote:r2', 'parley:regenerate:r2'])
    // Slack tells of the deletion too; nobody takes it for a person's.
    await app.simulator.settled()
    expect(app.host.deletions).toEqual([])
  })

  test('a server that refuses the feedback buttons gets ordinary ones, and is not asked again', async () => {
    const app = await running({ streaming, unknownBlocks: ['context_actions'] })
    const reply = await asked(app)
    await reply.show('one')
    await reply.finish('one two')
    const [message] = reply.seen()
    expect(message?.text).toBe('one two')
    expect(pressable(message?.blocks ?? [])).toEqual([`parley:good:${REPLY}`, `parley:bad:${REPLY}`, AGAIN])
    const before = reply.writes().length
    const next = app.platform.open(
      reply.question.place,
      reply.seen().map(({ ts }) => ts),
      REPLY,
    )
    await next.show({ parts: ['more'], finished: true, controls: FINISHED }, never)
    const writes = reply.writes().slice(before)
    expect(writes.filter((method) => method.startsWith('chat.'))).toEqual(['chat.update'])
  })

  test('D1: one that refuses every block gets the words', async () => {
    const app = await running({
      streaming,
      unknownBlocks: ['context_actions', 'actions', 'markdown', 'table'],
    })
    const reply = await asked(app)
    await reply.show('one')
    await reply.finish('one **two**')
    expect(reply.seen().map(({ text, streaming: open, blocks }) => [text, open, blocks])).toEqual([
      ['one **two**', false, []],
    ])
  })
})

describe('T5: stop', () => {
  test('is Slack’s own where sessions are offered: no button besides', async () => {
    const reply = await asked(await running({ streaming: false }))
    await reply.surface.working(never)
    await reply.show('one')
    expect(reply.seen().map(({ blocks }) => pressable(blocks))).toEqual([[]])
  })

  const NO_STOP: readonly [string, RunningOptions][] = [
    ['where there are no sessions', { agents: false }],
    ['where the app has not subscribed the event', { botEvents: ['app_mention', 'message.channels'] }],
  ]

  test.each(NO_STOP)('is a button on the message %s', async (_, options) => {
    const reply = await asked(await running(options))
    await reply.surface.working(never)
    await reply.show('one')
    await reply.show('one', 'two')
    expect(reply.seen().map(({ blocks }) => pressable(blocks))).toEqual([[], [STOP]])
    await reply.finish('one', 'two')
    expect(reply.seen().map(({ blocks }) => pressable(blocks))).toEqual([[], [VOTE, AGAIN]])
    // A stream shows no buttons before it ends.
    expect(reply.writes()).not.toContain('chat.startStream')
  })

  test.each(NO_STOP)(
    'is a button also on a reply that began before that was known %s',
    async (_, options) => {
      const reply = await asked(await running(options))
      await reply.show('one')
      await reply.surface.working(never)
      expect(reply.seen().map(({ streaming }) => streaming)).toEqual([true])
      await reply.show('one and *two')
      await reply.show('one and *two* and three')
      expect(reply.seen().map(({ blocks, text }) => [text, pressable(blocks)])).toEqual([
        ['one and *two* and three', [STOP]],
      ])
      await reply.finish('one and *two* and three.')
      expect(reply.seen().map(({ blocks, text }) => [text, pressable(blocks)])).toEqual([
        ['one and *two* and three.', [VOTE, AGAIN]],
      ])
    },
  )
})
