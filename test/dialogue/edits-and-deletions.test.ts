import { describe, expect, test } from 'vitest'
import { writeErrand } from '#core/dialogue/errand.ts'
import {
  again,
  edit,
  endless,
  newestReply,
  REF,
  remembered,
  remove,
  THREAD,
} from './given-second-thoughts.ts'
import { saying, Theatre } from './theatre.ts'

describe('T6: edits', () => {
  test('the newest question is answered again in place, and the old answer is no alternative', async () => {
    const theatre = new Theatre()
    await theatre.ask('1', 'what is 2+2')
    await edit(theatre, '1', 'what is 2+3')
    expect(theatre.visible).toEqual(['you said: Alice: what is 2+2', 'you said: Alice: what is 2+3'])
    expect(theatre.screens[1]?.continued).toEqual(['m0'])
    const messages = await remembered(theatre)
    expect(messages[0]).toMatchObject({ text: 'what is 2+3' })
    expect(messages[1]).not.toHaveProperty('alternatives')
  })

  test('an edit that is delivered twice, or leaves the text as it was, does nothing', async () => {
    const theatre = new Theatre()
    await theatre.ask('1', 'hi')
    await edit(theatre, '1', 'hi')
    expect(theatre.prompts).toHaveLength(1)
    await edit(theatre, '1', 'hello', 'v2')
    await edit(theatre, '1', 'hello', 'v2')
    expect(theatre.prompts).toHaveLength(2)
  })

  test('an older question changes what is remembered, and is not answered again', async () => {
    const theatre = new Theatre()
    await theatre.ask('1', 'my name is Bob')
    await theatre.ask('2', 'thanks')
    await edit(theatre, '1', 'my name is Rob')
    expect(theatre.prompts).toHaveLength(2)
    await theatre.ask('3', 'what is my name?')
    expect(theatre.prompts[2]?.turns[0]?.content).toBe('Alice: my name is Rob')
  })

  test('while it is being answered: that answer is stopped, and the new text is answered', async () => {
    const theatre = new Theatre()
    endless(theatre)
    await theatre.ask('1', 'old')
    theatre.script = () => saying('new answer')
    await edit(theatre, '1', 'new')
    expect(theatre.visible.at(-1)).toBe('new answer')
    expect(await remembered(theatre)).toMatchObject([{ text: 'new' }, { text: 'new answer' }])
  })

  test('while it waits: only the new text is ever asked', async () => {
    const theatre = new Theatre()
    endless(theatre)
    await theatre.ask('1', 'first')
    await theatre.ask('2', 'old')
    await edit(theatre, '2', 'new')
    theatre.script = (prompt) => saying(`you said: ${prompt.turns.at(-1)?.content}`)
    await theatre.dialogue.stop({ thread: REF })
    await theatre.clock.advance(1_000)
    expect(theatre.visible.at(-1)).toBe('you said: Alice: new')
    expect(JSON.stringify(theatre.prompts)).not.toContain('old')
  })

  test('while it is being answered and another waits: the new text is answered, then the other', async () => {
    const theatre = new Theatre()
    endless(theatre)
    await theatre.ask('1', 'old')
    await theatre.ask('2', 'next')
    theatre.script = (prompt) => saying(`you said: ${prompt.turns.at(-1)?.content}`)
    await edit(theatre, '1', 'new')
    expect((await remembered(theatre)).map((message) => 'text' in message && message.text)).toEqual([
      'new',
      'you said: Alice: new',
      'next',
      'you said: Alice: next',
    ])
    expect(JSON.stringify(theatre.prompts.slice(1))).not.toContain('old')
  })

  describe('T1: an edit that comes after a later one, because nobody took it in at first, changes nothing', () => {
    test('when the later one is answered', async () => {
      const theatre = new Theatre()
      await theatre.ask('1', 'what is 2+2')
      await edit(theatre, '1', 'what is 2+4', 'v2', 2_000)
      await edit(theatre, '1', 'what is 2+3', 'v1', 1_000)
      expect(theatre.visible.at(-1)).toBe('you said: Alice: what is 2+4')
      expect((await remembered(theatre))[0]).toMatchObject({ text: 'what is 2+4' })
    })

    test('while the later one is being answered', async () => {
      const theatre = new Theatre()
      await theatre.ask('1', 'what is 2+2')
      const read = endless(theatre)
      await edit(theatre, '1', 'what is 2+4', 'v2', 2_000)
      await edit(theatre, '1', 'what is 2+3', 'v1', 1_000)
      expect(read.aborted).toBe(false)
      await theatre.dialogue.stop({ thread: REF })
      await theatre.clock.advance(1_000)
      expect(theatre.prompts).toHaveLength(2)
      expect((await remembered(theatre))[0]).toMatchObject({ text: 'what is 2+4' })
    })

    test('while the question waits', async () => {
      const theatre = new Theatre()
      endless(theatre)
      await theatre.ask('1', 'first')
      await theatre.ask('2', 'old')
      await edit(theatre, '2', 'newest', 'v2', 2_000)
      await edit(theatre, '2', 'newer', 'v1', 1_000)
      theatre.script = (prompt) => saying(`you said: ${prompt.turns.at(-1)?.content}`)
      await theatre.dialogue.stop({ thread: REF })
      await theatre.clock.advance(1_000)
      expect(theatre.visible.at(-1)).toBe('you said: Alice: newest')
      await edit(theatre, '2', 'newer', 'v1', 1_000)
      expect(theatre.visible.at(-1)).toBe('you said: Alice: newest')
    })

    test('while the answer to the later one begins: it goes on, also when that is delivered again', async () => {
      const theatre = new Theatre()
      const question = theatre.question('1', 'old', { hasPast: true })
      const body = writeErrand({ kind: 'question', question })
      await theatre.inbox.put({ id: '1', thread: THREAD, sentAt: 1, body })
      await edit(theatre, '1', 'newest', 'v2', 2_000)
      const past = Promise.withResolvers<void>()
      theatre.onPast = () => past.promise
      theatre.dialogue.start()
      await theatre.clock.advance(1_000)
      expect(theatre.pastAsked).toBe(1)
      await edit(theatre, '1', 'newer', 'v1', 1_000)
      await edit(theatre, '1', 'newest', 'v2', 2_000)
      past.resolve()
      await theatre.clock.advance(10_000)
      await theatre.dialogue.drain(0)
      expect(theatre.visible).toEqual(['you said: Alice: newest'])
    })

    test('while both wait', async () => {
      const theatre = new Theatre()
      const read = endless(theatre)
      await theatre.ask('1', 'what is 2+2')
      const edits = [
        { question: '1', version: 'v2', text: 'what is 2+4', at: 2_000 },
        { question: '1', version: 'v1', text: 'what is 2+3', at: 1_000 },
      ]
      theatre.script = (prompt) => saying(`you said: ${prompt.turns.at(-1)?.content}`)
      await Promise.all(edits.map((each) => theatre.dialogue.edited(each)))
      await theatre.clock.advance(10_000)
      expect(read.aborted).toBe(true)
      expect(theatre.visible.at(-1)).toBe('you said: Alice: what is 2+4')
      expect((await remembered(theatre))[0]).toMatchObject({ text: 'what is 2+4' })
    })
  })

  test('an edit that leaves the text as it was does not stop the answer', async () => {
    const theatre = new Theatre()
    const read = endless(theatre)
    await theatre.ask('1', 'go on for ever')
    await edit(theatre, '1', 'go on for ever')
    expect(read.aborted).toBe(false)
    expect(theatre.screens[0]?.finished).toBe(false)
  })

  test('an edit of a message that was never a question does nothing', async () => {
    const theatre = new Theatre()
    await edit(theatre, 'stranger', 'text')
    expect([theatre.prompts, await theatre.inbox.waiting()]).toEqual([[], 0])
  })
})

