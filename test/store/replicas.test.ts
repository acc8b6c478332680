/** Several replicas on one database: what one does at the same moment as another. */
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { Ledger } from '#core/feedback/ledger.ts'
import { type RankingRecord, Rankings } from '#core/feedback/rankings.ts'
import { Consents } from '#core/safety/consent.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { ShownReplies } from '#core/store/shown-replies.ts'
import { openStore, type Store } from '#core/store/store.ts'
import { freshDatabase, withoutPostgres } from '#test/postgres/shared.ts'
import { quietLog } from '#test/quiet-log.ts'

describe.skipIf(withoutPostgres)('replicas', () => {
  let stores: readonly Store[]
  beforeEach(async () => {
    const url = await freshDatabase()
    stores = await Promise.all([1, 2, 3].map(() => openStore(url, quietLog)))
  }, 60_000)
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()))
  })

  const person = { platform: 'slack', id: 'U1' }

  test('F4: that start together for the first time know people by the same names', async () => {
    const opened = await Promise.all(stores.map((store) => Pseudonyms.open(store.keyv('secrets'))))
    expect(new Set(opened.map((each) => each.of(person))).size).toBe(1)
  })

  test('S2: keep every choice of a person, and the last one counts', async () => {
    const consents = await Promise.all(
      stores.map(
        async (store) => new Consents(store.keyv('consent'), await Pseudonyms.open(store.keyv('secrets'))),
      ),
    )
    for (let at = 1; at <= 5; at += 1)
      await Promise.all(
        consents.map((each, nth) => each.set(person, nth === 0, 10 * at + (nth === 0 ? 1 : 0))),
      )
    const [first] = consents
    expect(await first?.of(person)).toMatchObject({ training: true })
    expect(await Array.fromAsync(first?.all() ?? [])).toMatchObject([{ asOf: 51 }])
    const turns = await Array.fromAsync(first?.export(person) ?? [])
    for (const [nth, turn] of turns.entries()) expect(turn.training).not.toBe(turns[nth + 1]?.training)
  })

  test('F6: count everybody who ranks the same task at once', async () => {
    const rankings = await Promise.all(
      stores.map(
        async (store) => new Rankings(store.keyv('rankings'), await Pseudonyms.open(store.keyv('secrets'))),
      ),
    )
    const record = (nth: number): RankingRecord => ({
      ...{ schema: 1, id: `000000000000${nth}-x`, at: nth, provenance: 'web', task: 't', rater: `p_${nth}` },
      ...{ displayed: ['a'], order: [['a']], allBad: false },
    })
    await Promise.all([...Array(12).keys()].map((nth) => rankings[nth % 3]?.put(record(nth))))
    expect(await rankings[0]?.ratersOf('t')).toHaveLength(12)
  })

  test('F3: record an emoji that reached a replica before another had remembered the reply', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const parts = await Promise.all(
      stores.map(async (store) => {
        const shown = new ShownReplies(store.keyv('shown'))
        const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
        return { shown, ledger: new Ledger({ events: store.keyv('ledger'), shown, pseudonyms }) }
      }),
    )
    const [writer, hearer] = parts
    if (writer === undefined || hearer === undefined) throw new Error('there are three')
    const message = { platform: 'slack', workspace: 'T1', channel: 'C1', message: '1.1' }
    const reaction = {
      id: 'a',
      kind: 'reaction_added',
      message,
      rater: 'U1',
      value: '+1',
      at: 1_000,
    } as const
    expect(await hearer.ledger.react(reaction)).toBe(false)
    const place = { thread: 'slack:T1:C1:1.0', platform: 'slack', place: {}, messages: ['1.1'] }
    await writer.shown.remember([message], 'r1', place)
    vi.advanceTimersByTime(2_000)
    vi.useRealTimers()
    await vi.waitFor(
      async () => expect(await Array.fromAsync(writer.ledger.events())).toHaveLength(1),
      10_000,
    )
  })
})
