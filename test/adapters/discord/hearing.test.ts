import { expect, test } from 'vitest'
import { createApi } from '#adapters/discord/api.ts'
import type { Directory } from '#adapters/discord/directory.ts'
import { Heard } from '#adapters/discord/heard.ts'
import { createInbound, type InboundDeps } from '#adapters/discord/inbound.ts'
import { OwnDeletions } from '#adapters/discord/own-deletions.ts'
import { quietLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { BOT, CHANNEL, messagePayload, person, reactionPayload } from './payloads.ts'
import { RecordingHost } from './recording-host.ts'

const THREAD = '100000000000000055'

/** A directory whose caches are empty, as after a restart; Discord knows one thread. */
const empty: Directory = {
  known: () => undefined,
  look: async (channel) => (channel === THREAD ? { kind: 'thread', parent: CHANNEL } : undefined),
  self: () => ({ user: BOT, role: undefined }),
  names: { role: () => undefined, channel: () => undefined },
  isBot: async () => false,
}

function hearing(over: Partial<InboundDeps> = {}) {
  const host = new RecordingHost()
  const clock = new VirtualClock()
  const explained: string[] = []
  const inbound = createInbound({
    host,
    clock,
    // No press is heard in this file.
    api: createApi('none', 'http://127.0.0.1:9'),
    forms: { take: () => undefined },
    ownDeletions: new OwnDeletions(),
    heard: new Heard(undefined, quietLog),
    directory: empty,
    log: quietLog,
    readsContent: true,
    explain: async (thread) => void explained.push(thread),
    stopped: new AbortController().signal,
    ...over,
  })
  return { host, clock, inbound, explained }
}

const unplaced = (over: Record<string, unknown>) => {
  const { channel_type: _, ...payload } = messagePayload({ channel_id: THREAD, ...over })
  return payload
}
const mention = { mentions: [person(BOT, 'parley')], content: `<@${BOT}> begin` }

test('a follow-up in a thread that no cache holds is looked up', async () => {
  const { host, inbound } = hearing()
  inbound.message(unplaced({ id: '100000000000000101', ...mention }))
  inbound.message(unplaced({ id: '100000000000000102', content: 'and then?' }))
  await inbound.idle()
  expect(host.questions.map(({ text, thread }) => [text, thread.channel, thread.root])).toEqual([
    ['begin', CHANNEL, THREAD],
    ['and then?', CHANNEL, THREAD],
  ])
})

test('a message from a channel that Discord will not show is dropped', async () => {
  const { host, inbound } = hearing()
  inbound.message(messagePayload({ channel_id: '100000000000000404', ...mention }))
  await inbound.idle()
  expect(host.questions).toEqual([])
})

test('F1: a reaction replayed after a RESUME is the same event', async () => {
  const { host, inbound } = hearing()
  const dispatch = { session: 'abc', since: 1_700_000_000_000, shard: 0, sequence: 7 }
  inbound.reaction('reaction_added', reactionPayload(), dispatch)
  inbound.reaction('reaction_added', reactionPayload(), dispatch)
  inbound.reaction('reaction_added', reactionPayload(), { ...dispatch, sequence: 9 })
  await inbound.idle()
  expect(host.reactions).toHaveLength(2)
})

test('F1: what happened later says so, by its number and by its session', async () => {
  const { host, inbound } = hearing()
  const dispatch = { session: 'abc', since: 1_700_000_000_000, shard: 0, sequence: 9 }
  inbound.reaction('reaction_added', reactionPayload(), dispatch)
  inbound.reaction('reaction_added', reactionPayload(), { ...dispatch, sequence: 10 })
  inbound.reaction('reaction_added', reactionPayload(), {
    ...{ session: 'def', since: 1_700_000_000_001, shard: 0, sequence: 3 },
  })
  await inbound.idle()
  const orders = host.reactions.map(({ order }) => order ?? '')
  expect(orders).toEqual(orders.toSorted())
  expect(new Set(orders).size).toBe(3)
})

test('F1: reactions that a moderator takes off are told, of one emoji or of all; other payloads are not', async () => {
  const { host, inbound } = hearing()
  const dispatch = { session: 'abc', since: 0, shard: 0, sequence: 7 }
  const { user_id: _, member: __, emoji, ...all } = reactionPayload()
  inbound.clearing(all, dispatch)
  inbound.clearing({ ...all, emoji }, { ...dispatch, sequence: 8 })
  for (const wrong of [undefined, {}, { ...all, message_id: 7 }, { ...all, emoji: {} }])
    inbound.clearing(wrong, dispatch)
  await inbound.idle()
  expect(host.reactions).toMatchObject([
    { kind: 'reactions_cleared', message: { message: all.message_id } },
    { kind: 'reactions_cleared', message: { message: all.message_id }, value: expect.any(String) },
  ])
  expect(host.reactions[0]).not.toHaveProperty('value')
  expect(new Set(host.reactions.map(({ id }) => id)).size).toBe(2)
})

test('a removal waits for Discord to say who took the reaction back', async () => {
  let down = true
  const isBot = async () => {
    if (down) throw new Error('Discord is away')
    return false
  }
  const { host, clock, inbound } = hearing({ directory: { ...empty, isBot } })
  const { member: _, ...removal } = reactionPayload()
  inbound.reaction('reaction_removed', removal, { session: 'abc', since: 0, shard: 0, sequence: 7 })
  await clock.advance(100)
  expect(host.reactions).toEqual([])
  down = false
  await clock.advance(60_000)
  expect(host.reactions).toMatchObject([{ kind: 'reaction_removed', at: 0 }])
})

test('T1: what a stop gave up is not known, whatever is said behind it', async () => {
  const stop = new AbortController()
  const heard = new Heard(undefined, quietLog)
  const { host, inbound } = hearing({ stopped: stop.signal, heard })
  inbound.message(unplaced({ id: '100000000000000101', ...mention }))
  await inbound.idle()
  expect(heard.marks.knows(THREAD, '100000000000000101')).toBe(true)
  host.down = new Error('the store is down')
  inbound.message(unplaced({ id: '100000000000000102', content: 'and then?' }))
  inbound.message(
    unplaced({ id: '100000000000000103', author: { ...person('100000000000000077', 'bot'), bot: true } }),
  )
  await host.until(() => host.failures === 1)
  stop.abort(new Error('stopping'))
  await inbound.idle()
  expect(heard.marks.knows(THREAD, '100000000000000102')).toBe(false)
})

test('T1: a channel that may hide a question is waited for, also where what is known of it stands in line', () => {
  const { inbound } = hearing()
  const channel = { id: THREAD, guild: undefined, type: undefined, newest: '100000000000000101' }
  inbound.missed({ ...channel, isKnown: true }, 5)
  expect(inbound.oldest).toBeUndefined()
  inbound.missed({ ...channel, isKnown: false }, 5)
  expect(inbound.oldest).toBe(5)
})

test('when the adapter stops, what waits for a store is given up at once', async () => {
  const stop = new AbortController()
  const { host, inbound } = hearing({ stopped: stop.signal })
  host.down = new Error('the store is down')
  inbound.message(unplaced({ id: '100000000000000101', ...mention }))
  await host.until(() => host.failures === 1)
  stop.abort(new Error('stopping'))
  await inbound.idle()
  expect(host.failures).toBe(1)
})