test('T6: what no longer fits into a prompt can still be changed and taken back', async () => {
  const theatre = new Theatre()
  theatre.script = () => saying('noted')
  await theatre.ask('1', 'my name is Bob')
  const reply = await newestReply(theatre)
  const { length } = await remembered(theatre)
  await theatre.transcripts.startWindowAt(THREAD, length)
  await theatre.ask('2', 'something else')
  await edit(theatre, '1', 'my name is Rob')
  expect(await theatre.transcripts.find(THREAD, '1')).toMatchObject({ text: 'my name is Rob' })
  expect(theatre.prompts).toHaveLength(2)
  await remove(theatre, 'no question', 'm0')
  expect((await theatre.transcripts.find(THREAD, reply))?.role).toBe('deleted')
})

describe('T6: deletions', () => {
  test('a deleted question is nowhere any more', async () => {
    const theatre = new Theatre()
    theatre.script = () => saying('fine')
    await theatre.ask('1', 'my password is hunter2')
    await remove(theatre, '1')
    await theatre.ask('2', 'what did I say?')
    expect(JSON.stringify(await remembered(theatre))).not.toContain('hunter2')
    expect((await remembered(theatre))[0]).toEqual({
      role: 'deleted',
      id: '1',
      at: 1_000_000,
      changedAt: expect.any(Number),
    })
    expect(JSON.stringify(theatre.store.database.prepare('SELECT * FROM delivery').all())).not.toContain(
      'hunter2',
    )
    expect(JSON.stringify(theatre.store.database.prepare('SELECT * FROM turn').all())).not.toContain('fine')
    expect(theatre.prompts.at(-1)?.turns).toEqual([{ role: 'user', content: 'Alice: what did I say?' }])
  })

  test('a question that is deleted while it waits is never asked', async () => {
    const theatre = new Theatre()
    endless(theatre)
    await theatre.ask('1', 'first')
    await theatre.ask('2', 'never mind')
    await remove(theatre, '2')
    await theatre.dialogue.stop({ thread: REF })
    await theatre.clock.advance(1_000)
    expect(JSON.stringify(theatre.prompts)).not.toContain('never mind')
    expect(await theatre.inbox.waiting()).toBe(0)
    expect(theatre.screens).toHaveLength(1)
  })

  test('a question that is deleted while it is answered stops the answer', async () => {
    const theatre = new Theatre()
    const read = endless(theatre)
    await theatre.ask('1', 'oh no')
    await remove(theatre, '1')
    expect(read.aborted).toBe(true)
    expect((await remembered(theatre))[0]?.role).toBe('deleted')
  })

  test('what is deleted while another question waits is not in its prompt', async () => {
    const theatre = new Theatre()
    endless(theatre)
    await theatre.ask('1', 'my password is hunter2')
    await theatre.ask('2', 'what did I say?')
    theatre.script = () => saying('nothing')
    await remove(theatre, '1')
    expect(theatre.visible.at(-1)).toBe('nothing')
    expect(JSON.stringify(theatre.prompts.at(-1))).not.toContain('hunter2')
  })

  test('of two that are answered together, one is deleted: the other gets its answer', async () => {
    const theatre = new Theatre()
    endless(theatre)
    await theatre.ask('1', 'first')
    await theatre.ask('2', 'never mind')
    await theatre.ask('3', 'third')
    const read = endless(theatre)
    await theatre.dialogue.stop({ thread: REF })
    await theatre.clock.advance(1_000)
    await remove(theatre, '2')
    expect(read.aborted).toBe(false)
    await remove(theatre, '3')
    expect(read.aborted).toBe(true)
  })

  test('a reply that a person deletes is forgotten; a message that we took away ourselves is not', async () => {
    const theatre = new Theatre()
    theatre.script = () => saying('word '.repeat(1_000))
    await theatre.ask('1', 'long, please')
    const long = theatre.screens[0]?.parts.length ?? 0
    expect(long).toBeGreaterThan(1)
    const old = await newestReply(theatre)
    theatre.script = () => saying('short')
    await again(theatre, old)
    await remove(theatre, `no question`, `m${long - 1}`)
    expect((await remembered(theatre))[1]).toMatchObject({ text: 'short' })
    await remove(theatre, 'no question either', 'm0')
    expect((await remembered(theatre))[1]?.role).toBe('deleted')
  })
})
