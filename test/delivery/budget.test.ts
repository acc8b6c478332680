import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AccountState, freeAt, type Limit, nextTurn } from '#core/delivery/budget.ts'

const NOW = 100_000
const LIMIT: Limit = { writes: 10, windowMs: 10_000, reserve: 0 }
const state = (part: Partial<AccountState>): AccountState => ({
  limit: LIMIT,
  bears: (part.limit ?? LIMIT).writes,
  returns: [],
  promised: 0,
  lastTurn: Number.NEGATIVE_INFINITY,
  blockedUntil: 0,
  ...part,
})
const one = [{ since: NOW - 100 }]
/** Writes that stop counting in the next milliseconds. */
const returning = (...inMs: readonly number[]) => ({ returns: inMs.map((ms) => NOW + ms) })
const inAWindow = (count: number) => Array.from({ length: count }, (_, nth) => 9_000 + nth)

test.each([
  ['an idle account bears a write at once', state({}), { do: 'grant', index: 0 }],
  ['silence that was asked for is kept', state({ blockedUntil: NOW + 9 }), { do: 'wait', ms: 9 }],
  [
    'a spent one waits until a write stops counting',
    state(returning(40, ...inAWindow(9))),
    { do: 'wait', ms: 40 },
  ],
  [
    'what was promised counts',
    state({ ...returning(40, ...inAWindow(8)), promised: 1 }),
    { do: 'wait', ms: 40 },
  ],
  [
    'with every write under way, the end of one is waited for',
    state({ returns: Array(10).fill(Number.POSITIVE_INFINITY) }),
    { do: 'wait', ms: Number.POSITIVE_INFINITY },
  ],
  [
    'an account of one write keeps no reserve, or nothing would grow',
    state({ limit: { ...LIMIT, writes: 1, reserve: 1 } }),
    { do: 'grant', index: 0 },
  ],
  [
    'nobody writes sooner than the least gap, however much room there is',
    state({ limit: { ...LIMIT, writes: Number.POSITIVE_INFINITY, leastGapMs: 80 }, lastTurn: NOW - 30 }),
    { do: 'wait', ms: 50 },
  ],
])('D3: %s', (_, account, turn) => {
  expect(nextTurn(account, one, NOW)).toEqual(turn)
})

test('D3: nobody waits in line: nothing to do', () => {
  expect(nextTurn(state({}), [], NOW)).toEqual({ do: 'rest' })
})

test('D3: of several replies, the one with the oldest unseen text writes', () => {
  const waiting = [{ since: NOW - 5 }, { since: NOW - 50 }, { since: NOW - 20 }]
  expect(nextTurn(state({}), waiting, NOW)).toEqual({ do: 'grant', index: 1 })
})

test('D3: a reserve stays for the last write, unless room comes back in time for it', () => {
  const limit = { ...LIMIT, reserve: 1 }
  const late = state({ limit, ...returning(...inAWindow(9)) })
  expect(nextTurn(late, one, NOW)).toMatchObject({ do: 'wait' })
  expect(freeAt(late)).toBeLessThanOrEqual(NOW)
  const soon = state({ limit, ...returning(500, ...inAWindow(8)) })
  expect(nextTurn(soon, one, NOW)).toEqual({ do: 'grant', index: 0 })
})

interface Write {
  readonly reply: number
  readonly at: number
  readonly waited: number
}

