/** What every store promises, wherever it keeps things (rules C1, C5, S3). */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Namespace } from '#core/store/namespaces.ts'
import { openStore, type Store } from '#core/store/store.ts'
import { StoreError } from '#core/store/strict-adapter.ts'
import { quietLog } from '#test/quiet-log.ts'

export interface StoreUnderTest {
  /** A place; may be another each time. */
  readonly url: () => Promise<string>
  readonly sweep: (store: Store) => Promise<void>
  /** True when another process finds what this one wrote. */
  readonly lasts: boolean
}

const keysOf = async (namespace: Namespace): Promise<unknown[]> => {
  const keys: unknown[] = []
  for await (const [key] of namespace.iterator()) keys.push(key)
  return keys
}

export function storeContract({ url, sweep, lasts }: StoreUnderTest): void {
  let place: string
  let store: Store
  const opened: Store[] = []
  const open = async () => {
    const another = await openStore(place, quietLog)
    opened.push(another)
    return another
  }
  beforeEach(async () => {
    place = await url()
    store = await open()
  }, 60_000)
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close().catch(() => {})))
  })

  test('gives back what was put, one namespace apart from the other', async () => {
    const [one, other] = [store.keyv('one'), store.keyv('other')]
    await one.setMany<unknown>([
      { key: 'b', value: { text: '"; DROP TABLE kv; --' } },
      { key: 'one:b', value: 2 },
      { key: 'a', value: [1, null, 'ü👍\0'] },
      { key: 'a', value: [2, null, 'ü👍\0'] },
    ])
    expect(await one.getMany(['a', 'b', 'one:b', 'c'])).toEqual([
      [2, null, 'ü👍\0'],
      { text: '"; DROP TABLE kv; --' },
      2,
      undefined,
    ])
    expect([await other.get('a'), await one.get('b')]).toEqual([undefined, { text: '"; DROP TABLE kv; --' }])
    expect([await one.delete('b'), await one.delete('b')]).toEqual([true, false])
    expect(await one.hasMany(['a', 'b'])).toEqual([true, false])
    expect(await keysOf(one)).toEqual(['a', 'one:b'])
    await one.deleteMany(['a', 'c'])
    expect(await keysOf(one)).toEqual(['one:b'])
    await one.clear()
    expect(await one.has('one:b')).toBe(false)
  })

  test('lists keys in the order of their bytes, over many pages', async () => {
    const one = store.keyv('one')
    const keys = ['Z', 'a', 'B/2', 'B-1', 'b', 'ä', '👍', '~', '|', 'a b', 'a-b', 'ab', 'reply/x', 'reply#x']
    const many = Array.from({ length: 600 }, (_, nth) => `m${String(nth).padStart(4, '0')}`)
    await one.setMany([...keys, ...many].map((key) => ({ key, value: key })))
    const inOrder = [...keys, ...many].toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)))
    expect(await keysOf(one)).toEqual(inOrder)
  })

  test('a list that changes while it is read has everything that stayed', async () => {
    const one = store.keyv('one')
    const keys = Array.from({ length: 600 }, (_, nth) => String(1_000 + nth))
    await one.setMany(keys.map((key) => ({ key, value: key })))
    const seen: unknown[] = []
    for await (const [key] of one.iterator()) {
      seen.push(key)
      await one.delete(String(key))
    }
    expect([seen, await keysOf(one)]).toEqual([keys, []])
  })

  test('two who write the same keys at once both get through', async () => {
    const again = lasts ? await open() : store
    const [one, two] = [store.keyv('one'), again.keyv('one')]
    const entries = Array.from({ length: 50 }, (_, nth) => ({ key: `k${nth}`, value: nth }))
    await Promise.all(
      [1, 2, 3, 4].flatMap(() => [
        one.setMany(entries),
        two.setMany(entries.toReversed()),
        two.deleteMany(entries.map(({ key }) => key)),
      ]),
    )
    await one.setMany(entries)
    expect(await two.getMany(entries.map(({ key }) => key))).toEqual(entries.map(({ value }) => value))
  })

  test('what has expired is not there, and leaves', async () => {
    const one = store.keyv('one')
    await one.set('old', 'x', 1)
    await one.set('kept', 'y', 60_000)
    await sleep(5)
    expect([await one.get('old'), await one.getMany(['old', 'kept'])]).toEqual([undefined, [undefined, 'y']])
    expect(await keysOf(one)).toEqual(['kept'])
    await sweep(store)
    expect(await one.get('kept')).toBe('y')
  })

  test('S3: what is overwritten or erased can be cleared away', async () => {
    await store.keyv('one').set('a', 'b')
    await store.settle()
    await store.ping()
  })

  test.runIf(lasts)('what is written is there after the store was closed and opened again', async () => {
    await store.keyv('x').set('key', 'value')
    await store.close()
    expect(await (await open()).keyv('x').get('key')).toBe('value')
  })

  test('C1: a closed store rejects every read and write', async () => {
    const keyv = store.keyv('x')
    await keyv.set('key', 'value')
    await store.close()
    await expect(keyv.get('key')).rejects.toThrow(StoreError)
    await expect(keyv.getMany(['key'])).rejects.toThrow(StoreError)
    await expect(keyv.set('key', 'other')).rejects.toThrow(StoreError)
    await expect(keyv.setMany([{ key: 'key', value: 'other' }])).rejects.toThrow(StoreError)
    await expect(keysOf(keyv)).rejects.toThrow()
    await expect(store.ping()).rejects.toThrow()
  })

  describe('exclusively', () => {
    test('nobody meets another who reads and then writes the same', async () => {
      const stores = [store, store]
      if (place.startsWith('postgres')) stores.push(await open(), await open())
      const count = async (namespace: Namespace) => {
        const before = (await namespace.get<number>('count')) ?? 0
        await namespace.set('count', before + 1)
      }
      await Promise.all(
        stores.flatMap((each) => {
          const one = each.keyv('one')
          return Array.from({ length: 5 }, () => one.exclusively('count', () => count(one)))
        }),
      )
      expect(await store.keyv('one').get('count')).toBe(5 * stores.length)
    })

    test('other names go on, also within one; a failure is handed on and frees it', async () => {
      const one = store.keyv('one')
      const nested = await one.exclusively('a', () => one.exclusively('b', async () => 'both'))
      expect(nested).toBe('both')
      const failing = one.exclusively('a', async () => {
        throw new Error('ours')
      })
      await expect(failing).rejects.toThrow('ours')
      expect(await one.exclusively('a', async () => 'free')).toBe('free')
    })
  })
}
