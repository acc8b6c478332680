import { expect, test } from 'vitest'
import { foldReply } from '#core/feedback/fold.ts'
import type { JudgedReply, Replies } from '#core/feedback/judged-reply.ts'
import { Ledger } from '#core/feedback/ledger.ts'
import type { PersonalReaction } from '#core/feedback/reaction.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { ShownReplies } from '#core/store/shown-replies.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { Transcripts } from '#core/store/transcripts.ts'
import { quietLog } from '#test/quiet-log.ts'

const message = (id: string) => ({ platform: 'slack', workspace: 'T1', channel: 'C1', message: id })
const reaction = (id: string, more: Partial<PersonalReaction> = {}): PersonalReaction => ({
  id,
  kind: 'reaction_added',
  message: message('1.1'),
  rater: 'U1',
  value: '+1',
  at: 1_000,
  ...more,
})

/** What the dialogue knows of the replies: nothing, where a test does not say. */
const noReplies = { find: async () => 'unknown' as const }

async function open(replies: Pick<Replies, 'find'> = noReplies, transcripts?: Transcripts) {
  const store = openSqliteStore('memory:', quietLog)
  const shown = new ShownReplies(store.keyv('shown'))
  const place = { thread: 'slack:T1:C1:1.0', platform: 'slack', place: {}, messages: ['1.1', '1.2'] }
  await shown.remember([message('1.1'), message('1.2')], 'r1', place)
  const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
  const keyv = store.keyv('ledger')
  const ledger = new Ledger({ events: keyv, shown, pseudonyms, replies, ...(transcripts && { transcripts }) })
  const nameOf = (id: string) => pseudonyms.of({ platform: 'slack', id })
  return { ledger, shown, nameOf, keyv, pseudonyms, events: () => Array.fromAsync(ledger.events()) }
}