/** Replies on one account with writes of `writeMs`: when each was let through. Writes count from their end. */
function simulate(limit: Limit, arrivals: readonly (readonly number[])[], writeMs: number): readonly Write[] {
  const unseen = arrivals.map((times) => times.toSorted((a, b) => a - b))
  const writes: Write[] = []
  const busyUntil = arrivals.map(() => 0)
  let now = 0
  let lastTurn = Number.NEGATIVE_INFINITY
  for (;;) {
    const ready = unseen.flatMap(([since], reply) =>
      since !== undefined && since <= now && (busyUntil[reply] ?? 0) <= now ? [{ since, reply }] : [],
    )
    const returns = writes
      .map(({ at }) => (at + writeMs > now ? Number.POSITIVE_INFINITY : at + writeMs + limit.windowMs))
      .filter((at) => at > now)
    const account = { limit, bears: limit.writes, returns, promised: 0, lastTurn, blockedUntil: 0 }
    const turn = nextTurn(account, ready, now)
    if (turn.do === 'grant') {
      const { reply = 0, since = now } = ready[turn.index] ?? {}
      writes.push({ reply, at: now, waited: now - since })
      lastTurn = now
      busyUntil[reply] = now + writeMs
      unseen[reply] = unseen[reply]?.filter((at) => at > now) ?? []
      continue
    }
    const coming = unseen.flatMap(([since], reply) =>
      since === undefined ? [] : [Math.max(since, busyUntil[reply] ?? 0)],
    )
    const ends = writes.flatMap(({ at }) => (at + writeMs > now ? [at + writeMs] : []))
    const next = [...coming, ...ends, ...(turn.do === 'wait' ? [now + turn.ms] : [])].filter((at) => at > now)
    if (coming.length === 0) return writes
    now = Math.min(...next)
  }
}

const anyLimit = fc.record({
  writes: fc.integer({ min: 1, max: 30 }),
  windowMs: fc.integer({ min: 1_000, max: 60_000 }),
  reserve: fc.nat(2),
})
const anyArrivals = fc.array(fc.array(fc.nat(60_000), { minLength: 1, maxLength: 12 }), {
  minLength: 1,
  maxLength: 12,
})

test('D3: whatever comes whenever, writes stay within the limit in every window', () => {
  fc.assert(
    fc.property(anyLimit, anyArrivals, fc.integer({ min: 1, max: 400 }), (limit, arrivals, writeMs) => {
      const writes = simulate(limit, arrivals, writeMs)
      for (const { at } of writes) {
        const inWindow = writes.filter((other) => other.at > at - limit.windowMs && other.at <= at)
        expect(inWindow.length).toBeLessThanOrEqual(limit.writes)
      }
    }),
    { numRuns: 200, endOnFailure: true },
  )
})

test('D3: whatever comes whenever, no reply starves: each is written within its share of the account', () => {
  fc.assert(
    fc.property(anyLimit, anyArrivals, fc.integer({ min: 1, max: 400 }), (limit, arrivals, writeMs) => {
      const writes = simulate(limit, arrivals, writeMs)
      // Turns are never further apart than a window and a write, and everybody else goes first once at most.
      const bound = (arrivals.length + 1) * (limit.windowMs + writeMs)
      for (const { waited } of writes) expect(waited).toBeLessThanOrEqual(bound)
      for (const [reply, times] of arrivals.entries()) {
        const last = Math.max(...times)
        expect(writes.some((write) => write.reply === reply && write.at >= last)).toBe(true)
      }
    }),
    { numRuns: 200, endOnFailure: true },
  )
})

test('D3: the pace widens with what was spent, and settles at the even spacing', () => {
  const always = [Array.from({ length: 6_000 }, (_, nth) => nth * 40)]
  const at = simulate({ writes: 100, windowMs: 60_000, reserve: 0 }, always, 200).map((write) => write.at)
  const gaps = at.slice(1).map((time, nth) => time - (at[nth] ?? 0))
  const mean = (from: number, to: number) => {
    const some = gaps.filter((_, nth) => (at[nth] ?? 0) >= from && (at[nth] ?? 0) < to)
    return some.reduce((sum, gap) => sum + gap, 0) / some.length
  }
  expect(mean(0, 10_000)).toBeLessThan(400)
  expect(mean(0, 10_000)).toBeLessThan(mean(10_000, 30_000))
  expect(mean(10_000, 30_000)).toBeLessThan(mean(30_000, 60_000))
  // Each write counts from its end: a little less than a hundred a minute.
  expect(mean(120_000, 240_000)).toBeGreaterThan(595)
  expect(mean(120_000, 240_000)).toBeLessThan(640)
  expect(Math.max(...gaps.slice(300))).toBeLessThan(1_300)
})
