/** The store goes away in the middle of work, and comes back (rules T1, T4, C1). */
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '#core/clock.ts'
import { openSqliteStore, type SqliteStore } from '#core/store/sqlite-store.ts'
import { openStore, type Store } from '#core/store/store.ts'
import type { Inbox } from '#core/turns/inbox.ts'
import { openInbox } from '#core/turns/open-inbox.ts'
import { TurnLoop } from '#core/turns/turn-loop.ts'
import { createDatabase, PostgresCluster } from '#test/postgres/cluster.ts'
import { withoutPostgres } from '#test/postgres/shared.ts'
import { quietLog } from '#test/quiet-log.ts'

const delivery = (id: string, thread = 'a', sentAt = 0) => ({ id, thread, sentAt, body: `body of ${id}` })

/** Patience with a busy machine, not an assertion about time. */
async function eventually(is: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await is())) await sleep(20)
}

// A server of its own, because it is stopped: not possible where DATABASE_URL names another's.
describe.skipIf(withoutPostgres || process.env.DATABASE_URL !== undefined)('PostgreSQL', () => {
  let cluster: PostgresCluster
  beforeAll(async () => {
    cluster = await PostgresCluster.create()
  }, 60_000)
  afterAll(() => cluster.remove(), 60_000)

  test.each(['fast', 'immediate'] as const)(
    'C1: stopped (%s) and started again, nothing reads as empty, and all goes on by itself',
    async (how) => {
      const url = await createDatabase(cluster.url())
      const store = await openStore(url, quietLog)
      onTestFinished(() => store.close())
      const keyv = store.keyv('x')
      const inbox = openInbox(store, systemClock)
      const heard: string[] = []
      const end = inbox.watch(() => heard.push('news'))
      await keyv.set('key', 'value')
      await Promise.all([1, 2, 3, 4, 5, 6].map(() => keyv.get('key')))
      await cluster.stop(how)
      await expect(keyv.get('key')).rejects.toThrow(/The store's get failed/)
      await expect(keyv.getMany(['key'])).rejects.toThrow()
      await expect(keyv.set('key', 'other')).rejects.toThrow()
      await expect(Array.fromAsync(keyv.iterator())).rejects.toThrow()
      await expect(keyv.exclusively('a', async () => 'ran')).rejects.toThrow()
      await expect(inbox.put(delivery(`while ${how}`))).rejects.toThrow()
      await expect(inbox.claim()).rejects.toThrow()
      await expect(store.ping()).rejects.toThrow()
      await cluster.start()
      expect(await keyv.get('key')).toBe('value')
      await store.ping()
      expect(await inbox.put(delivery(`while ${how}`, how))).toBe(true)
      heard.length = 0
      // Heard again too, once it listens on a new connection.
      await eventually(() => heard.length > 0)
      end()
    },
    60_000,
  )

  test('T1: a database that can be read and not written is down', async () => {
    const url = await createDatabase(cluster.url())
    const store = await openStore(url, quietLog)
    await store.ping()
    await store.close()
    const standby = new URL(url)
    standby.searchParams.set('options', '-c default_transaction_read_only=on')
    const opened = await openStore(standby.href, quietLog)
    onTestFinished(() => opened.close())
    expect(await opened.keyv('x').get('key')).toBeUndefined()
    await expect(opened.ping()).rejects.toThrow(/not written/)
  }, 60_000)

  test('T1: a database that was removed and made anew without our tables is down', async () => {
    const url = await createDatabase(cluster.url())
    const store = await openStore(url, quietLog)
    onTestFinished(() => store.close())
    await store.ping()
    if (store.kind !== 'postgres') throw new Error('it is PostgreSQL')
    await store.postgres.rows('DROP SCHEMA parley CASCADE')
    await expect(store.ping()).rejects.toThrow(/parley\.version/)
  }, 60_000)

  test('a replica that starts while the server is away waits for it', async () => {
    const url = await createDatabase(cluster.url())
    await cluster.stop('immediate')
    const opening = openStore(url, quietLog)
    await cluster.start()
    const store = await opening
    await store.ping()
    await store.close()
  }, 60_000)

  test('T1, T3: what was accepted around an outage is worked on by itself; what was not was refused', async () => {
    const url = await createDatabase(cluster.url())
    const stores: Store[] = []
    const loops: TurnLoop[] = []
    const answered: string[] = []
    for (let replica = 0; replica < 2; replica += 1) {
      const store = await openStore(url, quietLog)
      stores.push(store)
      const work = async ({ deliveries }: { readonly deliveries: readonly { readonly id: string }[] }) => {
        await store.ping()
        answered.push(...deliveries.map(({ id }) => id))
      }
      const inbox = openInbox(store, systemClock)
      loops.push(new TurnLoop({ inbox, work, clock: systemClock, log: quietLog }))
    }
    const [first] = stores
    if (first === undefined) throw new Error('there are two')
    const inbox = openInbox(first, systemClock)
    for (const loop of loops) loop.start()
    const accepted: string[] = []
    const refused: string[] = []
    const ask = async (from: number, until: number) => {
      for (let nth = from; nth < until; nth += 1) {
        const id = `q${nth}`
        await inbox.put(delivery(id, `thread ${nth % 7}`, nth)).then(
          () => accepted.push(id),
          () => refused.push(id),
        )
      }
    }
    await ask(0, 60)
    const outage = cluster.stop('immediate')
    await ask(60, 120)
    await outage
    await ask(120, 125)
    await cluster.start()
    await ask(125, 160)
    // A refusal may have been a commit whose answer was lost: whoever asks again learns that.
    for (const id of refused.splice(0)) {
      const nth = Number(id.slice(1))
      await inbox.put(delivery(id, `thread ${nth % 7}`, nth))
      accepted.push(id)
    }
    await eventually(async () => (await inbox.waiting().catch(() => 1)) === 0)
    expect([...new Set(answered)].toSorted()).toEqual(accepted.toSorted())
    expect(refused).toEqual([])
    await Promise.all(loops.map((loop) => loop.stop(1_000)))
    await Promise.all(stores.map((store) => store.close()))
  }, 60_000)
})

describe('a file', () => {
  const place = () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-outage-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    return join(folder, 'parley.sqlite')
  }

  test('T1: on a full disk nothing is accepted, what was there stays, and it goes on when there is room', async () => {
    const store = openSqliteStore(`sqlite:${place()}`, quietLog)
    onTestFinished(() => store.close())
    const inbox = openInbox(store, systemClock)
    const keyv = store.keyv('x')
    await keyv.set('key', 'value')
    expect(await inbox.put(delivery('before'))).toBe(true)
    const { page_count: pages } = store.database.prepare('PRAGMA page_count').get() ?? {}
    store.database.exec(`PRAGMA max_page_count = ${Number(pages)}`)
    const large = 'x'.repeat(100_000)
    await expect(inbox.put({ ...delivery('large'), body: large })).rejects.toThrow(/full/)
    await expect(keyv.set('large', large)).rejects.toThrow(/The store's set failed: .*full/)
    await expect(keyv.setMany([{ key: 'large', value: large }])).rejects.toThrow(/full/)
    expect([await keyv.get('key'), await inbox.placeOf('large')]).toEqual(['value', undefined])
    store.database.exec('PRAGMA max_page_count = 1000000')
    expect(await inbox.put({ ...delivery('large'), body: large })).toBe(true)
    expect((await inbox.claim())?.deliveries.map(({ id }) => id)).toEqual(['before', 'large'])
  })

  test('T1: one that can be read and not written, as on a full disk, is down', async () => {
    const store = openSqliteStore(`sqlite:${place()}`, quietLog)
    onTestFinished(() => store.close())
    await store.ping()
    store.database.exec('PRAGMA query_only = ON')
    expect(await store.keyv('x').get('key')).toBeUndefined()
    await expect(store.ping()).rejects.toThrow(/readonly/)
    store.database.exec('PRAGMA query_only = OFF')
    await store.ping()
  })

  test('T1: one that was removed or moved is down and takes nothing in, and goes on when it is back', async () => {
    const path = place()
    const store = openSqliteStore(`sqlite:${path}`, quietLog)
    onTestFinished(() => store.close())
    const inbox = openInbox(store, systemClock)
    await inbox.put(delivery('before'))
    renameSync(path, `${path}.away`)
    await expect(store.ping()).rejects.toThrow(/removed or moved/)
    await expect(inbox.put(delivery('meanwhile'))).rejects.toThrow(/removed or moved/)
    renameSync(`${path}.away`, path)
    await store.ping()
    expect([await inbox.put(delivery('meanwhile')), await inbox.put(delivery('before'))]).toEqual([
      true,
      false,
    ])
  })

  test('T1: locked by another for too long, it refuses, and goes on afterwards', async () => {
    const path = place()
    const store = openSqliteStore(`sqlite:${path}`, quietLog)
    onTestFinished(() => store.close())
    const inbox = openInbox(store, systemClock)
    store.database.exec('PRAGMA busy_timeout = 20')
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    await expect(inbox.put(delivery('1'))).rejects.toThrow(/locked/)
    await expect(store.keyv('x').set('key', 'value')).rejects.toThrow(/locked/)
    expect(await store.keyv('x').get('key')).toBeUndefined()
    await expect(store.ping()).rejects.toThrow(/locked/)
    other.exec('ROLLBACK')
    other.close()
    expect(await inbox.put(delivery('1'))).toBe(true)
  })

  test.each<[string, (store: SqliteStore, inbox: Inbox) => Promise<unknown>]>([
    ['put in', (_store, inbox) => inbox.put(delivery('1'))],
    ['claimed', (_store, inbox) => inbox.claim()],
    ['kept', ({ keyv }) => keyv('x').set('key', 'value')],
    ['kept of a turn', ({ keyv }) => keyv('transcript').set('key', 'value')],
    ['asked for by readiness', (store) => store.ping()],
  ])(
    'S6: a lock that was waited for in vain does not make everything stand still again: %s',
    async (_what, write) => {
      const path = place()
      const store = openSqliteStore(`sqlite:${path}`, quietLog)
      onTestFinished(() => store.close())
      const inbox = openInbox(store, systemClock)
      const waits = () => store.database.prepare('PRAGMA busy_timeout').get()?.timeout
      const usual = waits()
      await inbox.put(delivery('0'))
      const other = new DatabaseSync(path)
      onTestFinished(() => other.close())
      other.exec('BEGIN IMMEDIATE')
      // As if it had been waited for.
      store.database.exec('PRAGMA busy_timeout = 1')
      await expect(write(store, inbox)).rejects.toThrow(/locked/)
      expect(waits()).toBeLessThan(100)
      other.exec('ROLLBACK')
      await write(store, inbox)
      expect(waits()).toBe(usual)
    },
  )
})
