import { afterEach, describe, expect, test, vi } from 'vitest'
import { writeErrand } from '#core/dialogue/errand.ts'
import { createReplies } from '#core/dialogue/replies.ts'
import { systemPrompt } from '#core/dialogue/system-prompt.ts'
import { SystemPrompts } from '#core/dialogue/system-prompts.ts'
import { threadKey } from '#core/thread.ts'
import { everythingKept } from '#test/everything-kept.ts'
import { saying, Theatre } from './theatre.ts'

const alice = { platform: 'test', id: 'U1ALICE' }
const bob = { platform: 'test', id: 'U2BOB' }
const asAlice = {
  speaker: { id: alice.id, name: 'Alice Liddell' },
  place: { user: alice.id, title: 'tea with Dinah' },
}
const asBob = { speaker: { id: bob.id, name: 'Bob' }, place: { user: bob.id, title: 'T' } }

const OF_ALICE = /U1ALICE|Alice|Liddell|Dinah|rabbit/
const kept = (theatre: Theatre) => everythingKept(theatre.store.database)

afterEach(() => vi.restoreAllMocks())

/** Erases while time goes on: what is being written is waited for. */
async function erase(theatre: Theatre, person = alice): Promise<number> {
  const personalData = await theatre.dialogue.personalData()
  const erased = personalData.erase(person)
  await theatre.clock.advance(10_000)
  return erased
}

/** Puts a question in without anybody being told, so that it waits. */
async function wait(theatre: Theatre, id: string, text: string, by: typeof asAlice): Promise<void> {
  const question = theatre.question(id, text, by)
  const body = writeErrand({ kind: 'question', question })
  await theatre.inbox.put({ id, thread: threadKey(question.thread), sentAt: question.sentAt, body })
}

/** Alice and Bob talk in one thread: a question each, and one turn of both. */
async function conversation() {
  const theatre = new Theatre()
  theatre.dialogue.start()
  await theatre.ask('1', 'where is the rabbit?', asAlice)
  await theatre.ask('2', 'thanks Alice, and the tea?', asBob)
  await wait(theatre, '3', 'a rabbit and', asAlice)
  await theatre.dialogue.accept(theatre.question('4', 'a hat, please', asBob))
  await theatre.clock.advance(10_000)
  return theatre
}

test('S3: a person sees what they said, and nothing of others', async () => {
  const theatre = await conversation()
  const personalData = await theatre.dialogue.personalData()
  expect((await Array.fromAsync(personalData.export(alice))).map(({ text }) => text)).toEqual([
    'where is the rabbit?',
    'a rabbit and',
  ])
  expect(await personalData.count(bob)).toBe(2)
  expect(await personalData.count({ ...alice, platform: 'other' })).toBe(0)
})

test('S3: what they said, answers to them alone, their name and their id are nowhere any more', async () => {
  const theatre = await conversation()
  expect(kept(theatre)).toMatch(OF_ALICE)
  expect(await erase(theatre)).toBe(2)
  const after = kept(theatre)
  // The answer to both of them stays: he asked for it too.
  expect(after).not.toMatch(/U1ALICE|Alice|Liddell|Dinah|where is the rabbit/)
  expect(after).toContain('thanks [erased], and the tea?')
  const left = await theatre.dialogue.personalData()
  expect(await left.count(bob)).toBe(2)
})

test('S3: erasing again changes nothing, and nobody else is touched', async () => {
  const theatre = await conversation()
  await erase(theatre)
  const once = kept(theatre)
  expect(await erase(theatre)).toBe(0)
  expect(kept(theatre)).toBe(once)
  expect(await erase(theatre, { ...bob, platform: 'other' })).toBe(0)
  expect(kept(theatre)).toBe(once)
})

