/** What is said while Parley is away (rules T1, T2): fetched when it is back, however it was away. */
import { Keyv } from 'keyv'
import { describe, expect, test, vi } from 'vitest'
import { Marks } from '#adapters/discord/marks.ts'
import { channelsWithNews, missedSince } from '#adapters/discord/missed.ts'
import type { DiscordSimulator } from '#test/platforms/discord/simulator.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { running } from './running.ts'

const HOUR_MS = 3_600_000

/** The bot's connection ends in a way after which Discord keeps nothing for it. */
const WAYS: readonly (readonly [string, (simulator: DiscordSimulator) => void])[] = [
  ['close 4007', (simulator) => simulator.closeGateway(4007)],
]

test('T1: after a restart, mentions, follow-ups and direct messages of the time between are taken in, once and in order', async () => {
  const { simulator, host, discord, restart } = await running()
  const [alice, bob] = [simulator.person('alice'), simulator.person('bob')]
  const general = simulator.channel('general')
  const opening = alice.mention(general, 'begin')
  const { thread } = await host.question('begin')
  alice.startThread(opening, 'begin')
  alice.directMessage('hello')
  await host.question('hello')
  await discord.stop()

  bob.mention(general, 'are you there?')
  bob.post(general, 'nobody is')
  bob.post(thread.root, 'a follow-up')
  alice.post(thread.root, 'another one')
  alice.directMessage('still there?')
  const other = bob.startThread({ id: general.id }, 'something else')
  bob.post(other.id, 'said before anybody asked')
  bob.mention(other.id, 'what do you say?')
  bob.post(other.id, 'and to this?')
  await restart()
  await host.question('still there?')
  await host.question('another one')
  await host.question('and to this?')
  await host.question('are you there?')
  expect(host.questions.map(({ text }) => text).toSorted()).toEqual(
    [
      ...['begin', 'hello', 'are you there?', 'a follow-up', 'another one', 'still there?'],
      ...['what do you say?', 'and to this?'],
    ].toSorted(),
  )
  const inThread = host.questions.filter((each) => each.thread.root === thread.root).map(({ text }) => text)
  expect(inThread).toEqual(['begin', 'a follow-up', 'another one'])
})

test.each(WAYS)('T1: what is said between two sessions is taken in: %s', async (_way, end) => {
  const { simulator, host } = await running()
  const alice = simulator.person('alice')
  alice.directMessage('hello')
  await host.question('hello')
  simulator.refuseConnections()
  end(simulator)
  await simulator.until(() => simulator.connections === 0)
  alice.mention(simulator.channel('general'), 'while you were away')
  alice.directMessage('and here')
  simulator.expireSessions()
  simulator.refuseConnections(false)
  await host.question('while you were away')
  await host.question('and here')
  expect(simulator.identifies).toBe(2)
})

test('T1: what a resumed session replays and what is fetched is one question', async () => {
  const { simulator, host, restart } = await running()
  const alice = simulator.person('alice')
  const sent = alice.mention(simulator.channel('general'), 'once')
  await host.question('once')
  await restart()
  alice.directMessage('later')
  await host.question('later')
  sent.redeliver()
  alice.directMessage('at last')
  await host.question('at last')
  expect(host.questions.filter(({ text }) => text === 'once')).toHaveLength(1)
})

test('T6: what was edited or deleted meanwhile is taken as it stands', async () => {
  const { simulator, host, discord, restart } = await running()
  const alice = simulator.person('alice')
  const general = simulator.channel('general')
  alice.mention(general, 'begin')
  await host.question('begin')
  await discord.stop()
  const edited = alice.mention(general, 'frist')
  const deleted = alice.mention(general, 'never mind')
  alice.edit(edited, `${simulator.bot.mention} first`)
  alice.delete(deleted)
  await restart()
  await host.question('first')
  expect(host.questions.map(({ text }) => text)).toEqual(['begin', 'first'])
})

test('T6: what was taken in before, and edited meanwhile, is told as edited', async () => {
  const { simulator, host, discord, restart } = await running()
  const alice = simulator.person('alice')
  const general = simulator.channel('general')
  const sent = alice.mention(general, 'frist')
  alice.mention(general, 'and this')
  const { id } = await host.question('frist')
  await host.question('and this')
  await discord.stop()
  alice.edit(sent, `${simulator.bot.mention} first`)
  await restart()
  await host.until(() => host.edits.length > 0)
  expect(host.edits).toMatchObject([{ question: id, text: 'first' }])
  expect(host.questions).toHaveLength(2)
})

test('a first start looks nowhere', async () => {
  const { simulator, host, restart } = await running({ forgetful: true })
  simulator.person('alice').mention(simulator.channel('general'), 'hello')
  await host.question('hello')
  await restart()
  expect(simulator.calls.filter(({ path }) => path.endsWith('/messages'))).toEqual([])
})

test('T1: what is said after a first process was killed in its first moments is taken in', async () => {
  const memory = new Keyv()
  const { simulator, host, discord, another } = await running({ memory })
  // A killed process keeps nothing more.
  const set = vi.spyOn(memory, 'set').mockResolvedValue(true)
  await discord.stop()
  set.mockRestore()
  simulator.person('alice').mention(simulator.channel('general'), 'is nobody there?')
  await another()
  await host.question('is nobody there?')
  expect(host.questions).toHaveLength(1)
})

test('T1: how far it was heard is kept within a second, so that a next process has little to read', async () => {
  const memory = new Keyv()
  const clock = new VirtualClock(Date.now())
  const { simulator, host } = await running({ memory, adapterClock: clock })
  await clock.advance(500)
  simulator.person('alice').mention(simulator.channel('general'), 'hello')
  await host.question('hello')
  const heardAt = clock.now()
  await clock.advance(1_000)
  const kept: unknown = await memory.get('heard until')
  expect(kept).toBe(heardAt)
})

