import { expect, test } from 'vitest'
import { Demonstrations } from '#core/feedback/demonstrations.ts'
import { LONGEST_CORRECTION, LONGEST_REASON } from '#core/feedback/desk.ts'
import { createFeedbackDesk } from '#core/feedback/feedback-desk.ts'
import { Ledger } from '#core/feedback/ledger.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { versionOf } from '#core/store/answer-version.ts'
import { ShownReplies } from '#core/store/shown-replies.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { quietLog } from '#test/quiet-log.ts'
import { alice, answer, bob, FakeReplies, judged } from './judged.ts'

async function open() {
  const store = openSqliteStore('memory:', quietLog)
  const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
  const shown = new ShownReplies(store.keyv('shown'))
  const ledger = new Ledger({ events: store.keyv('ledger'), shown, pseudonyms })
  const demonstrations = new Demonstrations(store.keyv('demonstrations'), pseudonyms)
  const replies = new FakeReplies()
  const desk = createFeedbackDesk({ replies, shown, ledger, demonstrations, pseudonyms })
  return {
    ...{ desk, replies, shown, pseudonyms },
    events: () => Array.fromAsync(ledger.events()),
    written: () => Array.fromAsync(demonstrations.all()),
  }
}

const reason = { id: 'f1', reply: 'r1', by: alice, at: 1_000, tags: ['wrong'] as const, text: 'No.' }
const version = versionOf('A monad is a monoid.')
const correction = { id: 'k1', reply: 'r1', by: bob, at: 2_000, version, text: 'A monad is a burrito.' }

test('F4: a reason is an event about the words that were judged, by a pseudonym', async () => {
  const { desk, events, pseudonyms } = await open()
  expect(await desk.explain(reason)).toEqual({ ok: true })
  expect(await events()).toEqual([
    expect.objectContaining({
      ...{ kind: 'reason', reply: 'r1', thread: 'slack:T1:C1:1.0', version, model: 'script-1' },
      ...{ rater: pseudonyms.of(alice), requester: true, tags: ['wrong'], text: 'No.', provenance: 'slack' },
    }),
  ])
})

test('F1: a reason delivered again is one event; a changed mind is another', async () => {
  const { desk, events } = await open()
  await desk.explain(reason)
  await desk.explain(reason)
  await desk.explain({ ...reason, id: 'f2', at: 3_000, tags: ['other', 'unsafe'] })
  expect(await events()).toMatchObject([{ tags: ['wrong'] }, { tags: ['unsafe', 'other'] }])
})

test('a reason that says nothing, or too much, is not recorded, and people are told why', async () => {
  const { desk, events } = await open()
  const said = [
    await desk.explain({ ...reason, tags: [], text: ' ' }),
    await desk.explain({ ...reason, text: 'x'.repeat(LONGEST_REASON + 1) }),
  ]
  expect(said).toEqual([
    { ok: false, say: 'Please choose a reason, or write one.' },
    { ok: false, say: 'What you wrote has 1,001 characters; 1,000 are possible. Please shorten it.' },
  ])
  expect(await events()).toEqual([])
})

test('T6: feedback on a reply that was deleted meanwhile records nothing and says so', async () => {
  const { desk, replies, events, written } = await open()
  replies.known.set('r1', 'deleted')
  const say = 'This message was deleted meanwhile, so nothing was recorded.'
  expect(await desk.explain(reason)).toEqual({ ok: false, say })
  expect(await desk.draft('r1')).toEqual({ say })
  expect(await desk.correct(correction)).toEqual({ ok: false, say })
  expect(await desk.explain({ ...reason, reply: 'nobody’s' })).toMatchObject({ ok: false })
  expect([...(await events()), ...(await written())]).toEqual([])
})

test('F4: a better reply is a demonstration for exactly the prompt, with what the model had said', async () => {
  const { desk, written, events, pseudonyms } = await open()
  expect(await desk.draft('r1')).toEqual({ reply: 'r1', version, text: 'A monad is a monoid.' })
  expect(await desk.correct(correction)).toEqual({ ok: true })
  const [demonstration] = await written()
  expect(demonstration).toMatchObject({
    messages: [
      { role: 'system', content: 'be kind' },
      { role: 'user', content: 'Alice: what is a monad?', origin: 'human' },
      {
        ...{ role: 'assistant', content: 'A monad is a burrito.', origin: 'suggested_edited' },
        ...{ suggestion: 'A monad is a monoid.', suggestionModel: 'script-1', editDistance: 6 },
      },
    ],
    of: { reply: 'r1', version, prompt: { first: 0, end: 1 } },
    ...{ trainer: pseudonyms.of(bob), speakers: [pseudonyms.of(alice)], status: 'submitted' },
  })
  expect(await events()).toMatchObject([
    { kind: 'correction', demonstration: demonstration?.id, requester: false },
  ])
})

test('F1: a better reply delivered again is one demonstration and one event', async () => {
  const { desk, written, events } = await open()
  await Promise.all([desk.correct(correction), desk.correct(correction)])
  expect([(await written()).length, (await events()).length]).toEqual([1, 1])
})

test('T5: a correction of an answer that was drawn anew meanwhile stays with the words it corrects', async () => {
  const { desk, replies, written } = await open()
  const newer = answer('r2', 'Something else.')
  replies.known.set('r1', judged({ answer: newer, alternatives: [answer('r1', 'A monad is a monoid.')] }))
  expect(await desk.correct(correction)).toEqual({ ok: true })
  expect(await written()).toMatchObject([{ of: { version }, messages: [{}, {}, { editDistance: 6 }] }])
})

test('corrections that cannot be kept are refused with a sentence, and nothing is recorded', async () => {
  const { desk, written, events } = await open()
  const refused = [
    await desk.correct({ ...correction, text: 'x'.repeat(LONGEST_CORRECTION + 1) }),
    await desk.correct({ ...correction, text: '  ' }),
    await desk.correct({ ...correction, text: ' A monad is a monoid.\r\n' }),
    await desk.correct({ ...correction, version: 'of words that are gone' }),
  ]
  expect(refused).toEqual([
    { ok: false, say: 'Your reply has 100,001 characters; 100,000 are possible. Please shorten it.' },
    { ok: false, say: 'Please write the better reply first.' },
    { ok: false, say: 'This says the same as the reply. Please change it first.' },
    { ok: false, say: 'This reply was written anew meanwhile. Please open the form again.' },
  ])
  expect([...(await events()), ...(await written())]).toEqual([])
})

test('a correction of 3,001 and one of 100,000 characters are kept whole', async () => {
  const { desk, written } = await open()
  const texts = ['y'.repeat(3_001), 'z'.repeat(LONGEST_CORRECTION)]
  for (const [nth, text] of texts.entries())
    expect(await desk.correct({ ...correction, id: `k${nth}`, at: nth, text })).toEqual({ ok: true })
  expect((await written()).map(({ messages }) => messages.at(-1)?.content)).toEqual(texts)
})

test('F3: a message names the reply it shows', async () => {
  const { desk, shown } = await open()
  const message = { platform: 'slack', workspace: 'T1', channel: 'C1', message: '1.1' }
  await shown.remember([message], 'r1', { thread: 't', platform: 'slack', place: {}, messages: ['1.1'] })
  expect(await desk.replyShownBy(message)).toBe('r1')
  expect(await desk.replyShownBy({ ...message, message: '9.9' })).toBeUndefined()
})