test.each([
  ['transcripts', 'rewrite'],
  ['shownReplies', 'rewritePlaces'],
  ['inbox', 'revise'],
  ['inbox', 'forgetInIds'],
] as const)('S3: when %s.%s fails half-way, erasing again completes it', async (part, method) => {
  const theatre = await conversation()
  const whole = await conversation()
  await erase(whole)
  const steps: Record<string, (...args: never[]) => unknown> = theatre[part] as never
  vi.spyOn(steps, method).mockRejectedValueOnce(new Error('the process died'))
  const personalData = await theatre.dialogue.personalData()
  await expect(personalData.erase(alice)).rejects.toThrow('died')
  await erase(theatre)
  expect(kept(theatre)).not.toMatch(/U1ALICE|Alice|Liddell/)
  const messages = async (of: Theatre) =>
    (await Array.fromAsync(of.transcripts.all())).map(({ message }) => message.role)
  expect(await messages(theatre)).toEqual(await messages(whole))
})

describe('S3: while it is being answered', () => {
  /** Writes on and on, until it is stopped. */
  const endless = (theatre: Theatre) => {
    theatre.script = async function* (prompt, signal) {
      for (;;) {
        yield { type: 'text', delta: `to ${prompt.turns.at(-1)?.content}: more and more. ` }
        await theatre.clock.sleep(100, signal)
      }
    }
  }

  test('the answer is stopped, and leaves nothing', async () => {
    const theatre = new Theatre()
    endless(theatre)
    theatre.dialogue.start()
    await theatre.ask('1', 'where is the rabbit?', asAlice)
    expect(theatre.visible.join()).toContain('rabbit')
    expect(await erase(theatre)).toBe(1)
    expect(kept(theatre)).not.toMatch(OF_ALICE)
    expect(await theatre.inbox.waiting()).toBe(0)
  })

  test('a question that waits is never answered, and one of another person is', async () => {
    const theatre = new Theatre()
    await wait(theatre, '1', 'where is the rabbit?', asAlice)
    await wait(theatre, '2', 'is there tea?', asBob)
    expect(await erase(theatre)).toBe(1)
    theatre.dialogue.start()
    await theatre.clock.advance(10_000)
    expect(theatre.visible).toEqual(['you said: Bob: is there tea?'])
    expect(kept(theatre)).not.toMatch(OF_ALICE)
  })

  test.each([
    ['hers alone', [asAlice], []],
    [
      'of both',
      [asAlice, asBob],
      ['you said: U: (called you without a message)\n\nBob: question 1 of the rabbit'],
    ],
  ])('a turn %s that a crash cut off goes on without her', async (_, askers, visible) => {
    const theatre = new Theatre()
    for (const [nth, asker] of askers.entries())
      await wait(theatre, `${nth + 1}`, `question ${nth} of the rabbit`, asker)
    const claim = await theatre.claimAndDie()
    await theatre.inbox.note(claim, JSON.stringify({ reply: 'r1', shown: [] }))
    await theatre.inbox.release(claim)
    expect(await erase(theatre)).toBe(1)
    expect(kept(theatre)).not.toMatch(/U1ALICE|Alice|Dinah|question 0/)
    theatre.dialogue.start()
    await theatre.clock.advance(10_000)
    expect(theatre.visible.map((text) => text.replace(/^you said: : /, 'you said: U: '))).toEqual(visible)
    expect(await theatre.inbox.waiting()).toBe(0)
  })
})

test('S3: an answer that knew their words is no longer judged; one from after is', async () => {
  const theatre = await conversation()
  const { transcripts, shownReplies, clock } = theatre
  const systemPrompts = await SystemPrompts.open(theatre.store.keyv('prompts'), systemPrompt('be kind'))
  const model = { label: 'none', stream: () => saying('nothing') }
  const replies = createReplies({ transcripts, shownReplies, model, sampling: {}, systemPrompts, clock })
  const find = async (nth: number) => replies.find(theatre.opened[nth]?.reply ?? '')
  expect(await find(1)).toMatchObject({ question: 'thanks Alice, and the tea?' })
  await erase(theatre)
  expect([await find(0), await find(1), await find(2)]).toEqual(['deleted', 'deleted', 'deleted'])
  await theatre.ask('5', 'and now?', asBob)
  expect(await find(3)).toMatchObject({ question: 'and now?', speakers: [bob] })
})
