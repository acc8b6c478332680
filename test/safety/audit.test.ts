import { afterEach, expect, test } from 'vitest'
import { Audit, audited } from '#core/safety/audit.ts'
import type { PrivacyDesk } from '#core/safety/privacy-desk.ts'
import { openSqliteStore, type SqliteStore } from '#core/store/sqlite-store.ts'
import { everythingKept } from '#test/everything-kept.ts'
import { quietLog } from '#test/quiet-log.ts'

const ALICE = { platform: 'slack', id: 'U1ALICE' }
const pseudonyms = { of: () => 'p_alice' }

let store: SqliteStore
afterEach(() => store.close())

function open(desk: Partial<PrivacyDesk> = {}) {
  store = openSqliteStore('memory:', quietLog)
  const done: string[] = []
  const plain: PrivacyDesk = {
    view: async () => ({ consent: { training: false, since: undefined }, kept: [] }),
    export: async function* () {
      done.push('export')
      yield 'a\n'
    },
    erase: async () => done.push('erase'),
    consent: async (_, training) => void done.push(`consent ${training}`),
    ...desk,
  }
  const audit = new Audit(store.keyv('audit'))
  return { done, audit, privacy: audited(plain, { audit, pseudonyms, by: 'person', now: () => 4 }) }
}

test('S3: what is done with a person is told with the time, who did it and a pseudonym, and with nothing else', async () => {
  const { audit, privacy, done } = open()
  await privacy.consent(ALICE, true, 1)
  await privacy.consent(ALICE, false, 2)
  expect(await privacy.erase(ALICE, 3)).toBe(3)
  expect(await Array.fromAsync(privacy.export(ALICE))).toEqual(['a\n'])
  await privacy.view(ALICE)
  expect(done).toEqual(['consent true', 'consent false', 'erase', 'export'])
  const of = { schema: 1, by: 'person', about: 'p_alice' }
  expect(await audit.all()).toEqual([
    { ...of, at: 1, action: 'consent given' },
    { ...of, at: 2, action: 'consent withdrawn' },
    { ...of, at: 3, action: 'erased' },
    { ...of, at: 4, action: 'exported' },
  ])
  expect(everythingKept(store.database)).not.toContain('ALICE')
})

test('what failed is told as that, behind what was begun', async () => {
  const { audit, privacy } = open({
    erase: async () => {
      throw new Error('no disk')
    },
  })
  await expect(privacy.erase(ALICE, 3)).rejects.toThrow('no disk')
  expect((await audit.all()).map(({ action, failed }) => [action, failed])).toEqual([
    ['erased', undefined],
    ['erased', true],
  ])
})

test('what cannot be told is not done', async () => {
  const { audit, privacy, done } = open()
  audit.add = async () => {
    throw new Error('the store is down')
  }
  await expect(privacy.erase(ALICE, 3)).rejects.toThrow('the store is down')
  await expect(privacy.consent(ALICE, true, 3)).rejects.toThrow('the store is down')
  await expect(Array.fromAsync(privacy.export(ALICE))).rejects.toThrow('the store is down')
  expect(done).toEqual([])
})

test('entries of one moment stand beside each other, none in the place of another', async () => {
  const { audit } = open()
  for (let nth = 0; nth < 20; nth += 1) await audit.add({ at: 7, action: 'dataset built', by: 'operator' })
  expect(await audit.all()).toHaveLength(20)
})
