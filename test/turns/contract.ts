/** What every inbox promises (rules T1, T2, T3, T6, S3). Each implementation runs all of it. */
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Claim, type Delivery, type Inbox, LEASE_MS } from '#core/turns/inbox.ts'
import type { Owner } from '#core/turns/owner.ts'

/** An implementation, and what a test can do to the place that it keeps things in. */
export interface InboxUnderTest {
  /** Another inbox on the same place, as another process would open it. */
  open(owner?: Owner): Inbox
  /** Leases come this much nearer to their end. */
  pass(ms: number): Promise<void>
  /** The ids of all deliveries, also of those that are done, in the order they came. */
  ids(): Promise<readonly string[]>
  /** Empties it. */
  reset(): Promise<void>
  close(): Promise<void>
}

const delivery = (id: string, thread = 'a', sentAt = 0): Delivery => ({
  ...{ id, thread, sentAt },
  body: `body of ${id}`,
})

/** @param runs how often the last test tries another interleaving. */
export function inboxContract(create: () => Promise<InboxUnderTest>, runs: number): void {
  let under: InboxUnderTest
  let inbox: Inbox
  beforeAll(async () => {
    under = await create()
  }, 60_000)
  beforeEach(async () => {
    await under.reset()
    inbox = under.open()
  })
  afterAll(async () => {
    await under.close()
  })

  const claimed = async (from: Inbox = inbox): Promise<Claim> => {
    const claim = await from.claim()
    if (claim === undefined) throw new Error('nothing to claim')
    return claim
  }

  describe('what comes in', () => {
    test('T1: a delivery is accepted once, however often it comes', async () => {
      expect(await inbox.put(delivery('1'))).toBe(true)
      expect(await inbox.put(delivery('1'))).toBe(false)
      const claim = await claimed()
      expect(claim.deliveries).toEqual([delivery('1')])
      await inbox.done(claim)
      expect(await inbox.put(delivery('1'))).toBe(false)
      expect(await inbox.claim()).toBeUndefined()
    })

    test('T1: of many who bring the same at once, one is the first', async () => {
      const inboxes = [inbox, under.open(), under.open()]
      const fresh = await Promise.all(
        [1, 2, 3, 4].flatMap(() => inboxes.map((each) => each.put(delivery('1')))),
      )
      expect(fresh.filter(Boolean)).toHaveLength(1)
      expect(await inbox.waiting()).toBe(1)
    })

    test('a thread is known from its first delivery on, also when that is long done', async () => {
      expect(await inbox.knows('a')).toBe(false)
      await inbox.put(delivery('1'))
      await inbox.done(await claimed())
      expect(await under.open().knows('a')).toBe(true)
      expect(await inbox.waiting()).toBe(0)
    })

    test('it is told how long the oldest has waited that nobody works on', async () => {
      expect(await inbox.oldestWait()).toBe(0)
      await inbox.put(delivery('1', 'a'))
      await under.pass(20_000)
      await inbox.put(delivery('2', 'b'))
      const waited = await inbox.oldestWait()
      expect(waited).toBeGreaterThanOrEqual(20_000)
      await claimed()
      expect(await inbox.oldestWait()).toBeLessThan(waited)
      await claimed()
      expect(await inbox.oldestWait()).toBe(0)
    })

    test('text of any kind comes back as it was', async () => {
      const odd = {
        ...delivery('x:ü👍\'"$1'),
        thread: 'b%2F"',
        body: JSON.stringify({ text: "'; --\n\0👍" }),
      }
      await inbox.put(odd)
      const claim = await claimed()
      await inbox.note(claim, odd.body)
      await inbox.release(claim)
      expect(await claimed()).toMatchObject({ thread: odd.thread, deliveries: [odd], journal: odd.body })
    })
  })

  describe('one turn at a time', () => {
    test('T2: what came while a turn runs waits, and is then claimed together in the order it was sent', async () => {
      await inbox.put(delivery('1', 'a', 10))
      const first = await claimed()
      await inbox.put(delivery('3', 'a', 30))
      await inbox.put(delivery('2', 'a', 20.5))
      expect(await inbox.claim()).toBeUndefined()
      expect(await inbox.done(first)).toBe(true)
      expect((await claimed()).deliveries.map(({ id }) => id)).toEqual(['2', '3'])
    })

    test('T2: another thread never waits', async () => {
      await inbox.put(delivery('1', 'a'))
      await inbox.put(delivery('2', 'b'))
      const threads = [(await inbox.claim())?.thread, (await inbox.claim())?.thread]
      expect(threads.toSorted()).toEqual(['a', 'b'])
    })

    test('T2: many workers at once never hold one thread twice', async () => {
      const inboxes = [inbox, under.open(), under.open()]
      for (let nth = 0; nth < 20; nth += 1) await inbox.put(delivery(String(nth), `t${nth % 5}`, nth))
      const claims = await Promise.all([1, 2, 3].flatMap(() => inboxes.map((each) => each.claim())))
      const threads = claims.flatMap((claim) => claim?.thread ?? [])
      expect(threads.toSorted()).toEqual(['t0', 't1', 't2', 't3', 't4'])
    })

    test('a flood becomes several turns, in order', async () => {
      for (let nth = 0; nth < 60; nth += 1) await inbox.put(delivery(String(nth), 'a', nth))
      const first = await claimed()
      await inbox.done(first)
      const second = await claimed()
      expect([first.deliveries.length, second.deliveries.map(({ id }) => Number(id))]).toEqual([
        50,
        Array.from({ length: 10 }, (_, nth) => 50 + nth),
      ])
    })
  })

  describe('S3: what is kept of a person', () => {
    test('what is not done is rewritten where it waits and where it is worked on, and nothing else is', async () => {
      await inbox.put(delivery('1', 'a', 1))
      const claim = await claimed()
      await inbox.note(claim, 'journal')
      await inbox.put(delivery('2', 'a', 2))
      await inbox.put(delivery('3', 'b', 3))
      const seen: unknown[] = []
      const busy = await inbox.revise(({ waits, deliveries, journal }) => {
        seen.push([waits, deliveries.map(({ id }) => id), journal])
        const [first] = deliveries
        if (first === undefined || first.id === '3') return undefined
        return waits
          ? { bodies: new Map([[first.id, undefined]]) }
          : { bodies: new Map([[first.id, 'empty']]), journal: 'less' }
      })
      expect(seen).toEqual([
        [false, ['1'], 'journal'],
        [true, ['2'], undefined],
        [true, ['3'], undefined],
      ])
      expect(busy).toEqual(['a'])
      expect([await inbox.isHeld('a'), await inbox.isHeld('b')]).toEqual([true, false])
      await inbox.release(claim)
      expect(await inbox.isHeld('a')).toBe(false)
      const again = [await claimed(), await claimed()].toSorted((x, y) => x.thread.localeCompare(y.thread))
      expect(again.map((each) => [each.deliveries.map(({ body }) => body), each.journal])).toEqual([
        [['empty'], 'less'],
        [['body of 3'], undefined],
      ])
      expect(await inbox.waiting()).toBe(2)
    })

    test('an id that names a person no longer does, and others stay', async () => {
      for (const id of ['web:regenerate:r1:u_1:k', 'web:regenerate:r1:u_12:k']) await inbox.put(delivery(id))
      expect(await inbox.forgetInIds('u_1')).toBe(1)
      expect(await inbox.forgetInIds('u_1')).toBe(0)
      expect(await under.ids()).toEqual([
        expect.stringMatching(/^erased:[0-9a-f]{64}$/),
        'web:regenerate:r1:u_12:k',
      ])
    })
  })

  test('T6: what must be alone gets a turn of its own, in its order', async () => {
    for (const [nth, alone] of [false, false, true, true, false].entries())
      await inbox.put({ ...delivery(String(nth + 1), 'a', nth), alone })
    const turns: string[][] = []
    for (let claim = await inbox.claim(); claim; claim = await inbox.claim()) {
      turns.push(claim.deliveries.map(({ id }) => id))
      await inbox.done(claim)
    }
    expect(turns).toEqual([['1', '2'], ['3'], ['4'], ['5']])
  })

  describe('T6: what still waits', () => {
    test('can be changed or taken out; what a turn has cannot', async () => {
      for (const [nth, id] of ['1', '2', '3'].entries()) await inbox.put(delivery(id, 'a', nth))
      expect(await inbox.amend('1', (body) => `${body}, edited`)).toBe(true)
      expect(await inbox.amend('2', () => undefined)).toBe(true)
      expect(await inbox.amend('9', () => undefined)).toBe(false)
      expect(await inbox.waiting()).toBe(2)
      const claim = await claimed()
      expect(claim.deliveries.map(({ id, body }) => [id, body])).toEqual([
        ['1', 'body of 1, edited'],
        ['3', 'body of 3'],
      ])
      expect(await inbox.amend('3', () => undefined)).toBe(false)
      await inbox.done(claim)
      expect([await inbox.claim(), await inbox.waiting()]).toEqual([undefined, 0])
      expect(await inbox.put(delivery('2'))).toBe(false)
    })

    test('is changed or claimed as it was, whoever comes first', async () => {
      for (let nth = 0; nth < 10; nth += 1) {
        const id = `q${nth}`
        await inbox.put(delivery(id, id))
        const other = under.open()
        const [taken, claim = await claimed()] = await Promise.all([
          inbox.amend(id, () => 'edited'),
          other.claim(),
        ])
        expect([taken, claim.deliveries[0]?.body]).toEqual([taken, taken ? 'edited' : `body of ${id}`])
        expect(await inbox.done(claim)).toBe(true)
      }
    })

    test('is found by its id', async () => {
      await inbox.put(delivery('1', 'b', 7.25))
      expect([await inbox.placeOf('1'), await inbox.placeOf('2')]).toEqual([
        { thread: 'b', sentAt: 7.25 },
        undefined,
      ])
    })
  })

  describe('a worker that dies', () => {
    test('T3: its turn is claimed again after the lease, with the same deliveries and its journal', async () => {
      await inbox.put(delivery('1'))
      const lost = await claimed()
      expect(await inbox.note(lost, 'half-way')).toBe(true)
      await inbox.put(delivery('2'))
      expect(await inbox.claim()).toBeUndefined()
      await under.pass(LEASE_MS)
      const again = await claimed(under.open())
      expect(again).toMatchObject({
        ...{ turn: lost.turn, attempt: 2, journal: 'half-way' },
        deliveries: [delivery('1')],
      })
      await inbox.done(again)
      expect((await claimed()).deliveries).toEqual([delivery('2')])
    })

    test('T3: a worker that comes back late is fenced off', async () => {
      await inbox.put(delivery('1'))
      const late = await claimed()
      await under.pass(LEASE_MS)
      const taken = await claimed(under.open())
      const tries = async (claim: Claim) => [
        await inbox.renew(claim),
        await inbox.note(claim, String(claim.fence)),
        await inbox.done(claim),
      ]
      expect(await tries(late)).toEqual(['lost', false, false])
      await inbox.release(late)
      expect(await inbox.isHeld('a')).toBe(true)
      expect(await tries(taken)).toEqual(['kept', true, true])
    })

    test('T3: at the start, what dead processes of this machine held is free at once; others keep theirs', async () => {
      const us = { host: 'here', pid: 1, life: 'second' }
      const before = under.open({ ...us, life: 'first' })
      const elsewhere = under.open({ host: 'there', pid: 1, life: 'x' })
      await before.put(delivery('1', 'a'))
      await before.claim()
      await elsewhere.put(delivery('2', 'b'))
      await elsewhere.claim()
      const next = under.open(us)
      expect(await next.claim()).toBeUndefined()
      expect(await next.recover()).toBe(1)
      expect(await next.claim()).toMatchObject({ thread: 'a', attempt: 2 })
      expect(await next.recover()).toBe(0)
      expect(await next.claim()).toBeUndefined()
    })

    test('T5: that a person wants a turn to end is kept for who has it, and for who takes it over', async () => {
      expect(await inbox.begun('a')).toBeUndefined()
      await inbox.put(delivery('1'))
      expect(await inbox.begun('a'), 'it waits').toBeUndefined()
      const claim = await claimed()
      expect(claim.stop).toBeUndefined()
      await inbox.note(claim, 'half-way')
      expect(await inbox.begun('a')).toEqual({ turn: claim.turn, journal: 'half-way' })
      expect(await under.open().askToStop(claim.turn)).toBe(true)
      expect(await inbox.renew(claim)).toBe('stop')
      await under.pass(LEASE_MS)
      const taken = await claimed(under.open())
      expect(taken).toMatchObject({ turn: claim.turn, attempt: 2, stop: true })
      await inbox.done(taken)
      expect(await inbox.begun('a')).toBeUndefined()
      expect(await inbox.askToStop(claim.turn), 'it is done').toBe(false)
      await inbox.put(delivery('2'))
      const next = await claimed()
      expect([next.stop, await inbox.renew(next)]).toEqual([undefined, 'kept'])
    })

    test('a renewed lease holds', async () => {
      await inbox.put(delivery('1'))
      const claim = await claimed()
      // As near to the end as a busy machine allows.
      await under.pass(LEASE_MS - 3_000)
      expect(await inbox.renew(claim)).toBe('kept')
      await under.pass(LEASE_MS - 3_000)
      expect(await inbox.claim()).toBeUndefined()
    })

    test('T4: a turn that fails again and again blocks no other thread, and its own comes back', async () => {
      await inbox.put(delivery('1', 'poison'))
      for (let attempt = 1; attempt <= 8; attempt += 1) {
        await inbox.put(delivery(`fine ${attempt}`, 'fine', attempt))
        const claims = [await claimed(), await claimed()]
        const [poison, fine] = claims.toSorted((x, y) => y.thread.localeCompare(x.thread))
        expect([poison?.thread, poison?.attempt, fine?.thread]).toEqual(['poison', attempt, 'fine'])
        if (fine) await inbox.done(fine)
        if (poison) await inbox.release(poison)
      }
    })
  })

  test('T1, T2: any interleaving of puts, claims, crashes and ends covers every delivery exactly once, in order', async () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant('put' as const),
        thread: fc.constantFrom('a', 'b', 'c'),
        again: fc.boolean(),
      }),
      fc.record({
        do: fc.constantFrom('claim' as const, 'done' as const, 'crash' as const, 'release' as const),
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        await under.reset()
        const inboxes = [inbox, under.open()]
        const sent: string[] = []
        const held: Claim[] = []
        const covered: { thread: string; id: string }[] = []
        const end = async (claim: Claim) => {
          if (await inbox.done(claim))
            covered.push(...claim.deliveries.map(({ thread, id }) => ({ thread, id })))
        }
        for (const [nth, next] of steps.entries()) {
          const one = inboxes[nth % 2] ?? inbox
          if (next.do === 'put') {
            const id = `${next.thread}${sent.length}`
            sent.push(id)
            expect(await one.put(delivery(id, next.thread, sent.length))).toBe(true)
            if (next.again) expect(await inbox.put(delivery(id, next.thread, 0))).toBe(false)
          } else if (next.do === 'claim') {
            const claim = await one.claim()
            if (claim) {
              expect(held.filter(({ thread }) => thread === claim.thread)).toEqual([])
              held.push(claim)
            }
          } else if (next.do === 'done') {
            const claim = held.shift()
            if (claim) await end(claim)
          } else if (next.do === 'release') {
            const claim = held.pop()
            if (claim) await one.release(claim)
          } else {
            held.length = 0
            await under.pass(LEASE_MS)
          }
        }
        await under.pass(LEASE_MS)
        for (let claim = await inbox.claim(); claim; claim = await inbox.claim()) await end(claim)
        for (const thread of ['a', 'b', 'c']) {
          const ids = covered.filter((each) => each.thread === thread).map(({ id }) => id)
          expect(ids).toEqual(sent.filter((id) => id.startsWith(thread)))
        }
        expect(await inbox.waiting()).toBe(0)
      }),
      { numRuns: runs },
    )
  }, 60_000)
}