test('a channel that is closed to us, and a Discord that stumbles, hide nothing else', async () => {
  const { simulator, host, discord, restart } = await running()
  const alice = simulator.person('alice')
  const [open, closed] = [simulator.channel('open'), simulator.channel('closed')]
  alice.mention(open, 'begin')
  await host.question('begin')
  await discord.stop()
  alice.mention(closed, 'in vain')
  alice.mention(open, 'heard')
  simulator.deny(closed, 'ReadMessageHistory')
  simulator.failNext('GET /channels/:id/messages', { kind: 'error', status: 503, code: 0 }, 2)
  await restart()
  await host.question('heard')
  expect(host.questions).toHaveLength(2)
})

test('more than a page of it is read to the end', async () => {
  const { simulator, host, discord, restart } = await running({ rateLimits: false })
  const alice = simulator.person('alice')
  alice.directMessage('begin')
  await host.question('begin')
  await discord.stop()
  const said = Array.from({ length: 230 }, (_, n) => `message ${n}`)
  for (const text of said) alice.directMessage(text)
  await restart()
  await host.question('message 229')
  expect(host.questions.map(({ text }) => text)).toEqual(['begin', ...said])
})

describe('how far back', () => {
  const now = 1_000 * HOUR_MS

  test.each([
    ['never heard anything', undefined, 24, undefined],
    ['away for a minute', now - 60_000, 24, now - 120_000],
    ['away for a week', now - 168 * HOUR_MS, 24, now - 24 * HOUR_MS],
    ['switched off', now - 60_000, 0, undefined],
  ])('%s', (_what, heardUntil, hours, since) => {
    expect(missedSince(heardUntil, now, hours)).toBe(since)
  })

  const idAt = (time: number) => String((BigInt(time) - 1_420_070_400_000n) << 22n)
  const at = Date.UTC(2026, 10, 23)
  const channel = (id: number, type: number, last: number | null) => ({
    ...{ id: `10000000000000000${id}`, type },
    last_message_id: last === null ? null : idAt(last),
  })

  test('only channels with news, the newest first, and never more than a bound', () => {
    const guild = {
      id: '100000000000000000',
      channels: [
        ...[channel(1, 0, at + 2), channel(2, 0, at - 1), channel(3, 0, null), channel(4, 15, at + 5)],
        ...['junk', null],
      ],
      threads: [channel(5, 11, at + 1), channel(6, 11, at + 3)],
    }
    const { channels, left } = channelsWithNews(guild, at, new Marks(undefined))
    expect(channels.map(({ id }) => id.at(-1))).toEqual(['6', '1', '5'])
    expect(left).toBe(0)
    expect(channelsWithNews({ id: 7 }, at, new Marks(undefined))).toEqual({ channels: [], left: 0 })
  })

  test('T1: a mention in a channel is not crowded out by threads that were quiet for longer', () => {
    const threads = Array.from({ length: 1_000 }, () => channel(7, 11, at + 1))
    const guild = { id: '100000000000000000', channels: [channel(1, 0, at + 2)], threads }
    const { channels, left } = channelsWithNews(guild, at, new Marks(undefined))
    expect(channels[0]?.id.at(-1)).toBe('1')
    expect([channels.length, left]).toEqual([300, 701])
  })

  test('T1: what is known comes last, and is not much', () => {
    const marks = new Marks(undefined)
    const threads = Array.from({ length: 100 }, (_, nth) => ({
      ...{
        id: String(200_000_000_000_000_000n + BigInt(nth)),
        type: 11,
        last_message_id: idAt(at + 10 + nth),
      },
    }))
    for (const { id, last_message_id: last } of threads) marks.mark(id, last)
    marks.mark('100000000000000001', idAt(at + 1))
    const guild = { id: '100000000000000000', channels: [channel(1, 0, at + 2)], threads }
    const { channels, left } = channelsWithNews(guild, at, marks)
    expect(channels.map(({ isKnown }) => isKnown)).toEqual([false, ...Array<boolean>(50).fill(true)])
    expect([channels[0]?.id.at(-1), left]).toEqual(['1', 0])
  })
})

test('T1: where all was taken in is hardly read again, also by a process that knows it from the store only', async () => {
  const memory = new Keyv()
  const clock = new VirtualClock(Date.now())
  const { simulator, host, restart } = await running({ memory, adapterClock: clock })
  const alice = simulator.person('alice')
  const channels = Array.from({ length: 60 }, (_, nth) => simulator.channel(`channel-${nth}`))
  for (const each of channels) alice.post(each, 'not for Parley')
  alice.mention(simulator.channel('general'), 'for Parley')
  await host.question('for Parley')
  await clock.advance(1_000)
  const until = await memory.get('heard until')
  simulator.refuseConnections()
  simulator.closeGateway(4007)
  await simulator.until(() => simulator.connections === 0)
  alice.mention(simulator.channel('general'), 'while you were away')
  simulator.expireSessions()
  simulator.refuseConnections(false)
  const before = simulator.calls.length
  await restart()
  await host.question('while you were away')
  // Until all that may hide a question is read.
  await vi.waitFor(async () => {
    await clock.advance(1_000)
    expect(await memory.get('heard until')).not.toBe(until)
  })
  const read = simulator.calls.slice(before).flatMap(({ method, path }) => {
    const [, channel] = /\/channels\/(\d+)\/messages/.exec(path) ?? []
    return method === 'GET' && channel !== undefined ? [channel] : []
  })
  expect(read).toContain(simulator.channel('general').id)
  expect(new Set(read).size).toBeLessThanOrEqual(51)
})
