import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keyv, KeyvMemoryAdapter } from 'keyv'
import { afterEach, describe, expect, test } from 'vitest'
import { ConfigError } from '#core/errors.ts'
import { sweepExpired } from '#core/store/sqlite-adapter.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { StoreError, strict } from '#core/store/strict-adapter.ts'
import { quietLog } from '#test/quiet-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-store-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe.each(['memory:', `sqlite:${join(folder, 'deep', 'parley.sqlite')}`])('a store at %s', (url) => {
  test('gives back what was put, one namespace apart from the other', async () => {
    const store = openSqliteStore(url, quietLog)
    const [one, other] = [store.keyv('one'), store.keyv('other')]
    await one.setMany<unknown>([
      { key: 'b', value: { text: '"; DROP TABLE kv; --' } },
      { key: 'one:b', value: 2 },
      { key: 'a', value: [1, null, 'ü👍'] },
    ])
    expect(await one.getMany(['a', 'b', 'one:b', 'c'])).toEqual([
      [1, null, 'ü👍'],
      { text: '"; DROP TABLE kv; --' },
      2,
      undefined,
    ])
    expect(await other.get('a')).toBeUndefined()
    await one.delete('b')
    const keys: unknown[] = []
    for await (const [key] of one.iterator()) keys.push(key)
    expect(keys).toEqual(['a', 'one:b'])
    await one.clear()
    expect(await one.has('a')).toBe(false)
    await store.close()
  })
})

test('what is written is there after the store was closed and opened again', async () => {
  const url = `sqlite:${join(folder, 'again.sqlite')}`
  const first = openSqliteStore(url, quietLog)
  await first.keyv('x').set('key', 'value')
  await first.close()
  const second = openSqliteStore(url, quietLog)
  expect(await second.keyv('x').get('key')).toBe('value')
  await second.close()
})

test('an iterator walks more than one page', async () => {
  const store = openSqliteStore('memory:', quietLog)
  const keyv = store.keyv('many')
  await keyv.setMany(Array.from({ length: 1_000 }, (_, n) => ({ key: String(n).padStart(4, '0'), value: n })))
  let next = 0
  for await (const [, value] of keyv.iterator()) expect(value).toBe(next++)
  expect(next).toBe(1_000)
  await store.close()
})

test.each(['', 'sqlite:', 'redis://here', 'sqlite:/dev/null/x.sqlite'])(
  'the URL %j is a setting to mend',
  (url) => {
    expect(() => openSqliteStore(url, quietLog)).toThrow(ConfigError)
    expect(() => openSqliteStore(url, quietLog)).toThrow(/^PARLEY_STORE is /)
  },
)

describe('C1: a store that is down never reads as an empty conversation', () => {
  test('a closed database rejects every read and write', async () => {
    const store = openSqliteStore('memory:', quietLog)
    const keyv = store.keyv('x')
    await keyv.set('key', 'value')
    await store.close()
    await expect(keyv.get('key')).rejects.toThrow(StoreError)
    await expect(keyv.getMany(['key'])).rejects.toThrow(StoreError)
    await expect(keyv.set('key', 'other')).rejects.toThrow(StoreError)
    await expect(keyv.setMany([{ key: 'key', value: 'other' }])).rejects.toThrow(StoreError)
    await expect(store.ping()).rejects.toThrow()
  })

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
})

test('a file that is not a database is a setting to mend', () => {
  const path = join(folder, 'text.sqlite')
  mkdirSync(folder, { recursive: true })
  writeFileSync(path, 'a shopping list, and not a short one either')
  expect(() => openSqliteStore(`sqlite:${path}`, quietLog)).toThrow(ConfigError)
})

test('what has expired leaves the file', async () => {
  const store = openSqliteStore('memory:', quietLog)
  const keyv = store.keyv('sessions')
  await keyv.set('old', 'x', 1)
  await keyv.set('kept', 'y')
  await new Promise((resolve) => setTimeout(resolve, 5))
  sweepExpired(store.database)
  expect(store.database.prepare('SELECT key FROM kv').all()).toEqual([{ key: 'kept' }])
  await store.close()
})
