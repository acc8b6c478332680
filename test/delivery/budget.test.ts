import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AccountState, freeAt, type Limit, nextTurn, type Waiting } from '#core/delivery/budget.ts'

const NOW = 100_000
const LIMIT: Limit = { writes: 10, windowMs: 10_000, reserve: 0 }
const state = (part: Partial<AccountState>): AccountState => ({
  limit: LIMIT,
  bears: (part.limit ?? LIMIT).writes,
  returns: [],
  recent: part.returns ?? [],
  promised: 0,
  lastTurn: Number.NEGATIVE_INFINITY,
  blockedUntil: 0,
  ...part,
})
const unseen = (agoMs: number): Waiting => ({
  since: NOW - agoMs,
  newest: NOW - agoMs,
  usualGapMs: 0,
  step: 'grow',
})
const one = [unseen(100)]
/** Writes that stop counting in the next milliseconds. */
const returning = (...inMs: readonly number[]) => ({ returns: inMs.map((ms) => NOW + ms) })
const inAWindow = (count: number) => Array.from({ length: count }, (_, nth) => 9_000 + nth)

test.each([
  ['an idle account bears a write at once', state({}), { do: 'grant', index: 0 }],
  [
    'silence that was asked for is kept',
    state({ blockedUntil: NOW + 9 }),
    { do: 'wait', ms: 9, heardFrom: NOW + 9 },
  ],
  [
    'a spent one waits until a write stops counting',
    state(returning(40, ...inAWindow(9))),
    { do: 'wait', ms: 40, heardFrom: NOW + 40 },
  ],
  [
    'what was promised counts',
    state({ ...returning(40, ...inAWindow(8)), promised: 1 }),
    { do: 'wait', ms: 40, heardFrom: NOW + 40 },
  ],
  [
    'with every write under way, the end of one is waited for',
    state({ returns: Array(10).fill(Number.POSITIVE_INFINITY) }),
    { do: 'wait', ms: Number.POSITIVE_INFINITY, heardFrom: Number.POSITIVE_INFINITY },
  ],
  [
    'an account of one write keeps no reserve, or nothing would grow',
    state({ limit: { ...LIMIT, writes: 1, reserve: 1 } }),
    { do: 'grant', index: 0 },
  ],
  [
    'nobody writes sooner than the least gap, however much room there is',
    state({ limit: { ...LIMIT, writes: Number.POSITIVE_INFINITY, leastGapMs: 80 }, lastTurn: NOW - 30 }),
    { do: 'wait', ms: 50, heardFrom: NOW + 50 },
  ],
])('D3: %s', (_, account, turn) => {
  expect(nextTurn(account, one, NOW)).toEqual(turn)
})

test('D3: nobody waits in line: nothing to do', () => {
  expect(nextTurn(state({}), [], NOW)).toEqual({ do: 'rest' })
})

