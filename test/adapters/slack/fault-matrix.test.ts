import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Accounts } from '#core/delivery/accounts.ts'
import type { LanguageModel, ModelEvent } from '#core/model/model.ts'
import { openSqliteStore, type SqliteStore } from '#core/store/sqlite-store.ts'
import { type AssistantMessage, Transcripts } from '#core/store/transcripts.ts'
import { threadKey } from '#core/thread.ts'
import type { Fault, SlackSimulator, VisibleMessage } from '#test/platforms/slack/simulator.ts'
import { quietLog } from '#test/quiet-log.ts'
import { ScaledClock } from '#test/scaled-clock.ts'
import { type Running, run } from '#test/scenarios/running.ts'
import { until } from '#test/scenarios/scenarios.ts'
import { type SlackWorld, slackWorld } from '#test/scenarios/worlds/slack.ts'

/** Pauses and limits end this many times sooner. No more: leases of turns are renewed in real time. */
const SPEED = 2.5
const WITHIN_MS = 25_000
const PATIENCE_MS = 30_000

/** Two messages' worth of words, none of them twice. */
const words = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, n) => `word${from + n} `).join('')
const PIECES = [words(0, 20), words(20, 40), words(40, 1_200), words(1_200, 1_400).trim()]
const WHOLE = PIECES.join('')
/** Where a message ends is no word. */
const wordsOf = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '')

/** Which piece the write brings: the first, one that lets a message grow, the one that ends the second message. */
const MOMENTS = [
  { moment: 'first', at: 0 },
  { moment: 'middle', at: 1 },
  { moment: 'last', at: 3 },
] as const

/** The call that writes at each of the moments. */
const WRITES = {
  stream: ['chat.startStream', 'chat.appendStream', '', 'chat.stopStream'],
  edit: ['chat.postMessage', 'chat.update', '', 'chat.update'],
} as const
type Mode = keyof typeof WRITES

interface Scene {
  readonly simulator: SlackSimulator
  readonly channel: string
  readonly root: string
  /** The call that writes next. */
  readonly method: string
  readonly ours: () => readonly VisibleMessage[]
}

type Trouble = (scene: Scene) => unknown

const meeting =
  (fault: Fault): Trouble =>
  ({ simulator, method, channel }) =>
    simulator.failNext(method, fault, channel)

const refusing = (error: string): Trouble => meeting({ kind: 'platform', error })

/** Whoever holds the token may delete our messages. */
const deleting =
  (which: 0 | -1): Trouble =>
  ({ simulator, channel, ours }) =>
    fetch(`${simulator.apiUrl}chat.delete`, {
      method: 'POST',
      headers: { authorization: `Bearer ${simulator.botToken}` },
      body: new URLSearchParams({ channel, ts: ours().at(which)?.ts ?? '' }),
    })

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'a 429': meeting({ kind: 'http', status: 429, headers: { 'retry-after': '1' } }),
  'a 500': meeting({ kind: 'http', status: 500 }),
  'a reset before it took effect': meeting({ kind: 'reset', when: 'before' }),
  'a reset after it took effect': meeting({ kind: 'reset', when: 'after' }),
  'the stream expired': ({ simulator, channel, root }) => simulator.endStreams(channel, root),
  'too long': refusing('msg_too_long'),
  'stopped by somebody else': refusing('stopped_by_user'),
  'a conflict of states': refusing('streaming_state_conflict'),
  'no stream, says Slack': refusing('message_not_in_streaming_state'),
  'nobody to stream to': refusing('missing_recipient_user_id'),
  'edits over': refusing('edit_window_closed'),
  'the first message deleted': deleting(0),
  'the last message deleted': deleting(-1),
  'the channel archived': ({ simulator, channel }) => simulator.archive(channel),
}

/** Where it makes no sense otherwise: what a kind of trouble happens to, and when. */
const ONLY: Readonly<Record<string, { readonly modes: readonly Mode[]; readonly ats: readonly number[] }>> = {
  'the stream expired': { modes: ['stream'], ats: [0, 1, 3] },
  'stopped by somebody else': { modes: ['stream'], ats: [1, 3] },
  'a conflict of states': { modes: ['stream', 'edit'], ats: [1, 3] },
  'no stream, says Slack': { modes: ['stream'], ats: [1, 3] },
  'nobody to stream to': { modes: ['stream'], ats: [0] },
  'edits over': { modes: ['edit'], ats: [1, 3] },
}
const NEEDS_A_MESSAGE = new Set([
  'the stream expired',
  'the first message deleted',
  'the last message deleted',
])

interface Played {
  readonly remembered: AssistantMessage | undefined
  readonly shown: readonly VisibleMessage[]
  readonly working: boolean
}

