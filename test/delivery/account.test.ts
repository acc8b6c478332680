import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Account } from '#core/delivery/account.ts'
import { Accounts, takeAll } from '#core/delivery/accounts.ts'
import type { Limit, Waiting } from '#core/delivery/budget.ts'
import { settle, VirtualClock } from '#test/virtual-clock.ts'

const LIMIT: Limit = { writes: 3, windowMs: 10_000, reserve: 0 }
const never = new AbortController().signal
const since = (at: number): Waiting => ({ since: at, newest: at, usualGapMs: 0, step: 'grow' })

function opened(limit: Limit = LIMIT) {
  const clock = new VirtualClock(0)
  const account = new Account(limit, clock)
  /** Takes room and gives it back a moment later, as a call that went well. */
  const spend = (by: object = {}) => {
    const taken = account.take(by)
    if (taken.ok) taken.settle()
    return taken.ok
  }
  return { clock, account, spend }
}

describe('room', () => {
  test('D3: no more calls than the platform bears, each for a window from its end', async () => {
    const { clock, account, spend } = opened()
    const slow = account.take({})
    expect([spend(), spend(), spend()]).toEqual([true, true, false])
    await clock.advance(4_000)
    if (slow.ok) slow.settle()
    await clock.advance(6_000)
    expect([spend(), spend(), spend()]).toEqual([true, true, false])
    await clock.advance(4_000)
    expect([spend(), spend()]).toEqual([true, false])
  })

  test('a call that finds none is told when there will be', async () => {
    const { clock, account, spend } = opened()
    for (let count = 0; count < 3; count += 1) spend()
    await clock.advance(4_000)
    expect(account.take({})).toEqual({ ok: false, retryAfterMs: 6_000 })
  })

  test('D3: a platform that refuses is left alone as long as it says, and trusted less for a while', async () => {
    const { clock, account, spend } = opened({ ...LIMIT, writes: 10 })
    account.refused(3_000)
    expect(account.hasRoom).toBe(false)
    await clock.advance(3_000)
    const first = Array.from({ length: 10 }, () => spend()).filter((went) => went)
    expect(first).toHaveLength(7)
    await clock.advance(60_000)
    const later = Array.from({ length: 12 }, () => spend()).filter((went) => went)
    expect(later).toHaveLength(10)
  })

  test('what the platform says remains is believed', () => {
    const { account } = opened()
    account.report(0, 2_000)
    expect(account.take({})).toEqual({ ok: false, retryAfterMs: 2_000 })
  })

  test('D3: a call counts until the window ends in which the platform says it counted it', async () => {
    const { clock, account, spend } = opened()
    const told = (resetAfterMs: number) => {
      const taken = account.take({})
      account.report(2, resetAfterMs)
      if (taken.ok) taken.settle()
      return taken.ok
    }
    expect(told(4_000)).toBe(true)
    await clock.advance(3_000)
    expect([told(1_000), spend(), spend()]).toEqual([true, true, false])
    await clock.advance(1_000)
    // Two were told; the one that was not may have been in the next window.
    expect([spend(), spend(), spend()]).toEqual([true, true, false])
  })

  test('D3: of calls that were under way together nobody knows whom an answer was for', async () => {
    const { clock, account, spend } = opened()
    const [one, other] = [account.take({}), account.take({})]
    account.report(1, 1_000)
    for (const taken of [one, other]) if (taken.ok) taken.settle()
    await clock.advance(1_000)
    expect([spend(), spend()]).toEqual([true, false])
    await clock.advance(9_000)
    expect(spend()).toBe(true)
  })

  test('takeAll: room on every account or on none', () => {
    const clock = new VirtualClock(0)
    const [narrow, wide] = [new Account({ ...LIMIT, writes: 1 }, clock), new Account(LIMIT, clock)]
    expect(takeAll([wide, narrow], {}).ok).toBe(true)
    expect(takeAll([wide, narrow], {}).ok).toBe(false)
    expect([wide.take({}).ok, wide.take({}).ok, wide.take({}).ok]).toEqual([true, true, false])
  })
})

