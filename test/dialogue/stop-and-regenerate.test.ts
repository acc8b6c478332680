import { describe, expect, test, vi } from 'vitest'
import { LEASE_MS } from '#core/turns/inbox.ts'
import { settle } from '#test/virtual-clock.ts'
import {
  again,
  alice,
  endless,
  messageRef,
  newestReply,
  REF,
  remembered,
  remove,
  THREAD,
} from './given-second-thoughts.ts'
import { saying, Theatre } from './theatre.ts'

describe('T5: stop', () => {
  test.each(['reply', 'thread'] as const)(
    'by its %s: the model is cancelled, the text so far stays',
    async (by) => {
      const theatre = new Theatre()
      const read = endless(theatre)
      await theatre.ask('1', 'go on for ever')
      expect(theatre.screens[0]?.finished).toBe(false)
      const { reply } = theatre.opened[0] ?? { reply: '' }
      expect(await theatre.dialogue.stop(by === 'reply' ? { reply } : { thread: REF })).toBe(true)
      await settle()
      expect(read.aborted).toBe(true)
      await theatre.clock.advance(1_000)
      expect(theatre.visible).toEqual(['a beginning\n\n_Stopped._'])
      expect(theatre.screens[0]).toMatchObject({ finished: true, working: false })
      expect(read.deltas).toBe(1)
      expect((await remembered(theatre))[1]).toMatchObject({ outcome: 'stopped', text: 'a beginning' })
    },
  )

  test('when nothing is written there is nothing to stop', async () => {
    const theatre = new Theatre()
    await theatre.ask('1', 'hi')
    expect(await theatre.dialogue.stop({ thread: REF })).toBe(false)
    expect(await theatre.dialogue.stop({ reply: 'nobody’s' })).toBe(false)
  })

  describe('T3: while whoever wrote it is dead', () => {
    const cutOff = async () => {
      const theatre = new Theatre()
      const body = theatre.body('1', 'go on for ever')
      await theatre.inbox.put({ id: '1', thread: THREAD, sentAt: 1, body })
      const dead = await theatre.claimAndDie()
      await theatre.inbox.note(dead, JSON.stringify({ reply: 'cut-off', shown: ['m0'] }))
      const place = { thread: THREAD, platform: 'test', place: { id: '1' }, messages: ['m0'] }
      await theatre.shownReplies.remember([messageRef('m0')], 'cut-off', place)
      return theatre
    }
    const takenOver = async (theatre: Theatre) => {
      await theatre.clock.advance(LEASE_MS)
      theatre.dialogue.start()
      await theatre.clock.advance(1_000)
      await theatre.dialogue.drain(0)
    }

    test.each([{ reply: 'cut-off' }, { thread: REF }])(
      'by %o: whoever takes it over stops it, and asks no model',
      async (target) => {
        const theatre = await cutOff()
        expect(await theatre.dialogue.stop(target)).toBe(true)
        await takenOver(theatre)
        expect(theatre.prompts).toEqual([])
        expect(theatre.screens[0]).toMatchObject({ continued: ['m0'], finished: true, parts: ['_Stopped._'] })
        expect((await remembered(theatre))[1]).toMatchObject({ id: 'cut-off', outcome: 'stopped' })
        expect(await theatre.dialogue.stop(target), 'it is done').toBe(false)
      },
    )

    test('a stop of another reply does not stop it', async () => {
      const theatre = await cutOff()
      const place = { thread: THREAD, platform: 'test', place: { id: '0' }, messages: ['m9'] }
      await theatre.shownReplies.remember([messageRef('m9')], 'earlier', place)
      expect(await theatre.dialogue.stop({ reply: 'earlier' })).toBe(false)
      await takenOver(theatre)
      expect(theatre.visible).toEqual(['you said: Alice: go on for ever'])
    })
  })

  test('whoever writes it and cannot be told hears of it when the lease is renewed', async () => {
    const theatre = new Theatre()
    const read = endless(theatre)
    await theatre.ask('1', 'go on for ever')
    vi.spyOn(theatre.announcements, 'ask').mockResolvedValue(false)
    expect(await theatre.open().stop({ thread: REF })).toBe(true)
    await theatre.clock.advance(LEASE_MS / 3)
    expect(read.aborted).toBe(true)
    await theatre.clock.advance(1_000)
    expect(theatre.visible).toEqual(['a beginning\n\n_Stopped._'])
  })

  test('the conversation goes on after it', async () => {
    const theatre = new Theatre()
    endless(theatre)
    await theatre.ask('1', 'go on for ever')
    await theatre.dialogue.stop({ thread: REF })
    await theatre.clock.advance(1_000)
    theatre.script = () => saying('shorter')
    await theatre.ask('2', 'shorter, please')
    expect(theatre.visible.at(-1)).toBe('shorter')
    expect(theatre.prompts.at(-1)?.turns.map(({ content }) => content)).toEqual([
      'Alice: go on for ever',
      'a beginning',
      'Alice: shorter, please',
    ])
  })
})

