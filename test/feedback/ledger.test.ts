import { expect, test } from 'vitest'
import { Ledger } from '#core/feedback/ledger.ts'
import type { Reaction } from '#core/feedback/reaction.ts'
import { ShownReplies } from '#core/store/shown-replies.ts'
import { openStore } from '#core/store/store.ts'
import { quietLog } from '#test/quiet-log.ts'

const message = (id: string) => ({ platform: 'slack', workspace: 'T1', channel: 'C1', message: id })
const reaction = (id: string, more: Partial<Reaction> = {}): Reaction => ({
  id,
  kind: 'reaction_added',
  message: message('1.1'),
  rater: 'U1',
  value: '+1',
  at: 1_000,
  ...more,
})

async function open() {
  const store = openStore('memory:', quietLog)
  const shown = new ShownReplies(store.keyv('shown'))
  const place = { thread: 'slack:T1:C1:1.0', platform: 'slack', place: {}, messages: ['1.1', '1.2'] }
  await shown.remember([message('1.1'), message('1.2')], 'r1', place)
  const ledger = new Ledger(store.keyv('ledger'), shown)
  return { ledger, shown, events: () => Array.fromAsync(ledger.events()) }
}

test('F3: a reaction on any message of a reply is recorded under the reply', async () => {
  const { ledger, events } = await open()
  expect(await ledger.react(reaction('a'))).toBe(true)
  expect(await ledger.react(reaction('b', { message: message('1.2'), at: 2_000 }))).toBe(true)
  expect(await events()).toEqual([
    expect.objectContaining({ reply: 'r1', rater: 'U1', kind: 'reaction_added', value: '+1', at: 1_000 }),
    expect.objectContaining({ reply: 'r1', thread: 'slack:T1:C1:1.0', platform: 'slack', at: 2_000 }),
  ])
})

test('a reaction on anybody else’s message is not ours to keep', async () => {
  const { ledger, events } = await open()
  expect(await ledger.react(reaction('a', { message: message('9.9') }))).toBe(false)
  expect(await ledger.react(reaction('b', { message: { ...message('1.1'), workspace: 'T2' } }))).toBe(false)
  expect(await events()).toEqual([])
})

test('F1: a redelivered reaction is one event; given, taken back and given again are three', async () => {
  const { ledger, events } = await open()
  for (const id of ['a', 'a']) await ledger.react(reaction(id))
  await ledger.react(reaction('b', { kind: 'reaction_removed', at: 2_000 }))
  await ledger.react(reaction('c', { at: 3_000 }))
  await ledger.react(reaction('b', { kind: 'reaction_removed', at: 2_000 }))
  expect((await events()).map(({ kind }) => kind)).toEqual([
    'reaction_added',
    'reaction_removed',
    'reaction_added',
  ])
})

test('events come oldest first, whatever order they arrived in', async () => {
  const { ledger, events } = await open()
  for (const at of [30, 5, 1_700_000_000_000, 9]) await ledger.react(reaction(String(at), { at }))
  expect((await events()).map(({ at }) => at)).toEqual([5, 9, 30, 1_700_000_000_000])
})

test('a vote is recorded under the reply its button names; a change of mind is another event', async () => {
  const { ledger, events } = await open()
  const vote = { id: 'v1', reply: 'r1', platform: 'slack', rater: 'U1', value: 'good', at: 1_000 } as const
  expect(await ledger.vote(vote)).toBe(true)
  expect(await ledger.vote(vote)).toBe(true)
  expect(await ledger.vote({ ...vote, id: 'v2', value: 'bad', at: 2_000 })).toBe(true)
  expect(await ledger.vote({ ...vote, id: 'v3', reply: 'nobody’s' })).toBe(false)
  expect(await events()).toMatchObject([
    { kind: 'vote', value: 'good', reply: 'r1', thread: 'slack:T1:C1:1.0' },
    { kind: 'vote', value: 'bad' },
  ])
})

test('F3: feedback that is quicker than the memory of its reply is recorded as soon as that is there', async () => {
  const { ledger, shown, events } = await open()
  const vote = { id: 'v1', reply: 'r2', platform: 'slack', rater: 'U1', value: 'good', at: 2_000 } as const
  expect(await ledger.react(reaction('a', { message: message('2.1') }))).toBe(false)
  expect(
    await ledger.react(reaction('b', { message: message('2.1'), kind: 'reaction_removed', at: 1_500 })),
  ).toBe(false)
  expect(await ledger.vote(vote)).toBe(false)
  expect(await events()).toEqual([])
  await shown.remember([message('2.1')], 'r2', {
    thread: 't',
    platform: 'slack',
    place: {},
    messages: ['2.1'],
  })
  expect((await events()).map(({ kind, reply }) => [kind, reply])).toEqual([
    ['reaction_added', 'r2'],
    ['reaction_removed', 'r2'],
    ['vote', 'r2'],
  ])
})
