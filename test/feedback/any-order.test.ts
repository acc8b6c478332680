/** Whatever a platform does to the order and the number of its deliveries, votes come to what it shows. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFAULT_EMOJI } from '#config/emoji.ts'
import { polarityFrom } from '#core/feedback/emoji.ts'
import { foldReply, type Polarity } from '#core/feedback/fold.ts'
import { Ledger } from '#core/feedback/ledger.ts'
import { recordedReaction } from '#core/feedback/recorded.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { ShownReplies } from '#core/store/shown-replies.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { quietLog } from '#test/quiet-log.ts'
import {
  ACTORS,
  type Action,
  discordUnderTest,
  EMOJI,
  type History,
  type PlatformUnderTest,
  type Put,
  slackUnderTest,
} from './platform-reactions.ts'

/** For each of the two platforms: 10,000 together. */
const INTERLEAVINGS = 5_000
/** The same through a store: it is the disk that is slow there. */
const STORED = 100
const MOST_ACTIONS = 12
/** Those of `ACTORS` that are no bots come first. */
const PEOPLE = 2

const polarityOf = polarityFrom([DEFAULT_EMOJI])

const emoji = fc.nat({ max: EMOJI.length - 1 })
const message = fc.nat({ max: 1 })
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constant('toggle' as const),
      actor: fc.nat({ max: ACTORS.length - 1 }),
      ...{ emoji, message },
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('clear' as const),
      emoji: fc.option(emoji, { nil: undefined }),
      message,
    }),
  },
)

/** What happened, and in what order it arrives: each at least once, some again. */
const interleaving = fc.array(action, { minLength: 1, maxLength: MOST_ACTIONS }).chain((actions) =>
  fc.record({
    actions: fc.constant(actions),
    repeated: fc.array(fc.nat({ max: actions.length - 1 }), { maxLength: 4 }),
    shuffle: fc.array(fc.integer(), { minLength: actions.length + 4, maxLength: actions.length + 4 }),
  }),
)

async function deliver(
  { deliveries }: History,
  { repeated, shuffle }: { readonly repeated: readonly number[]; readonly shuffle: readonly number[] },
): Promise<void> {
  const all = [...deliveries, ...repeated.flatMap((index) => deliveries[index] ?? [])]
  const order = all.map((delivery, index) => ({ delivery, at: shuffle[index] ?? 0 }))
  for (const { delivery } of order.toSorted((a, b) => a.at - b.at)) await delivery()
}

interface Expected {
  readonly value: Polarity
  readonly conflicted: boolean
}

/** What each person thinks, by what the platform shows in the end. */
function expected(final: readonly Put[], raters: readonly string[]): Map<string, Expected> {
  const people = Map.groupBy(
    final.filter(({ actor }) => actor < PEOPLE),
    ({ actor }) => raters[actor] ?? '',
  )
  return new Map(
    [...people].flatMap(([rater, puts]) => {
      const values = puts.map((put) => (put.emoji === '👎' ? -1 : put.emoji === '👀' ? 0 : 1)).filter(Boolean)
      const value = values.at(-1)
      return value === undefined
        ? []
        : [[rater, { value: value < 0 ? -1 : 1, conflicted: new Set(values).size > 1 }] as const]
    }),
  )
}

const platforms: readonly (readonly [string, () => PlatformUnderTest])[] = [
  ['Slack', slackUnderTest],
  ['Discord', discordUnderTest],
]

describe.each(platforms)('%s', (_, open) => {
  test(`F1, F2: in any order and any number, reactions come to what the platform shows (${INTERLEAVINGS})`, async () => {
    const platform = open()
    let voted = 0
    await fc.assert(
      fc.asyncProperty(interleaving, async ({ actions, ...arrival }) => {
        const history = platform.play(actions)
        await deliver(history, arrival)
        const about = { reply: 'r1', thread: `${platform.name}:T1:C1:1.0`, judged: undefined }
        const heard = await platform.heard()
        const events = heard.map((reaction) => recordedReaction(reaction, about, (rater) => rater))
        const votes = events.length === 0 ? [] : foldReply(events, polarityOf).votes
        const standing = votes.filter(({ value }) => value !== 0)
        expect(
          new Map(standing.map(({ rater, value, conflicted }) => [rater, { value, conflicted }] as const)),
        ).toEqual(expected(history.final, platform.ids))
        voted += standing.length
      }),
      { numRuns: INTERLEAVINGS },
    )
    // People did vote: the property is not about nothing.
    expect(voted).toBeGreaterThan(INTERLEAVINGS / 2)
  }, 60_000)

  test(`F1: the same when they are recorded and read again (${STORED})`, async () => {
    const platform = open()
    const store = openSqliteStore('memory:', quietLog)
    const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
    const raters = platform.ids.map((id) => pseudonyms.of({ platform: platform.name, id }))
    const place = { thread: 't', platform: platform.name, place: {}, messages: [] }
    await fc.assert(
      fc.asyncProperty(interleaving, fc.uuid(), async ({ actions, ...arrival }, run) => {
        const shown = new ShownReplies(store.keyv(`shown-${run}`))
        const ledger = new Ledger({ events: store.keyv(`ledger-${run}`), shown, pseudonyms })
        const history = platform.play(actions)
        await deliver(history, arrival)
        const heard = await platform.heard()
        const messages = heard.map((reaction) => reaction.message)
        // Half of them come before the reply is remembered, as those of quick people do.
        const early = Math.floor(heard.length / 2)
        for (const reaction of heard.slice(0, early)) await ledger.react(reaction)
        await shown.remember(messages, 'r1', place)
        for (const reaction of heard.slice(early)) await ledger.react(reaction)
        const events = await Array.fromAsync(ledger.events())
        expect(new Set(events.map(({ id }) => id)).size).toBe(new Set(heard.map(({ id }) => id)).size)
        const votes = events.length === 0 ? [] : foldReply(events, polarityOf).votes
        const standing = votes.filter(({ value }) => value !== 0)
        expect(
          new Map(standing.map(({ rater, value, conflicted }) => [rater, { value, conflicted }] as const)),
        ).toEqual(expected(history.final, raters))
      }),
      { numRuns: STORED },
    )
    await store.close()
  }, 60_000)
})
