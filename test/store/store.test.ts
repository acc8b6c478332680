import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keyv, KeyvMemoryAdapter } from 'keyv'
import { afterAll, describe, expect, test } from 'vitest'
import { ConfigError } from '#core/errors.ts'
import { sweepExpired as sweepPostgres } from '#core/store/postgres-adapter.ts'
import { openPostgresStore } from '#core/store/postgres-store.ts'
import { sweepExpired } from '#core/store/sqlite-adapter.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { openStore, type Store } from '#core/store/store.ts'
import { StoreError, strict } from '#core/store/strict-adapter.ts'
import { freshDatabase, withoutPostgres } from '#test/postgres/shared.ts'
import { quietLog } from '#test/quiet-log.ts'
import { storeContract } from './contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sweep = async (store: Store) =>
  store.kind === 'sqlite' ? sweepExpired(store.database) : sweepPostgres(store.postgres)

describe('in memory', () => storeContract({ url: async () => 'memory:', sweep, lasts: false }))

describe('on SQLite', () =>
  storeContract({
    url: async () => `sqlite:${join(folder, randomUUID(), 'parley.sqlite')}`,
    sweep,
    lasts: true,
  }))

describe.skipIf(withoutPostgres)('on PostgreSQL', () =>
  storeContract({ url: freshDatabase, sweep, lasts: true }),
)

test.each(['', 'sqlite:', 'redis://here', 'sqlite:/dev/null/x.sqlite'])(
  'the URL %j is a setting to mend',
  async (url) => {
    const error = await openStore(url, quietLog).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigError)
    expect(String(error)).toMatch(/PARLEY_STORE is /)
    expect(String(error)).not.toContain('hunter2')
  },
)

test('S5: a database that is not there, or says no, is a setting to mend, and no password is shown', async () => {
  const places = ['postgres://parley:hunter2@127.0.0.1:1/x']
  if (!withoutPostgres) places.push((await freshDatabase()).replace(/\/\/.*@/, '//nobody:hunter2@'))
  for (const url of places) {
    const error = await openPostgresStore(url, quietLog, 0).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigError)
    expect(String(error)).toMatch(/PARLEY_STORE is "postgres:.*The database cannot be used: /)
    expect(String(error)).not.toContain('hunter2')
  }
}, 60_000)

describe('C1: a store that is down never reads as an empty conversation', () => {
  test('a write that was not accepted, and a call that hangs, reject', async () => {
    const inner = new KeyvMemoryAdapter(new Map())
    const failing = Object.assign(inner, { set: async () => false, get: () => new Promise<never>(() => {}) })
    const keyv = new Keyv({ store: strict(failing, () => {}, 5) })
    await expect(keyv.set('key', 'value')).rejects.toThrow(/was not accepted/)
    await expect(keyv.get('key')).rejects.toThrow(/took over 5 ms/)
  })

  test('an error outside any call goes to the log and kills nothing', () => {
    const heard: unknown[] = []
    const inner = new KeyvMemoryAdapter(new Map())
    const keyv = new Keyv({ store: strict(inner, (error) => heard.push(error)) })
    inner.emit('error', new Error('socket closed'))
    expect([heard.length, keyv instanceof Keyv]).toEqual([1, true])
  })

  test('an error of the store says what was asked of it', () => {
    expect(new StoreError('get', 'failed', new Error('no')).message).toMatch(/^The store's get failed: no\. /)
  })
})

test('a file that is not a database is a setting to mend', () => {
  const path = join(folder, 'text.sqlite')
  mkdirSync(folder, { recursive: true })
  writeFileSync(path, 'a shopping list, and not a short one either')
  expect(() => openSqliteStore(`sqlite:${path}`, quietLog)).toThrow(ConfigError)
})
