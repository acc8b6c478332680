import { expect, test } from 'vitest'
import { polarityFrom } from '#core/feedback/emoji.ts'
import type { FeedbackEvent } from '#core/feedback/event.ts'
import { foldReply } from '#core/feedback/fold.ts'
import { added, because, cleared, pressed, removed } from './events.ts'

const polarityOf = polarityFrom([{ good: ['👍', '🎉'], bad: ['👎'] }])
const fold = (...events: FeedbackEvent[]) => foldReply(events, polarityOf)
/** What one person thinks. */
const vote = (...events: FeedbackEvent[]) => fold(...events).votes[0]

test('F1: a reaction is a vote until it is taken back', () => {
  expect(vote(added('👍', 1))).toMatchObject({
    value: 1,
    by: 'reaction',
    at: 1,
    conflicted: false,
    changes: 0,
  })
  expect(vote(added('👍', 1), removed('👍', 2))).toMatchObject({ value: 0, changes: 0 })
  expect(vote(added('👍', 1), removed('👍', 2), added('👍', 3))).toMatchObject({ value: 1, changes: 0 })
})

test('F1: it stays as long as another message of the reply has it', () => {
  expect(vote(added('👍', 1), added('👍', 2, { message: 'm2' }), removed('👍', 3))).toMatchObject({
    value: 1,
  })
})

test('F1: what came late is put into the platform’s order', () => {
  const given = added('👍', 9_000, { order: '0000000001000-2' })
  const taken = removed('👍', 1_000, { order: '0000000001000-3' })
  expect(vote(given, taken)).toMatchObject({ value: 0 })
  expect(vote(taken, given)).toMatchObject({ value: 0 })
})

test('F1: a redelivery with a later time says no more than the first', () => {
  const given = added('👍', 1_000)
  const again = { ...given, at: 5_000, id: given.id.replace('0000000001000', '0000000005000') }
  expect(vote(given, removed('👍', 2_000), again)).toMatchObject({ value: 0 })
})

test('F1: a moderator takes off one emoji or all, of everybody, on one message', () => {
  const two = [added('👍', 1), added('🎉', 2), added('👍', 3, { rater: 'p_2' })]
  expect(fold(...two, cleared(4, { value: '👍' }))).toMatchObject({ votes: [{ value: 1 }, { value: 0 }] })
  expect(fold(...two, cleared(4))).toMatchObject({ votes: [{ value: 0 }, { value: 0 }], label: 0 })
  expect(fold(...two, cleared(4, { message: 'm2' }))).toMatchObject({ good: 2 })
  expect(fold(...two, cleared(4), added('👍', 5))).toMatchObject({ votes: [{ value: 1 }, { value: 0 }] })
})

test('F2: emoji that mean nothing are no votes', () => {
  expect(fold(added('👀', 1), removed('👀', 2)).votes).toEqual([])
  expect(vote(added('👍', 1), added('👀', 2))).toMatchObject({ value: 1, at: 1, conflicted: false })
})

test('for and against at once: the latest counts, and the vote is marked', () => {
  expect(vote(added('👍', 1), added('👎', 2))).toMatchObject({ value: -1, conflicted: true, changes: 1 })
  expect(vote(added('👍', 1), added('👎', 2), removed('👎', 3))).toMatchObject({
    ...{ value: 1, conflicted: false, changes: 2 },
  })
})

test('a button says more than an emoji, whichever came first', () => {
  expect(vote(pressed('bad', 1), added('👍', 2))).toMatchObject({
    value: -1,
    by: 'button',
    conflicted: false,
  })
  expect(vote(added('👍', 1), pressed('bad', 2))).toMatchObject({ value: -1, by: 'button', changes: 1 })
  expect(vote(pressed('bad', 1), pressed('good', 2), pressed('bad', 3))).toMatchObject({
    value: -1,
    changes: 2,
  })
})

test('F4: the vote stays on the version that was judged', () => {
  const first = { version: 'v1', model: 'm-1', promptVersion: 'p-1', arm: 'default' }
  const events = [
    added('👍', 1, first),
    added('👀', 2, { version: 'v2' }),
    removed('👀', 3, { version: 'v3' }),
  ]
  expect(vote(...events)).toMatchObject({ value: 1, ...first })
})

test('who asked counts double, and their vote outweighs one other', () => {
  const asker = added('👎', 1, { requester: true })
  const [second, third] = ['p_2', 'p_3'].map((rater) => added('👍', 2, { rater }))
  if (second === undefined || third === undefined) throw new Error('two were made')
  expect(fold(asker, second)).toMatchObject({ good: 1, bad: 1, score: -1, label: -1 })
  expect(fold(asker, second, third)).toMatchObject({ good: 2, bad: 1, score: 0, label: 0 })
})

test('F1: that somebody asked is known from any event of theirs', () => {
  expect(vote(added('👍', 1), because([], 2, { requester: true }))).toMatchObject({ requester: true })
})

test('the share of good votes has Wilson’s interval', () => {
  const many = Array.from({ length: 10 }, (_, n) => pressed(n < 8 ? 'good' : 'bad', n, { rater: `p_${n}` }))
  const { share } = fold(...many)
  expect(share?.share).toBeCloseTo(0.8)
  // 8 of 10: 0.4902 to 0.9433.
  expect([share?.low, share?.high].map((bound) => bound?.toFixed(4))).toEqual(['0.4902', '0.9433'])
  expect(fold(added('👀', 1)).share).toBeNull()
})

test('one reason for each person: the newest', () => {
  const events = [because(['wrong'], 1), because(['unsafe'], 3), because(['too_long'], 2, { rater: 'p_2' })]
  expect(fold(...events).reasons.map(({ rater, tags }) => [rater, tags])).toEqual([
    ['p_1', ['unsafe']],
    ['p_2', ['too_long']],
  ])
})
