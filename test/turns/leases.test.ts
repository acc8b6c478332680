import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '#core/clock.ts'
import { openStore, type Store } from '#core/store/store.ts'
import { type Leases, openLeases } from '#core/turns/leases.ts'
import { freshDatabase, withoutPostgres } from '#test/postgres/shared.ts'
import { quietLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'

const another = (pid: number, host = 'elsewhere') => ({ host, pid, life: randomUUID() })

describe('on SQLite', () => {
  let store: Store
  let clock: VirtualClock
  const replica = (pid: number): Leases => openLeases(store, clock, another(pid))
  beforeEach(async () => {
    store = await openStore('memory:', quietLog)
    clock = new VirtualClock(1_000_000)
  })
  afterEach(() => store.close())

  test('one holds it, for as long as it likes; another does once it is given back', async () => {
    const [one, other] = [replica(1), replica(2)]
    const lease = await one.take('gateway')
    await clock.advance(60_000)
    expect(await other.take('gateway')).toBeUndefined()
    expect(await one.take('gateway'), 'not twice in one process either').toBeUndefined()
    expect(await other.take('something else')).toBeDefined()
    await lease?.release()
    expect(lease?.lost.aborted).toBe(false)
    const next = await other.take('gateway')
    expect(next).toBeDefined()
    await next?.release()
  })

  test('T3: what a dead holder had is free within ten seconds', async () => {
    // Its clock stands still: it renews no more.
    const stopped = new VirtualClock(clock.now())
    await openLeases(store, stopped, another(1)).take('gateway')
    const other = replica(2)
    await clock.advance(9_000)
    expect(await other.take('gateway')).toBeUndefined()
    await clock.advance(1_000)
    const lease = await other.take('gateway')
    expect(lease).toBeDefined()
    await lease?.release()
  })

  test('T3: the next process of the same machine has at once what a killed one had', async () => {
    // No process has this number: Linux gives none so high.
    await openLeases(store, new VirtualClock(clock.now()), another(2 ** 30, 'here')).take('gateway')
    const lease = await openLeases(store, clock, another(1, 'here')).take('gateway')
    expect(lease).toBeDefined()
    await lease?.release()
  })

  test('whoever sleeps through its lease hears that it is lost', async () => {
    const slow = new VirtualClock(clock.now())
    const lease = await openLeases(store, slow, another(1)).take('gateway')
    await clock.advance(10_000)
    const next = await replica(2).take('gateway')
    await slow.advance(3_000)
    expect(lease?.lost.aborted).toBe(true)
    await lease?.release()
    expect(await replica(3).take('gateway'), 'giving back what is lost takes nothing away').toBeUndefined()
    await next?.release()
  })

  test('a store that is down takes it away when its time is over, and not before', async () => {
    const lease = await replica(1).take('gateway')
    await store.close()
    await clock.advance(7_000)
    expect(lease?.lost.aborted).toBe(false)
    await clock.advance(3_000)
    expect(lease?.lost.aborted).toBe(true)
    store = await openStore('memory:', quietLog)
  })
})

describe.skipIf(withoutPostgres)('on PostgreSQL', () => {
  test('of ten replicas that ask at once, one holds it; the next one does after it', async () => {
    const url = await freshDatabase()
    const [one, other] = [await openStore(url, quietLog), await openStore(url, quietLog)]
    // Each of a machine of its own: none can see that another's process is not there.
    const replicas = Array.from({ length: 10 }, (_, n) =>
      openLeases(n % 2 === 0 ? one : other, systemClock, another(n, `machine ${n}`)),
    )
    const takeAll = async () =>
      (await Promise.all(replicas.map((each) => each.take('gateway')))).filter(Boolean)
    const first = await takeAll()
    expect(first).toHaveLength(1)
    await first[0]?.release()
    const second = await takeAll()
    expect(second).toHaveLength(1)
    await second[0]?.release()
    await Promise.all([one.close(), other.close()])
  })
})