describe('turns', () => {
  test('D3: a reply that found no room is served before those that only grow', async () => {
    const { clock, account, spend } = opened()
    for (let count = 0; count < 3; count += 1) spend()
    const last = {}
    expect(spend(last)).toBe(false)
    let granted = false
    void account.turn({}, since(0), never).then(() => {
      granted = true
    })
    await clock.advance(10_000)
    expect(spend(last)).toBe(true)
    await clock.advance(9_000)
    expect(granted).toBe(true)
  })

  test('who leaves the line is not waited for', async () => {
    const { clock, account } = opened()
    const leaving = new AbortController()
    const first = account.turn({}, since(0), never)
    const gone = expect(account.turn({}, since(1), leaving.signal)).rejects.toThrow('left')
    leaving.abort(new Error('left'))
    await gone
    await first
    await clock.advance(60_000)
    expect(account.isIdle).toBe(false)
    ;(await first).over()
    expect(account.isIdle).toBe(true)
  })

  test('D3: who waits a little for a packet is granted its turn when one comes', async () => {
    const { clock, account, spend } = opened({ ...LIMIT, writes: 10 })
    const by = {}
    for (let count = 0; count < 5; count += 1) {
      await account.turn(by, since(clock.now()), never)
      spend(by)
      await clock.advance(1_500)
    }
    await account.turn(by, since(clock.now()), never)
    spend(by)
    let granted = false
    const text: Waiting = { ...since(clock.now()), usualGapMs: 900 }
    void account.turn(by, text, never).then(() => {
      granted = true
    })
    await clock.advance(1_000)
    expect(granted).toBe(false)
    account.heard(by, { ...text, newest: clock.now() })
    await clock.advance(0)
    expect(granted).toBe(true)
  })

  test('D3: who has a message to fill is granted its turn as soon as that comes', async () => {
    const { clock, account, spend } = opened({ ...LIMIT, writes: 10 })
    const by = {}
    await account.turn(by, since(0), never)
    spend(by)
    let granted = false
    void account.turn(by, since(0), never).then(() => {
      granted = true
    })
    await clock.advance(100)
    expect(granted).toBe(false)
    account.heard(by, { ...since(100), step: 'fill' })
    await clock.advance(0)
    expect(granted).toBe(true)
  })

  test('D3: who begins a message leaves room and pace as they are', async () => {
    const { clock, account, spend } = opened({ ...LIMIT, writes: 1 })
    spend()
    await account.turn({}, { ...since(0), step: 'begin' }, never)
    const next = account.turn({}, since(0), never)
    await clock.advance(10_000)
    await next
    expect(clock.now()).toBe(10_000)
  })

  test('D3: with every write under way, the end of one wakes the line', async () => {
    const { clock, account } = opened({ ...LIMIT, writes: 1 })
    const taken = account.take({})
    let granted = false
    void account.turn({}, since(0), never).then(() => {
      granted = true
    })
    await clock.advance(30_000)
    expect(granted).toBe(false)
    if (taken.ok) taken.settle()
    await clock.advance(10_000)
    expect(granted).toBe(true)
  })

  test('D3: any number of live replies share an account: all are written, in every window within the limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 2, max: 20 }),
        fc.integer({ min: 1, max: 500 }),
        async (replies, writes, writeMs) => {
          const limit = { writes, windowMs: 5_000, reserve: 1 }
          const { clock, account } = opened(limit)
          const stop = new AbortController()
          const calls: { at: number; reply: number }[] = []
          for (let reply = 0; reply < replies; reply += 1) {
            const by = {}
            const live = async () => {
              for (;;) {
                const turn = await account.turn(by, since(clock.now()), stop.signal)
                const taken = account.take(by)
                expect(taken.ok).toBe(true)
                calls.push({ at: clock.now(), reply })
                await clock.sleep(writeMs, stop.signal)
                if (taken.ok) taken.settle()
                turn.over()
              }
            }
            live().catch((error: unknown) => {
              if (!stop.signal.aborted) throw error
            })
          }
          await clock.advance(20_000)
          stop.abort()
          await settle()
          for (const { at } of calls)
            expect(
              calls.filter((other) => other.at > at - 5_000 && other.at <= at).length,
            ).toBeLessThanOrEqual(writes)
          const counts = Array.from(
            { length: replies },
            (_, reply) => calls.filter((call) => call.reply === reply).length,
          )
          // Whoever is being written when a turn comes misses it; nobody misses many.
          expect(Math.min(...counts)).toBeGreaterThanOrEqual(Math.max(...counts) / 2 - 1)
        },
      ),
      { numRuns: 20, endOnFailure: true },
    )
  })
})

describe('Accounts', () => {
  test('one name is one account; what is idle is forgotten, what is not stays', () => {
    const accounts = new Accounts(new VirtualClock(0))
    const busy = accounts.account('busy', LIMIT)
    busy.take({})
    const idle = accounts.account('idle', LIMIT)
    expect(accounts.account('idle', LIMIT)).toBe(idle)
    for (let nth = 0; nth < 300; nth += 1) accounts.account(`thread ${nth}`, LIMIT)
    expect(accounts.account('busy', LIMIT)).toBe(busy)
    expect(accounts.account('idle', LIMIT)).not.toBe(idle)
  })
})
