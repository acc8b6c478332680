/** What every way of telling other replicas promises (rules T5, T6), on both stores. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '#core/clock.ts'
import { openStore, type Store } from '#core/store/store.ts'
import { ANSWER_MS, type Announcements, type Heard, MOST_BYTES } from '#core/turns/announcements.ts'
import { openAnnouncements } from '#core/turns/open-announcements.ts'
import { freshDatabase, withoutPostgres } from '#test/postgres/shared.ts'
import { quietLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'

/** Two who listen: replicas of their own, or two parts of one process. */
interface Under {
  readonly one: Announcements
  readonly other: Announcements
  readonly stores: readonly Store[]
}

describe('on SQLite', () =>
  contract(async () => {
    const store = await openStore('memory:', quietLog)
    const both = openAnnouncements(store, systemClock, quietLog)
    return { one: both, other: both, stores: [store] }
  }))

describe.skipIf(withoutPostgres)('on PostgreSQL', () => {
  contract(onPostgres)

  test('T5: nobody says yes: the answer is no, when the time for one is over', async () => {
    const { stores } = await onPostgres()
    const clock = new VirtualClock(0)
    const [store] = stores
    if (store === undefined) throw new Error('there are two')
    const asking = openAnnouncements(store, clock, quietLog).ask('is it yours?')
    const answers: boolean[] = []
    void asking.then((answer) => answers.push(answer))
    await clock.advance(ANSWER_MS - 1)
    expect(answers).toEqual([])
    await clock.advance(1)
    expect(await asking).toBe(false)
    await closed(stores)
  })

  test('S6: what others say on the same channel is passed over', async () => {
    const { one, other, stores } = await onPostgres()
    const heard: string[] = []
    const end = await listening(other, one, (said) => heard.push(said) > 0)
    const [store] = stores
    if (store?.kind !== 'postgres') throw new Error('it is a database')
    for (const odd of ['', 'no JSON', '{}', '[]', 'null', '{"said":1}', '{"yes":"nobody"}'])
      await store.postgres.rows('SELECT pg_notify($1, $2)', ['parley_announcements', odd])
    await one.tell('the last')
    await vi.waitFor(() => expect(heard).toEqual(['the last']))
    end()
    await closed(stores)
  })

  test('T5: a connection that broke is made anew, and hears again', async () => {
    const { one, other, stores } = await onPostgres()
    const heard: string[] = []
    const end = await listening(other, one, (said) => heard.push(said) > 0)
    const [store] = stores
    if (store?.kind !== 'postgres') throw new Error('it is a database')
    const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE query LIKE 'LISTEN%' AND datname = current_database()`
    await store.postgres.rows(kill)
    await vi.waitFor(
      async () => {
        await one.tell('again')
        expect(heard).toContain('again')
      },
      { timeout: 10_000, interval: 200 },
    )
    end()
    await closed(stores)
  }, 20_000)
})

async function onPostgres(): Promise<Under> {
  const url = await freshDatabase()
  const stores = [await openStore(url, quietLog), await openStore(url, quietLog)]
  const [one, other] = stores.map((store) => openAnnouncements(store, systemClock, quietLog))
  if (one === undefined || other === undefined) throw new Error('there are two')
  return { one, other, stores }
}

const closed = (stores: readonly Store[]) => Promise.all(stores.map((store) => store.close()))

/** Listening begins soon after it was asked for: resolves once it has. */
async function listening(who: Announcements, teller: Announcements, heard: Heard): Promise<() => void> {
  let begun = false
  const end = who.listen((said) => {
    if (said !== TRIAL) return heard(said)
    begun = true
    return false
  })
  await vi.waitFor(
    async () => {
      await teller.tell(TRIAL)
      expect(begun).toBe(true)
    },
    { timeout: 10_000 },
  )
  return end
}

const TRIAL = 'does anybody hear?'

function contract(open: () => Promise<Under>): void {
  let under: Under
  let ends: (() => void)[]
  beforeAll(async () => {
    under = await open()
  }, 60_000)
  beforeEach(() => {
    ends = []
    return () => {
      for (const end of ends) end()
    }
  })
  afterAll(() => closed(under.stores))

  const hear = async (who: Announcements, heard: Heard = () => false) => {
    const all: string[] = []
    const answer: Heard = (said) => {
      all.push(said)
      return heard(said)
    }
    ends.push(await listening(who, under.one, answer))
    return all
  }

  test('T5: everybody who listens hears it once, in the order it was said, and so does who said it', async () => {
    const { one, other } = under
    const heard = [await hear(one), await hear(other)]
    for (const said of ['first', 'second', 'third']) await one.tell(said)
    const all = ['first', 'second', 'third']
    await vi.waitFor(() => expect(heard).toEqual([all, all]))
  })

  test('text of any kind comes as it was', async () => {
    const heard = await hear(under.other)
    const odd = `{"a":"ü👍'\\"$1; --\n\0"}${'"'.repeat(MOST_BYTES / 2 - 60)}`
    await under.one.tell(odd)
    await vi.waitFor(() => expect(heard).toEqual([odd]))
  })

  test('what is too long is refused, and does nothing', async () => {
    await expect(under.one.tell('x'.repeat(MOST_BYTES))).rejects.toThrow(/at most 7000/)
    await expect(under.one.ask('ü'.repeat(MOST_BYTES / 2))).rejects.toThrow(/at most 7000/)
  })

  test('T5: whoever asks hears yes from the one whose it is, wherever that is', async () => {
    const { one, other } = under
    await hear(one, (said) => said === 'the one’s')
    const heard = await hear(other, (said) => said === 'the other’s')
    expect(await one.ask('the other’s')).toBe(true)
    expect(await other.ask('the other’s')).toBe(true)
    expect(await other.ask('the one’s')).toBe(true)
    expect(heard).toEqual(['the other’s', 'the other’s', 'the one’s'])
  })

  test('T5: and no when it is nobody’s', async () => {
    const { one, other } = under
    await hear(one)
    await hear(other)
    expect(await one.ask('nobody’s')).toBe(false)
  })

  test('who has ended it hears no more', async () => {
    const heard = await hear(under.other)
    const others = await hear(under.one)
    ends[0]?.()
    await under.one.tell('too late')
    await vi.waitFor(() => expect(others).toEqual(['too late']))
    expect(heard).toEqual([])
  })
}
