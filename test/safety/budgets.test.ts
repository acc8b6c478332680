import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Budgets, type Limits } from '#core/safety/budgets.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { openStore, type Store } from '#core/store/store.ts'
import { threadKey } from '#core/thread.ts'
import { freshDatabase, withoutPostgres } from '#test/postgres/shared.ts'
import { quietLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'

const NOON = Date.UTC(2026, 10, 23, 12)
const HOUR_MS = 3_600_000

const thread = (channel = 'c', workspace = 'w', platform = 'slack') =>
  threadKey({ platform, workspace, channel, root: 'r' })
const people = (...ids: readonly string[]) => ids.map((id) => ({ platform: 'slack', id }))

describe('on SQLite', () => behaviour(async () => [await openStore('memory:', quietLog)]))
describe.skipIf(withoutPostgres)('on PostgreSQL', () =>
  behaviour(async () => {
    const url = await freshDatabase()
    return Promise.all([openStore(url, quietLog), openStore(url, quietLog)])
  }),
)

/** @param open the stores of all replicas. */
function behaviour(open: () => Promise<readonly Store[]>): void {
  let stores: readonly Store[]
  beforeAll(async () => {
    stores = await open()
  }, 60_000)
  afterAll(() => Promise.all(stores.map((store) => store.close())))

  /** One for each replica, on counts of their own. */
  let tests = 0
  const budgets = async (limits: Limits, clock = new VirtualClock(NOON)) => {
    tests += 1
    const name = `budgets${tests}`
    const pseudonyms = await Promise.all(stores.map((store) => Pseudonyms.open(store.keyv('secrets'))))
    const all = stores.flatMap((store, nth) => {
      const known = pseudonyms[nth]
      return known === undefined
        ? []
        : [new Budgets({ limits, clock, pseudonyms: known, counts: store.keyv(name) })]
    })
    const [one] = all
    if (one === undefined) throw new Error('there is one at least')
    return { one, all, name }
  }

  test('S7: a person has so many answers a day, in whatever channel; others have theirs', async () => {
    const clock = new VirtualClock(NOON)
    const { one } = await budgets({ person: 2 }, clock)
    const asks = (channel: string, ...ids: readonly string[]) =>
      one.spend({ thread: thread(channel), people: people(...ids) })
    expect([await asks('a', 'U1'), await asks('b', 'U1')]).toEqual([undefined, undefined])
    expect(await asks('c', 'U1')).toEqual({ of: 'person', limit: 2 })
    expect(await asks('c', 'U2')).toBeUndefined()
    await clock.advance(12 * HOUR_MS - 1)
    expect(await asks('c', 'U1')).toEqual({ of: 'person', limit: 2 })
    await clock.advance(1)
    expect(await asks('c', 'U1')).toBeUndefined()
  })

  test('S7: an answer to several people is counted for each, and given while one of them has some left', async () => {
    const { one } = await budgets({ person: 1 })
    expect(await one.spend({ thread: thread(), people: people('U1', 'U1') })).toBeUndefined()
    expect(await one.spend({ thread: thread(), people: people('U1', 'U2') })).toBeUndefined()
    expect(await one.spend({ thread: thread(), people: people('U1', 'U2') })).toMatchObject({ of: 'person' })
  })

  test('S7: so have channels and workspaces; what is refused counts for nobody', async () => {
    const { one } = await budgets({ channel: 1, workspace: 2, person: 2 })
    const asks = (channel: string, workspace?: string) =>
      one.spend({ thread: thread(channel, workspace), people: people('U1') })
    expect(await asks('a')).toBeUndefined()
    expect(await asks('a')).toEqual({ of: 'channel', limit: 1 })
    expect(await asks('b')).toBeUndefined()
    expect(await asks('c')).toEqual({ of: 'workspace', limit: 2 })
    expect(await asks('c', 'another')).toEqual({ of: 'person', limit: 2 })
  })

  test('S7: of all that ask at once, on all replicas, as many as there are answers have one', async () => {
    const { all } = await budgets({ person: 5 })
    const asked = Array.from({ length: 12 }, (_, n) =>
      all[n % all.length]?.spend({ thread: thread(), people: people('U1') }),
    )
    const answers = await Promise.all(asked)
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(5)
  })

  test('S7: without limits nothing is counted', async () => {
    const { one, name } = await budgets({})
    for (let n = 0; n < 3; n += 1)
      expect(await one.spend({ thread: thread(), people: people('U1') })).toBeUndefined()
    expect(await Array.fromAsync(stores[0]?.keyv(name).iterator?.() ?? [])).toEqual([])
  })

  test('S3: what is counted names nobody', async () => {
    const { one, name } = await budgets({ person: 1, channel: 1, workspace: 1 })
    await one.spend({ thread: thread('C0CHANNEL', 'T0TEAM'), people: people('U0PERSON') })
    const kept = JSON.stringify(await Array.fromAsync(stores[0]?.keyv(name).iterator?.() ?? []))
    expect(JSON.parse(kept)).toHaveLength(3)
    expect(kept).not.toMatch(/C0CHANNEL|T0TEAM|U0PERSON/)
  })

  test('S7: in any order of askers nobody has more than their answers, and nobody is refused before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('U1', 'U2', 'U3'), { maxLength: 20 }),
        fc.integer({ min: 1, max: 4 }),
        async (askers, person) => {
          const { one } = await budgets({ person })
          const had = new Map<string, number>()
          for (const id of askers) {
            const before = had.get(id) ?? 0
            const refused = await one.spend({ thread: thread(), people: people(id) })
            expect(refused === undefined).toBe(before < person)
            if (refused === undefined) had.set(id, before + 1)
          }
        },
      ),
      { numRuns: 10 },
    )
  })
}
