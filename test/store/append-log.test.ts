import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { Keyv, type KeyvStorageEntry } from 'keyv'
import { expect, test } from 'vitest'
import { AppendLog } from '#core/store/append-log.ts'
import { SqliteAdapter } from '#core/store/sqlite-adapter.ts'
import { Transcripts, type UserMessage } from '#core/store/transcripts.ts'

/** A Keyv that counts the keys it is asked to touch. */
function counting() {
  const adapter = new CountingAdapter(new DatabaseSync(':memory:'))
  return { keyv: new Keyv({ store: adapter, namespace: 'x' }), counts: adapter.counts }
}

class CountingAdapter extends SqliteAdapter {
  readonly counts = { read: 0, written: 0 }

  override async get<Value>(key: string): Promise<Value | undefined> {
    this.counts.read += 1
    return super.get(key)
  }

  override async getMany<Value>(keys: string[]): Promise<(Value | undefined)[]> {
    this.counts.read += keys.length
    return super.getMany(keys)
  }

  override async setMany<Value>(entries: KeyvStorageEntry<Value>[]): Promise<boolean[]> {
    this.counts.written += entries.length
    return super.setMany(entries)
  }
}

const entries = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => ({ id: `m${from + n}`, text: `text ${from + n}` }))

test('any sequence of appends, with repetitions of what is recent, keeps each entry once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 30 }), async (steps) => {
      const log = new AppendLog<{ id: string; text: string }>(counting().keyv)
      let length = 0
      for (const [repeat, fresh] of steps) {
        await log.append('list', entries(Math.max(0, length - repeat), length + fresh))
        length += fresh
      }
      expect(await log.from('list', 0)).toEqual(entries(0, length))
      expect(await log.length('list')).toBe(length)
    }),
    { numRuns: 50 },
  )
})

test('C5: an append and a window touch as many keys in a long list as in a short one', async () => {
  const { keyv, counts } = counting()
  const log = new AppendLog<{ id: string; text: string }>(keyv)
  const cost = async (length: number) => {
    const before = { ...counts }
    await log.append('list', entries(length, length + 1))
    await log.from('list', length - 40)
    return { read: counts.read - before.read, written: counts.written - before.written }
  }
  await log.append('list', entries(0, 50))
  const short = await cost(50)
  await log.append('list', entries(51, 10_000))
  expect(await cost(10_000)).toEqual(short)
})

test('an entry can be found by its id, and another put into its place', async () => {
  const log = new AppendLog<{ id: string; text: string }>(counting().keyv)
  await log.append('list', entries(0, 3))
  expect(await log.placeOf('list', 'm1')).toBe(1)
  expect(await log.replace('list', 'm1', { id: 'new', text: 'other' })).toBe(true)
  expect(await log.replace('list', 'm7', { id: 'x', text: '' })).toBe(false)
  expect(await log.from('list', 0)).toEqual([
    entries(0, 1)[0],
    { id: 'new', text: 'other' },
    entries(2, 3)[0],
  ])
  expect([await log.placeOf('list', 'm1'), await log.placeOf('list', 'new')]).toEqual([1, 1])
  await log.append('list', [{ id: 'm1', text: 'again' }])
  expect(await log.length('list')).toBe(3)
})

test('a list can be forgotten', async () => {
  const { keyv } = counting()
  const log = new AppendLog(keyv)
  await log.append('list', entries(0, 1_200))
  await log.forget('list')
  expect(await log.from('list', 0)).toEqual([])
  const left: unknown[] = []
  for await (const entry of keyv.iterator()) left.push(entry)
  expect(left).toEqual([])
})

test('C2: a window begins where it was last moved to', async () => {
  const { keyv } = counting()
  const transcripts = new Transcripts(keyv, counting().keyv)
  const message = (n: number): UserMessage => ({
    role: 'user',
    id: `m${n}`,
    speaker: { id: 'U1', name: 'Alice' },
    text: `text ${n}`,
    at: n,
  })
  expect(await transcripts.isEmpty('thread')).toBe(true)
  await transcripts.append('thread', [message(0), message(1), message(2)])
  await transcripts.startWindowAt('thread', 2)
  expect(await transcripts.window('thread')).toEqual({ first: 2, messages: [message(2)] })
})