test('F3: a reaction on any message of a reply is recorded under the reply', async () => {
  const { ledger, events, nameOf } = await open()
  expect(await ledger.react(reaction('a'))).toBe(true)
  expect(await ledger.react(reaction('b', { message: message('1.2'), at: 2_000 }))).toBe(true)
  expect(await events()).toEqual([
    expect.objectContaining({
      reply: 'r1',
      rater: nameOf('U1'),
      kind: 'reaction_added',
      value: '+1',
      at: 1_000,
    }),
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

test('F1: an event that is delivered again with another time is still one', async () => {
  const { ledger, events } = await open()
  for (const at of [2_000, 1_000, 3_000]) await ledger.react(reaction('a', { at }))
  expect((await events()).map(({ at }) => at)).toEqual([2_000])
})

const judged = (reply: string): JudgedReply => ({
  ...{ reply, thread: 't', platform: 'slack', version: 'words-1', alternatives: [], question: 'why?' },
  ...{ prompt: { system: '', turns: [] }, speakers: [] },
  askedBy: [{ platform: 'slack', id: 'U1' }],
  answer: {
    ...{ id: reply, text: 'because', at: 1, outcome: 'answered' },
    made: {
      ...{ model: 'm-1', promptVersion: 'p-1', arm: 'main', sampling: {} },
      prompt: { first: 0, end: 1 },
    },
  },
})

test('F4: an event knows the words that were judged, how they were made, and whether by who asked', async () => {
  const { ledger, events, nameOf } = await open({ find: async (reply) => judged(reply) })
  await ledger.vote({ id: 'v1', reply: 'r1', platform: 'slack', rater: 'U1', value: 'good', at: 1_000 })
  await ledger.react(reaction('a', { rater: 'U2', at: 2_000, order: '2000000' }))
  const made = { version: 'words-1', model: 'm-1', promptVersion: 'p-1', arm: 'main' }
  expect(await events()).toMatchObject([
    { ...made, schema: 1, rater: nameOf('U1'), requester: true, provenance: 'slack' },
    { ...made, rater: nameOf('U2'), requester: false, order: '2000000', message: 'slack:T1:C1:1.1' },
  ])
})

test('F4: what is said of a reply that is still being written is completed when it is written', async () => {
  const store = openSqliteStore('memory:', quietLog)
  const transcripts = new Transcripts(store.keyv('transcript'), store.keyv('window'))
  const find = async (reply: string) =>
    (await transcripts.find('t', reply)) === undefined ? 'unknown' : judged(reply)
  const { ledger, events } = await open({ find }, transcripts)
  await ledger.vote({ id: 'v1', reply: 'r1', platform: 'slack', rater: 'U1', value: 'good', at: 1_000 })
  const [early] = await events()
  expect(early).toMatchObject({ kind: 'vote', requester: false })
  expect(early).not.toHaveProperty('version')
  await transcripts.append('t', [
    { role: 'assistant', id: 'r1', text: 'because', at: 1, outcome: 'answered' },
  ])
  expect(await events()).toEqual([expect.objectContaining({ version: 'words-1', requester: true })])
})

test('F1: a reaction that is taken off after the message shows another answer is taken off where it was put', async () => {
  const { ledger, shown, events } = await open()
  await ledger.react(reaction('a', { order: '1' }))
  const place = { thread: 'slack:T1:C1:1.0', platform: 'slack', place: {}, messages: ['1.1', '1.2'] }
  await shown.remember([message('1.1'), message('1.2')], 'r2', place)
  await ledger.react(reaction('b', { kind: 'reaction_removed', at: 2_000, order: '2' }))
  const first = (await events()).filter(({ reply }) => reply === 'r1')
  expect(foldReply(first, () => 1).votes).toMatchObject([{ value: 0 }])
})

test('F1: what a moderator takes off is on record, without a person', async () => {
  const { ledger, events } = await open()
  await ledger.react({ id: 'c', kind: 'reactions_cleared', message: message('1.1'), at: 5_000 })
  expect(await events()).toMatchObject([{ kind: 'reactions_cleared', reply: 'r1', at: 5_000 }])
  expect((await events())[0]).not.toHaveProperty('rater')
})

test('F1: lines of the first version are read, by pseudonym', async () => {
  const { ledger, keyv, nameOf, events } = await open()
  const old = {
    ...{ id: `${'1000'.padStart(13, '0')}-${'a'.repeat(32)}`, platform: 'slack', thread: 'slack:T1:C1:1.0' },
    ...{ reply: 'r1', rater: 'U1', kind: 'reaction_added', value: '+1', at: 1_000 },
  }
  await keyv.set(old.id, old)
  await ledger.react(reaction('b', { kind: 'reaction_removed', at: 2_000 }))
  expect(await events()).toMatchObject([
    { schema: 1, id: old.id, rater: nameOf('U1'), value: '+1', requester: false, provenance: 'slack' },
    { kind: 'reaction_removed' },
  ])
})

test('a line of a later version is said to be one, and nothing of it is shown', async () => {
  const { keyv, events } = await open()
  const id = `${'1000'.padStart(13, '0')}-${'a'.repeat(32)}`
  await keyv.set(id, { schema: 2, id, secret: 'what somebody wrote' })
  await expect(events()).rejects.toThrow(new RegExp(`${id} \\(kind: .*Use the version that wrote it`))
  await expect(events()).rejects.not.toThrow('what somebody wrote')
})

test('S3: a person’s events are counted, given out, and erased for good', async () => {
  const { ledger, events } = await open()
  const vote = { id: 'v1', reply: 'r1', platform: 'slack', rater: 'U1', value: 'good', at: 1_000 } as const
  const alice = { platform: 'slack', id: 'U1' }
  await ledger.vote(vote)
  await ledger.react(reaction('a', { at: 2_000 }))
  await ledger.react(reaction('b', { rater: 'U2', at: 3_000 }))
  const before = await events()
  expect(await ledger.count(alice)).toBe(2)
  expect(await ledger.count({ ...alice, platform: 'discord' })).toBe(0)
  expect(await Array.fromAsync(ledger.export(alice))).toMatchObject([{ value: 'good' }, { value: '+1' }])
  expect(await ledger.erase(alice)).toBe(2)
  expect(await ledger.erase(alice)).toBe(0)
  // Neither a redelivery nor an export of before brings them back.
  await ledger.vote(vote)
  expect(await ledger.addAll(before)).toBe(0)
  expect(await events()).toEqual(before.slice(2))
})

test('F1: many at once are added once; a wrong one is refused, and then none is', async () => {
  const { ledger, events } = await open()
  await ledger.react(reaction('a'))
  const [event] = await events()
  if (event === undefined) throw new Error('nothing was recorded')
  const other = { ...event, id: event.id.replaceAll(/.$/g, (digit) => (digit === '0' ? '1' : '0')) }
  await expect(ledger.addAll([other, { ...other, at: -1 }])).rejects.toThrow('at')
  expect(await ledger.addAll([event, other, other])).toBe(1)
  expect(await ledger.add(other)).toBe('known')
  expect(await events()).toHaveLength(2)
})