test('D3: of several replies, the one with the oldest unseen text writes', () => {
  const waiting = [unseen(5), unseen(50), unseen(20)]
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

describe('D3: a write comes with a packet', () => {
  // An even spacing of a second, on an account that is as busy as it bears.
  const busy = (lastTurnAgoMs: number) =>
    state({
      ...returning(...Array.from({ length: 9 }, (_, nth) => 500 + nth * 1_000)),
      lastTurn: NOW - lastTurnAgoMs,
    })
  const rare = (newestAgoMs: number): Waiting => ({
    since: NOW - 600,
    newest: NOW - newestAgoMs,
    usualGapMs: 500,
    step: 'grow',
  })

  test('one that comes a little before the time is written at once', () => {
    expect(nextTurn(busy(800), [rare(0)], NOW)).toEqual({ do: 'grant', index: 0 })
    expect(nextTurn(busy(800), [{ ...rare(0), usualGapMs: 0 }], NOW)).toMatchObject({ do: 'wait' })
  })

  test('at the time, the next one is waited for, and if none comes, not for long', () => {
    const turn = nextTurn(busy(1_000), [rare(500)], NOW)
    expect(turn).toMatchObject({ do: 'wait', heardFrom: NOW })
    expect(turn.do === 'wait' && turn.ms).toBeLessThanOrEqual(500)
    expect(nextTurn(busy(1_500), [rare(1_000)], NOW)).toEqual({ do: 'grant', index: 0 })
  })

  test('but never sooner than the least gap', () => {
    const limit = { ...LIMIT, writes: Number.POSITIVE_INFINITY, leastGapMs: 1_000 }
    expect(nextTurn(state({ limit, lastTurn: NOW - 800 }), [rare(0)], NOW)).toMatchObject({
      do: 'wait',
      ms: 200,
    })
  })

  test('in a crowd nobody waits for a packet of one', () => {
    expect(nextTurn(busy(1_400), [rare(500), rare(500)], NOW)).toMatchObject({ do: 'grant' })
  })
})

describe('D3: a reply goes on in the next message', () => {
  const step = (what: Waiting['step'], newestAgoMs = 100): Waiting => ({ ...unseen(newestAgoMs), step: what })
  /** An even spacing of a second. */
  const wroteAgo = (ms: number) =>
    state({
      ...returning(...Array.from({ length: 9 }, (_, nth) => 500 + nth * 1_000)),
      lastTurn: NOW - ms,
    })

  test('what fills the old one is due as soon as there is room', () => {
    expect(nextTurn(wroteAgo(300), [step('grow')], NOW)).toMatchObject({ do: 'wait' })
    expect(nextTurn(wroteAgo(300), [step('fill')], NOW)).toEqual({ do: 'grant', index: 0 })
    const spent = state({ ...returning(40, ...inAWindow(9)), lastTurn: NOW - 300 })
    expect(nextTurn(spent, [step('fill')], NOW)).toEqual({ do: 'wait', ms: 40, heardFrom: NOW + 40 })
  })

  test('what begins the new one comes halfway to the next charged write, and needs no room', () => {
    const wait = nextTurn(wroteAgo(100), [step('begin')], NOW)
    const next = nextTurn(wroteAgo(100), [step('grow')], NOW)
    expect(wait.do === 'wait' && next.do === 'wait' && next.ms - 2 * wait.ms).toBeCloseTo(100, 0)
    const spent = state({ ...returning(...inAWindow(10)), lastTurn: NOW - 8_000 })
    expect(nextTurn(spent, [step('begin')], NOW)).toEqual({ do: 'wait', ms: 500, heardFrom: NOW + 500 })
  })

  test('in a crowd it does not wait, and keeps nobody waiting', () => {
    expect(nextTurn(wroteAgo(100), [step('grow', 500), step('begin')], NOW)).toEqual({
      do: 'grant',
      index: 1,
    })
  })
})

test('D3: with all room of a window back at once, it is spread over the window', () => {
  // One write long ago and one now: three remain for the four seconds until both stop counting.
  const limit = { writes: 5, windowMs: 5_000, reserve: 1 }
  const account = state({
    limit,
    returns: [NOW + 4_000, NOW + 4_000],
    recent: inAWindow(5).map((ms) => NOW + ms),
  })
  expect(nextTurn({ ...account, lastTurn: NOW }, [unseen(0)], NOW)).toMatchObject({
    do: 'wait',
    ms: expect.closeTo(1_000, -1),
  })
})

interface Write {
  readonly reply: number
  readonly at: number
  readonly waited: number
}

const newestOf = (arrivals: readonly number[] = [], now: number): number =>
  Math.max(...arrivals.filter((at) => at <= now))

/** Replies on one account with writes of `writeMs`: when each was let through. Writes count from their end. */
function simulate(
  limit: Limit,
  arrivals: readonly (readonly number[])[],
  writeMs: number,
  usualGapMs = 0,
): readonly Write[] {
  const unseen = arrivals.map((times) => times.toSorted((a, b) => a - b))
  const writes: Write[] = []
  const busyUntil = arrivals.map(() => 0)
  let now = 0
  let lastTurn = Number.NEGATIVE_INFINITY
  for (;;) {
    const ready = unseen.flatMap(([since], reply) =>
      since !== undefined && since <= now && (busyUntil[reply] ?? 0) <= now
        ? [{ since, reply, newest: newestOf(arrivals[reply], now), usualGapMs, step: 'grow' as const }]
        : [],
    )
    const returns = writes
      .map(({ at }) => (at + writeMs > now ? Number.POSITIVE_INFINITY : at + writeMs + limit.windowMs))
      .filter((at) => at > now)
    const account = state({ limit, returns, lastTurn })
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
    const hears = turn.do === 'wait' ? turn.heardFrom : Number.POSITIVE_INFINITY
    const packets = unseen.flatMap((times) => times.find((at) => at > now && at >= hears) ?? [])
    const ends = writes.flatMap(({ at }) => (at + writeMs > now ? [at + writeMs] : []))
    const next = [...coming, ...packets, ...ends, ...(turn.do === 'wait' ? [now + turn.ms] : [])].filter(
      (at) => at > now,
    )
    if (coming.length === 0) return writes
    now = Math.min(...next)
  }
}

const anyLimit = fc.record({
  writes: fc.integer({ min: 1, max: 30 }),
  windowMs: fc.integer({ min: 1_000, max: 60_000 }),
  reserve: fc.nat(2),
})
const anyWriteMs = fc.integer({ min: 1, max: 400 })
/** Rightly or wrongly taken for the usual one. */
const anyGapMs = fc.nat(5_000)
const anyArrivals = fc.array(fc.array(fc.nat(60_000), { minLength: 1, maxLength: 12 }), {
  minLength: 1,
  maxLength: 12,
})

test('D3: whatever comes whenever, writes stay within the limit in every window', () => {
  fc.assert(
    fc.property(anyLimit, anyArrivals, anyWriteMs, anyGapMs, (limit, arrivals, writeMs, gapMs) => {
      const writes = simulate(limit, arrivals, writeMs, gapMs)
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
    fc.property(anyLimit, anyArrivals, anyWriteMs, anyGapMs, (limit, arrivals, writeMs, gapMs) => {
      const writes = simulate(limit, arrivals, writeMs, gapMs)
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
  const always = [Array.from({ length: 2_400 }, (_, nth) => nth * 100)]
  const at = simulate({ writes: 100, windowMs: 60_000, reserve: 0 }, always, 200).map((write) => write.at)
  const gaps = at.slice(1).map((time, nth) => time - (at[nth] ?? 0))
  const mean = (from: number, to: number) => {
    const some = gaps.filter((_, nth) => (at[nth] ?? 0) >= from && (at[nth] ?? 0) < to)
    return some.reduce((sum, gap) => sum + gap, 0) / some.length
  }
  expect(mean(0, 10_000)).toBeLessThan(520)
  expect(mean(0, 10_000)).toBeLessThan(mean(10_000, 30_000))
  expect(mean(10_000, 30_000)).toBeLessThan(mean(30_000, 60_000))
  // Each write counts from its end: a little less than a hundred a minute.
  expect(mean(120_000, 240_000)).toBeGreaterThan(595)
  expect(mean(120_000, 240_000)).toBeLessThan(640)
  expect(Math.max(...gaps.slice(300))).toBeLessThan(1_300)
})