describe.each<Mode>(['stream', 'edit'])('by %s', (mode) => {
  const cases = Object.keys(TROUBLES)
    .flatMap((what) => MOMENTS.map((when) => ({ what, ...when })))
    .filter(({ what, at }) => {
      const only = ONLY[what]
      return only === undefined || (only.modes.includes(mode) && only.ats.includes(at))
    })

  let folder: string
  let world: SlackWorld
  let parley: Running
  /** A second look at what Parley remembers. */
  let store: SqliteStore
  /** All at once, because most of the time they wait. */
  let plays: ReadonlyMap<string, Promise<PromiseSettledResult<Played>>>

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parley-slack-'))
    const file = `sqlite:${join(folder, 'parley.sqlite')}`
    const clock = new ScaledClock(SPEED)
    // Room for every reply to be a stream, also after another one was refused: a busy machine may begin them all at once.
    const accounts = () => new Accounts(new ScaledClock(1_000_000))
    world = await slackWorld({ streaming: mode === 'stream', clock, accounts })
    const script = prompted()
    parley = await run([world], { model: script.model, store: file, clock })
    store = openSqliteStore(file, quietLog)
    plays = new Map(
      cases.map(({ what, moment, at }, index) => {
        const played = Promise.allSettled([play(`case-${index}`, what, at, script.say)])
        return [`${what} ${moment}`, played.then(([result]) => result)]
      }),
    )
  })

  afterAll(async () => {
    await parley.stop(1_000)
    await store.close()
    await world.close()
    rmSync(folder, { recursive: true })
  })

  test.each(cases.filter(({ what }) => what !== 'the channel archived'))(
    'D1, D5: $what at the $moment write costs no word',
    async ({ what, moment }) => {
      const { remembered, shown, working } = await ended(what, moment)
      expect(remembered).toMatchObject({ outcome: 'answered', text: WHOLE })
      expect(wordsOf(shown.map((message) => message.shown).join(' '))).toEqual(wordsOf(WHOLE))
      expect(shown.some(({ streaming }) => streaming)).toBe(false)
      // Only the last message carries what can be pressed, and no sign stays (rule D7).
      expect(shown.map(({ blocks }) => blocks.some(({ type }) => type === 'context_actions'))).toEqual(
        shown.map((_, at) => at === shown.length - 1),
      )
      expect(working).toBe(false)
    },
    PATIENCE_MS,
  )

  test.each(cases.filter(({ what }) => what === 'the channel archived'))(
    'D5, T4: $what at the $moment write is on record as a reply that nobody saw whole',
    async ({ what, moment }) => {
      const { remembered } = await ended(what, moment)
      expect(remembered).toMatchObject({ outcome: 'failed', fault: 'undelivered:gone', text: WHOLE })
    },
    PATIENCE_MS,
  )

  test(
    'every fault that was ordered was met',
    async () => {
      await Promise.all(plays.values())
      const met = world.simulator.calls.flatMap(({ outcome = '' }) => outcome)
      expect(met.filter((outcome) => outcome === 'http 429')).toHaveLength(3)
      expect(met.filter((outcome) => outcome === 'http 500')).toHaveLength(3)
      expect(met.filter((outcome) => outcome === 'reset after')).toHaveLength(3)
      expect(met.filter((outcome) => outcome === 'msg_too_long')).toHaveLength(3)
    },
    PATIENCE_MS,
  )

  async function ended(what: string, moment: string): Promise<Played> {
    const result = await plays.get(`${what} ${moment}`)
    if (result?.status === 'fulfilled') return result.value
    throw result?.reason
  }

  async function play(
    name: string,
    what: string,
    at: number,
    say: (name: string, piece: number) => void,
  ): Promise<Played> {
    const { simulator } = world
    const channel = simulator.channel(name)
    const { ts: root } = await simulator.person('alice').mention(channel, name)
    const ours = () => simulator.thread(channel, root).filter(({ user }) => user === simulator.bot.userId)
    const seen = () =>
      wordsOf(
        ours()
          .map(({ shown }) => shown)
          .join(' '),
      )
    // What is not there yet has no troubles: they come right behind the first write then.
    const before = NEEDS_A_MESSAGE.has(what) && at === 0 ? 1 : at
    for (const [piece] of PIECES.entries()) {
      const method = WRITES[mode][at] ?? ''
      if (piece === before) {
        await TROUBLES[what]?.({ simulator, channel, root, method, ours })
        await simulator.settled()
      }
      say(name, piece)
      const isLost = what === 'the channel archived' && piece >= before
      if (piece === PIECES.length - 1 || isLost) continue
      // The last word can be held back: it may still grow.
      const soFar = wordsOf(PIECES.slice(0, piece + 1).join('')).length - 1
      await simulator.until(() => seen().length >= soFar, WITHIN_MS)
    }
    const thread = threadKey({ platform: 'slack', workspace: simulator.team.id, channel, root })
    const transcripts = new Transcripts(store.keyv('transcript'), store.keyv('window'))
    const remembered = await until(
      async () => (await transcripts.window(thread)).messages.find((message) => message.role === 'assistant'),
      (message) => message !== undefined,
      WITHIN_MS,
    )
    return { remembered, shown: ours(), working: simulator.session(channel, root).status === 'processing' }
  }
})

/** A model that says each piece of each answer when it is told to. */
function prompted() {
  const cues = new Map<string, PromiseWithResolvers<void>[]>()
  const cuesOf = (name: string) => {
    const known = cues.get(name) ?? PIECES.map(() => Promise.withResolvers<void>())
    cues.set(name, known)
    return known
  }
  const model: LanguageModel = {
    label: 'prompted model',
    async *stream({ turns }): AsyncIterable<ModelEvent> {
      const name = /case-\d+/.exec(turns.at(-1)?.content ?? '')?.[0] ?? ''
      for (const [index, piece] of PIECES.entries()) {
        await cuesOf(name)[index]?.promise
        for (let at = 0; at < piece.length; at += 400)
          yield { type: 'text', delta: piece.slice(at, at + 400) }
      }
      yield { type: 'done', finish: 'stop', model: 'prompted-1' }
    },
  }
  return { model, say: (name: string, piece: number) => cuesOf(name)[piece]?.resolve() }
}
