import { DatabaseSync } from 'node:sqlite'
import { expect, test, vi } from 'vitest'
import { systemClock } from '#core/clock.ts'
import { SqliteAdapter, unsynced } from '#core/store/sqlite-adapter.ts'
import { SqliteInbox } from '#core/turns/sqlite-inbox.ts'

const NORMAL = 'PRAGMA synchronous = NORMAL'

function opened() {
  const database = new DatabaseSync(':memory:')
  database.exec('PRAGMA synchronous = FULL')
  const inbox = new SqliteInbox(database, systemClock)
  const exec = vi.spyOn(database, 'exec')
  /** Whether `work` waited for the disk. */
  const waits = async (work: () => Promise<unknown>): Promise<boolean> => {
    exec.mockClear()
    await work()
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
    return !exec.mock.calls.some(([sql]) => sql === NORMAL)
  }
  return { database, inbox, waits }
}

test('T1, T3: what is accepted and where it was shown waits for the disk, steps that are done again do not', async () => {
  const { inbox, waits } = opened()
  expect(await waits(() => inbox.put({ id: '1', thread: 't', sentAt: 1, body: 'q' }))).toBe(true)
  const claim = await inbox.claim()
  if (claim === undefined) throw new Error('nothing to claim')
  expect(await waits(() => inbox.note(claim, 'shown', true))).toBe(true)
  expect(await waits(() => inbox.note(claim, 'complete'))).toBe(false)
  expect(await waits(() => inbox.done(claim))).toBe(false)
})

test.each([
  ['transcript', false],
  ['shown', false],
  ['ledger', true],
  ['consent', true],
])('T3: writes to %s wait for the disk: %s', async (namespace, expected) => {
  const { database, waits } = opened()
  const adapter = new SqliteAdapter(database)
  adapter.namespace = namespace
  expect(await waits(() => adapter.setMany([{ key: 'k', value: 'v' }]))).toBe(expected)
})

test('T1: the disk is waited for again when a step failed', () => {
  const { database } = opened()
  const fail = () => {
    throw new Error('no')
  }
  expect(() => unsynced(database, fail)).toThrow('no')
  expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
})
