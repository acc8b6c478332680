import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Consents } from '#core/safety/consent.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { quietLog } from '#test/quiet-log.ts'

const alice = { platform: 'web', id: 'u_alice' }
const bob = { platform: 'web', id: 'u_bob' }

async function opened() {
  const store = openSqliteStore('memory:', quietLog)
  const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
  const keyv = store.keyv('consent')
  return { keyv, pseudonyms, consents: new Consents(keyv, pseudonyms) }
}

test('S2: nobody consents until they do, and then they alone', async () => {
  const { consents, pseudonyms } = await opened()
  const allows = () => Promise.all([alice, bob].map((person) => consents.allows(pseudonyms.of(person))))
  expect(await allows()).toEqual([false, false])
  await consents.set(alice, true, 1)
  expect(await allows()).toEqual([true, false])
  expect(await consents.of(alice)).toEqual({ training: true, at: 1 })
})

test('S2: the same person on another platform, or in another installation, is asked again', async () => {
  const { consents, pseudonyms } = await opened()
  await consents.set(alice, true, 1)
  expect(await consents.allows(pseudonyms.of({ ...alice, platform: 'slack' }))).toBe(false)
  const elsewhere = await opened()
  expect(await elsewhere.consents.allows(elsewhere.pseudonyms.of(alice))).toBe(false)
})

test('S2: every withdrawal begins a new epoch; consent and repetition do not', async () => {
  const { consents } = await opened()
  await consents.set(alice, true, 1)
  expect(await consents.epoch()).toBe(0)
  await consents.set(alice, false, 2)
  await consents.set(alice, false, 3)
  expect(await consents.epoch()).toBe(1)
  await consents.set(bob, true, 4)
  await consents.erase(bob)
  expect(await consents.epoch()).toBe(2)
  expect(await consents.count(bob)).toBe(0)
})

test('S2: choices in any order, told once or twice, end in the newest; a tie is a no', async () => {
  const turns = fc.array(fc.record({ at: fc.nat(5), training: fc.boolean() }), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(turns, fc.boolean(), async (told, again) => {
      const { consents, pseudonyms } = await opened()
      for (const { training, at } of again ? [...told, ...told] : told)
        await consents.set(alice, training, at)
      const newest = Math.max(...told.map(({ at }) => at))
      const expected = told.every(({ at, training }) => at !== newest || training)
      expect(await consents.allows(pseudonyms.of(alice))).toBe(expected)
    }),
    { numRuns: 60 },
  )
})

test('S3: the record holds no id, is shown with its times, and goes with the person', async () => {
  const { consents, keyv } = await opened()
  await consents.set(alice, true, 1)
  await consents.set(alice, false, 2)
  const rows = await Array.fromAsync(keyv.iterator?.() ?? [])
  expect(JSON.stringify(rows)).not.toContain(alice.id)
  expect(await Array.fromAsync(consents.export(alice))).toEqual([
    { training: true, at: 1 },
    { training: false, at: 2 },
  ])
  expect(await consents.erase(alice)).toBe(2)
  expect(await consents.erase(alice)).toBe(0)
  expect(await Array.fromAsync(consents.all())).toEqual([])
})
