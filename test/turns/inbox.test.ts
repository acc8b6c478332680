import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LEASE_MS } from '#core/turns/inbox.ts'
import { SqliteInbox } from '#core/turns/sqlite-inbox.ts'
import { VirtualClock } from '#test/virtual-clock.ts'

const open = () => {
  const clock = new VirtualClock(1_000)
  const database = new DatabaseSync(':memory:')
  return { clock, database, inbox: new SqliteInbox(database, clock) }
}
const delivery = (id: string, thread = 'a', sentAt = 0) => ({ id, thread, sentAt, body: `body of ${id}` })

describe('what comes in', () => {
  test('T1: a delivery is accepted once, however often it comes', async () => {
    const { inbox } = open()
    expect(await inbox.put(delivery('1'))).toBe(true)
    expect(await inbox.put(delivery('1'))).toBe(false)
    const claim = await inbox.claim()
    expect(claim?.deliveries).toEqual([delivery('1')])
    if (claim) await inbox.done(claim)
    expect(await inbox.put(delivery('1'))).toBe(false)
    expect(await inbox.claim()).toBeUndefined()
  })

  test('a thread is known from its first delivery on, also when that is long done', async () => {
    const { inbox, database, clock } = open()
    expect(await inbox.knows('a')).toBe(false)
    await inbox.put(delivery('1'))
    const claim = await inbox.claim()
    if (claim) await inbox.done(claim)
    expect(await new SqliteInbox(database, clock).knows('a')).toBe(true)
    expect(await inbox.waiting()).toBe(0)
  })
})

describe('one turn at a time', () => {
  test('T2: what came while a turn runs waits, and is then claimed together in the order it was sent', async () => {
    const { inbox } = open()
    await inbox.put(delivery('1', 'a', 10))
    const first = await inbox.claim()
    await inbox.put(delivery('3', 'a', 30))
    await inbox.put(delivery('2', 'a', 20))
    expect(await inbox.claim()).toBeUndefined()
    if (first) expect(await inbox.done(first)).toBe(true)
    expect((await inbox.claim())?.deliveries.map(({ id }) => id)).toEqual(['2', '3'])
  })

  test('T2: another thread never waits', async () => {
    const { inbox } = open()
    await inbox.put(delivery('1', 'a'))
    await inbox.put(delivery('2', 'b'))
    const threads = [(await inbox.claim())?.thread, (await inbox.claim())?.thread]
    expect(threads.toSorted()).toEqual(['a', 'b'])
  })
})

describe('S3: what is kept of a person', () => {
  test('what is not done is rewritten where it waits and where it is worked on, and nothing else is', async () => {
    const { inbox } = open()
    await inbox.put(delivery('1', 'a'))
    const claim = await inbox.claim()
    if (claim) await inbox.note(claim, 'journal')
    for (const [id, thread] of [
      ['2', 'a'],
      ['3', 'b'],
    ] as const)
      await inbox.put(delivery(id, thread))
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
    if (claim) await inbox.release(claim)
    expect(await inbox.isHeld('a')).toBe(false)
    const again = [await inbox.claim(), await inbox.claim()].toSorted((x, y) =>
      (x?.thread ?? '').localeCompare(y?.thread ?? ''),
    )
    expect(again.map((each) => [each?.deliveries.map(({ body }) => body), each?.journal])).toEqual([
      [['empty'], 'less'],
      [['body of 3'], undefined],
    ])
    expect(await inbox.waiting()).toBe(2)
  })

  test('an id that names a person no longer does, and others stay', async () => {
    const { inbox, database } = open()
    for (const id of ['web:regenerate:r1:u_1:k', 'web:regenerate:r1:u_12:k']) await inbox.put(delivery(id))
    expect(await inbox.forgetInIds('u_1')).toBe(1)
    expect(await inbox.forgetInIds('u_1')).toBe(0)
    const ids = database
      .prepare('SELECT id FROM delivery ORDER BY seq')
      .all()
      .map(({ id }) => id)
    expect(ids).toEqual([expect.stringMatching(/^erased:[0-9a-f]{64}$/), 'web:regenerate:r1:u_12:k'])
  })
})

describe('what must be alone', () => {
  const alone = (id: string, sentAt: number) => ({ ...delivery(id, 'a', sentAt), alone: true })
  const turns = async (inbox: SqliteInbox) => {
    const ids: string[][] = []
    for (let claim = await inbox.claim(); claim; claim = await inbox.claim()) {
      ids.push(claim.deliveries.map(({ id }) => id))
      await inbox.done(claim)
    }
    return ids
  }

  test('gets a turn of its own, in its order', async () => {
    const { inbox } = open()
    await inbox.put(delivery('1', 'a', 1))
    await inbox.put(delivery('2', 'a', 2))
    await inbox.put(alone('3', 3))
    await inbox.put(alone('4', 4))
    await inbox.put(delivery('5', 'a', 5))
    expect(await turns(inbox)).toEqual([['1', '2'], ['3'], ['4'], ['5']])
  })
})

