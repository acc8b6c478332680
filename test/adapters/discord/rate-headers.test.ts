import { expect, test } from 'vitest'
import { editsIn, learn } from '#adapters/discord/budget.ts'
import { createDiscord } from '#adapters/discord/discord.ts'
import { heardLimit } from '#adapters/discord/rate-headers.ts'
import { systemClock } from '#core/clock.ts'
import { Accounts } from '#core/delivery/accounts.ts'
import { quietLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { REPLY, running, writing } from './running.ts'

const MESSAGES = 'https://discord.com/api/v10/channels/11/messages'
const bucket = { 'X-RateLimit-Remaining': '2', 'X-RateLimit-Reset-After': '1.25' }
const refused = { 'Retry-After': '3', 'X-RateLimit-Remaining': '4', 'X-RateLimit-Reset-After': '1' }

test.each([
  [
    'posts of a channel',
    'POST',
    MESSAGES,
    bucket,
    { of: { writes: 'posts', channel: '11' }, remaining: 2, resetAfterMs: 1250 },
  ],
  [
    'edits, another bucket',
    'PATCH',
    `${MESSAGES}/22`,
    bucket,
    { of: { writes: 'edits', channel: '11' }, remaining: 2, resetAfterMs: 1250 },
  ],
  ['deletions have none of ours', 'DELETE', `${MESSAGES}/22`, bucket, undefined],
  ['nor has reading', 'GET', MESSAGES, bucket, undefined],
  ['an answer without headers', 'POST', MESSAGES, {}, undefined],
  [
    'headers that are no numbers',
    'POST',
    MESSAGES,
    { ...bucket, 'X-RateLimit-Remaining': 'many' },
    undefined,
  ],
  [
    'a 429 of the whole bot, on any route',
    'DELETE',
    `${MESSAGES}/22`,
    { ...refused, 'X-RateLimit-Global': 'true', 'X-RateLimit-Scope': 'global' },
    { of: 'everything', remaining: 0, resetAfterMs: 3000 },
  ],
  [
    'a 429 shared with others, whatever our own bucket still holds',
    'PATCH',
    `${MESSAGES}/22`,
    { ...refused, 'X-RateLimit-Scope': 'shared' },
    { of: { writes: 'edits', channel: '11' }, remaining: 0, resetAfterMs: 3000 },
  ],
] as const)('D3: what Discord says of %s', (_, method, url, headers, heard) => {
  expect(heardLimit(method, url, new Headers(headers))).toEqual(heard)
})

test('D3: an account follows what Discord says until the window ends, and only its own', async () => {
  const clock = new VirtualClock()
  const accounts = new Accounts(clock)
  learn(accounts, { of: { writes: 'edits', channel: '11' }, remaining: 0, resetAfterMs: 2_000 })
  learn(accounts, { of: { writes: 'posts', channel: '12' }, remaining: 0, resetAfterMs: 9_000 })
  const room = () => ['11', '12'].map((channel) => editsIn(accounts, channel).hasRoom)
  expect(room()).toEqual([false, true])
  await clock.advance(2_000)
  expect(room()).toEqual([true, true])
})

test('D3: edits of another process of ours are known from the first answer on', async () => {
  const { simulator, host, discord } = await running()
  simulator.person('alice').mention(simulator.channel('general'), 'what is a monad?')
  const { place } = await host.question('what is a monad?')
  const signal = AbortSignal.timeout(10_000)
  const mine = discord.open(place, [], REPLY)
  const shown = await mine.show(writing('0'), signal)
  const other = createDiscord(
    { token: simulator.token, apiUrl: simulator.apiUrl },
    { log: quietLog, clock: systemClock, accounts: new Accounts(systemClock) },
  ).open(place, shown, REPLY)
  for (const text of ['1', '2', '3', '4']) await other.show(writing(text), signal)
  expect(mine.account?.hasRoom).toBe(true)
  await mine.show(writing('5'), signal)
  expect(mine.account?.hasRoom).toBe(false)
  expect(simulator.calls.filter(({ status }) => status === 429)).toEqual([])
})