describe('T5: regenerate', () => {
  test('a new candidate takes the old one’s messages; the old one is kept as comparison data', async () => {
    const theatre = new Theatre()
    theatre.script = () => saying('first try')
    await theatre.ask('1', 'hi')
    const old = await newestReply(theatre)
    theatre.script = () => saying('second try')
    expect(await again(theatre, old)).toBe('accepted')
    expect(theatre.screens[1]).toMatchObject({ continued: ['m0'], place: { id: '1' }, finished: true })
    expect(theatre.visible[1]).toBe('second try')
    const messages = await remembered(theatre)
    expect(messages).toHaveLength(2)
    expect(messages[1]).toMatchObject({
      text: 'second try',
      alternatives: [{ id: old, text: 'first try', made: { model: 'script-1' } }],
    })
    expect(theatre.prompts[1]).toEqual(theatre.prompts[0])
    expect((await theatre.shownReplies.find(messageRef('m0')))?.reply).toBe(messages[1]?.id)
  })

  test('T1: one press is done once, and a third candidate keeps both earlier ones', async () => {
    const theatre = new Theatre()
    await theatre.ask('1', 'hi')
    const first = await newestReply(theatre)
    await again(theatre, first, 'press-1')
    const second = await newestReply(theatre)
    expect(await again(theatre, first, 'press-1')).toBe('duplicate')
    await again(theatre, second, 'press-2')
    const messages = await remembered(theatre)
    expect(messages[1]).toMatchObject({ alternatives: [{ id: first }, { id: second }] })
    expect(theatre.prompts).toHaveLength(3)
  })

  test('only the newest answer can be done again, and only one of ours', async () => {
    const theatre = new Theatre()
    await theatre.ask('1', 'hi')
    const old = await newestReply(theatre)
    await theatre.ask('2', 'and?')
    expect(await again(theatre, old)).toBe('outdated')
    expect(await again(theatre, 'nobody’s')).toBe('unknown')
    expect(theatre.prompts).toHaveLength(2)
  })

  test('T6: an answer whose question was deleted is not done again: nobody asks it any more', async () => {
    const theatre = new Theatre()
    await theatre.ask('1', 'hi')
    await theatre.ask('2', 'oh no')
    const reply = await newestReply(theatre)
    await remove(theatre, '2')
    expect(await again(theatre, reply)).toBe('unasked')
    expect(theatre.prompts).toHaveLength(2)
    expect(await newestReply(theatre)).toBe(reply)
  })

  test('T6: nor when it is deleted while the press waits', async () => {
    const theatre = new Theatre()
    await theatre.ask('1', 'oh no')
    const reply = await newestReply(theatre)
    await theatre.dialogue.drain(0)
    await theatre.dialogue.regenerate({ id: 'press', reply, by: alice, at: 2_000_000 })
    await remove(theatre, '1')
    theatre.dialogue = theatre.open()
    await theatre.ask('2', 'next')
    expect(await remembered(theatre)).toMatchObject([{ role: 'deleted' }, { id: reply }, { id: '2' }, {}])
  })

  test('a press that is quicker than the memory of its answer is done all the same', async () => {
    const theatre = new Theatre()
    const outcomes: string[] = []
    theatre.onWhole = async (reply) => {
      if (outcomes.length === 2) return
      const press = { id: `press-${outcomes.length}`, reply, by: alice, at: 2_000_000 }
      outcomes.push(await theatre.dialogue.regenerate(press))
    }
    theatre.script = () => saying(`try ${theatre.prompts.length}, which is shown in two writes`)
    await theatre.ask('1', 'hi')
    expect(outcomes).toEqual(['accepted', 'accepted'])
    expect(theatre.visible.at(-1)).toContain('try 3')
    expect((await remembered(theatre))[1]).toMatchObject({ alternatives: [{}, {}] })
  })

  test('T3: after a crash in the middle it is done once', async () => {
    const theatre = new Theatre()
    await theatre.ask('1', 'hi')
    const old = await newestReply(theatre)
    await theatre.dialogue.drain(0)
    await theatre.dialogue.regenerate({ id: 'press', reply: old, by: alice, at: 1_000_000 })
    const dead = await theatre.claimAndDie()
    await theatre.inbox.note(dead, JSON.stringify({ reply: 'new-1', shown: ['m0'] }))
    await theatre.clock.advance(LEASE_MS)
    theatre.dialogue = theatre.open()
    await theatre.ask('2', 'next')
    const messages = await remembered(theatre)
    expect(messages.map(({ id }) => id).slice(0, 3)).toEqual(['1', 'new-1', '2'])
    expect(messages[1]).toMatchObject({ alternatives: [{ id: old }] })
  })
})