describe('T6: what still waits', () => {
  test('can be changed or taken out; what a turn has cannot', async () => {
    const { inbox } = open()
    for (const id of ['1', '2', '3']) await inbox.put(delivery(id))
    expect(await inbox.amend('1', (body) => `${body}, edited`)).toBe(true)
    expect(await inbox.amend('2', () => undefined)).toBe(true)
    expect(await inbox.amend('9', () => undefined)).toBe(false)
    expect(await inbox.waiting()).toBe(2)
    const claim = await inbox.claim()
    expect(claim?.deliveries.map(({ id, body }) => [id, body])).toEqual([
      ['1', 'body of 1, edited'],
      ['3', 'body of 3'],
    ])
    expect(await inbox.amend('3', () => undefined)).toBe(false)
    if (claim) await inbox.done(claim)
    expect([await inbox.claim(), await inbox.waiting()]).toEqual([undefined, 0])
    expect(await inbox.put(delivery('2'))).toBe(false)
  })

  test('is found by its id', async () => {
    const { inbox } = open()
    await inbox.put(delivery('1', 'b'))
    expect([(await inbox.placeOf('1'))?.thread, await inbox.placeOf('2')]).toEqual(['b', undefined])
  })
})

describe('a worker that dies', () => {
  test('T3: its turn is claimed again after the lease, with the same deliveries and its journal', async () => {
    const { inbox, clock } = open()
    await inbox.put(delivery('1'))
    const lost = await inbox.claim()
    if (lost) expect(await inbox.note(lost, 'half-way')).toBe(true)
    await inbox.put(delivery('2'))
    expect(await inbox.claim()).toBeUndefined()
    await clock.advance(LEASE_MS)
    const again = await inbox.claim()
    expect(again).toMatchObject({
      turn: lost?.turn,
      attempt: 2,
      journal: 'half-way',
      deliveries: [delivery('1')],
    })
    if (again) await inbox.done(again)
    expect((await inbox.claim())?.deliveries).toEqual([delivery('2')])
  })

  test('T3: a worker that comes back late is fenced off', async () => {
    const { inbox, clock } = open()
    await inbox.put(delivery('1'))
    const late = await inbox.claim()
    await clock.advance(LEASE_MS)
    const taken = await inbox.claim()
    if (!late || !taken) throw new Error('both claims are there')
    expect([await inbox.renew(late), await inbox.note(late, 'x'), await inbox.done(late)]).toEqual([
      false,
      false,
      false,
    ])
    expect([await inbox.renew(taken), await inbox.note(taken, 'y'), await inbox.done(taken)]).toEqual([
      true,
      true,
      true,
    ])
  })

  test('T3: at the start, what dead processes of this machine held is free at once; others keep theirs', async () => {
    const { clock, database } = open()
    const us = { host: 'here', pid: 1, life: 'second' }
    const before = new SqliteInbox(database, clock, { ...us, life: 'first' })
    const elsewhere = new SqliteInbox(database, clock, { host: 'there', pid: 1, life: 'x' })
    await before.put(delivery('1', 'a'))
    await before.claim()
    await elsewhere.put(delivery('2', 'b'))
    await elsewhere.claim()
    const inbox = new SqliteInbox(database, clock, us)
    expect(await inbox.claim()).toBeUndefined()
    expect(await inbox.recover()).toBe(1)
    expect(await inbox.claim()).toMatchObject({ thread: 'a', attempt: 2 })
    expect(await inbox.recover()).toBe(0)
    expect(await inbox.claim()).toBeUndefined()
  })

  test('a renewed lease holds', async () => {
    const { inbox, clock } = open()
    await inbox.put(delivery('1'))
    const claim = await inbox.claim()
    await clock.advance(LEASE_MS - 1)
    if (claim) await inbox.renew(claim)
    await clock.advance(LEASE_MS - 1)
    expect(await inbox.claim()).toBeUndefined()
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
      const { inbox, clock } = open()
      const sent: string[] = []
      const held: NonNullable<Awaited<ReturnType<typeof inbox.claim>>>[] = []
      const covered: { thread: string; id: string }[] = []
      const end = async (claim: (typeof held)[number]) => {
        if (await inbox.done(claim))
          covered.push(...claim.deliveries.map(({ thread, id }) => ({ thread, id })))
      }
      for (const next of steps) {
        if (next.do === 'put') {
          const id = `${next.thread}${sent.length}`
          sent.push(id)
          expect(await inbox.put(delivery(id, next.thread, sent.length))).toBe(true)
          if (next.again) expect(await inbox.put(delivery(id, next.thread, 0))).toBe(false)
        } else if (next.do === 'claim') {
          const claim = await inbox.claim()
          if (claim) {
            expect(held.filter(({ thread }) => thread === claim.thread)).toEqual([])
            held.push(claim)
          }
        } else if (next.do === 'done') {
          const claim = held.shift()
          if (claim) await end(claim)
        } else if (next.do === 'release') {
          const claim = held.pop()
          if (claim) await inbox.release(claim)
        } else {
          held.length = 0
          await clock.advance(LEASE_MS)
        }
      }
      await clock.advance(LEASE_MS)
      for (let claim = await inbox.claim(); claim; claim = await inbox.claim()) await end(claim)
      for (const thread of ['a', 'b', 'c']) {
        const ids = covered.filter((each) => each.thread === thread).map(({ id }) => id)
        expect(ids).toEqual(sent.filter((id) => id.startsWith(thread)))
      }
      expect(await inbox.waiting()).toBe(0)
    }),
    { numRuns: 100 },
  )
})
