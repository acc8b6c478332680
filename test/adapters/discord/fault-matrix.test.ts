import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LanguageModel, ModelEvent } from '#core/model/model.ts'
import { openSqliteStore, type SqliteStore } from '#core/store/sqlite-store.ts'
import { type AssistantMessage, Transcripts } from '#core/store/transcripts.ts'
import { threadKey } from '#core/thread.ts'
import type { Call, DiscordSimulator, Fault, SeenMessage } from '#test/platforms/discord/simulator.ts'
import { quietLog } from '#test/quiet-log.ts'
import { ScaledClock } from '#test/scaled-clock.ts'
import { type Running, run } from '#test/scenarios/running.ts'
import { until } from '#test/scenarios/scenarios.ts'
import { type DiscordWorld, discordWorld } from '#test/scenarios/worlds/discord.ts'
import { readReply } from './running.ts'

/** Pauses and limits end this many times sooner. No more: leases of turns are renewed in real time. */
const SPEED = 2.5
const WITHIN_MS = 25_000
const PATIENCE_MS = 30_000

/** Three messages' worth of words, none of them twice; two of them are there before the last write. */
const words = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, n) => `word${from + n} `).join('')
const PIECES = [words(0, 20), words(20, 440), words(440, 600).trim()]
const WHOLE = PIECES.join('')

/** What happens to the reply in this thread next. */
type Trouble = (simulator: DiscordSimulator, thread: string) => void

/** Meets the next write of this thread's reply, be it a post or an edit. */
const meeting =
  (fault: Fault): Trouble =>
  (simulator, thread) =>
    simulator.failNext((call) => isWrite(call, thread), fault)

const isWrite = ({ method, path }: Call, thread: string): boolean =>
  (method === 'POST' && path === `/channels/${thread}/messages`) ||
  (method === 'PATCH' && path.startsWith(`/channels/${thread}/messages/`))

/** A moderator deletes a message of the reply: the first or the last. */
const deleting =
  (which: 0 | -1): Trouble =>
  (simulator, thread) => {
    const isOwn = ({ authorId, type }: SeenMessage) => authorId === simulator.bot.id && type !== 21
    const message = simulator.messages(thread).filter(isOwn).at(which)
    if (message === undefined) throw new Error('there is nothing to delete')
    simulator.person('moderator').delete({ channelId: thread, messageId: message.id })
  }

const MOMENTS = ['first', 'middle', 'last'] as const

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'a 429 of our own': meeting({ kind: 'rateLimit', retryAfterMs: 60 }),
  'a 429 shared with others': meeting({ kind: 'rateLimit', retryAfterMs: 60, scope: 'shared' }),
  'a global 429': meeting({ kind: 'rateLimit', retryAfterMs: 60, scope: 'global' }),
  'a 500': meeting({ kind: 'error', status: 500, code: 0 }),
  'a reset before it took effect': meeting({ kind: 'reset', when: 'before' }),
  'a reset after it took effect': meeting({ kind: 'reset', when: 'after' }),
  'less room than Discord says': (simulator, thread) => simulator.limitContent(thread, 1_000),
  'the first message deleted': deleting(0),
  'the last message deleted': deleting(-1),
  'the thread archived': (simulator, thread) => simulator.archiveThread(thread),
  'the thread deleted': (simulator, thread) => simulator.deleteChannel(thread),
}

interface Played {
  readonly remembered: AssistantMessage | undefined
  /** One entry a message; none when the thread is gone. */
  readonly shown: readonly string[]
}

const cases = Object.keys(TROUBLES).flatMap((what) => MOMENTS.map((moment, at) => ({ what, moment, at })))

let folder: string
let world: DiscordWorld
let parley: Running
/** A second look at what Parley remembers. */
let store: SqliteStore
/** All at once, because most of the time they wait. */
let plays: ReadonlyMap<string, Promise<PromiseSettledResult<Played>>>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-discord-'))
  const file = `sqlite:${join(folder, 'parley.sqlite')}`
  const clock = new ScaledClock(SPEED)
  world = await discordWorld({ limitSpeed: SPEED }, clock)
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

test.each(cases.filter(({ what }) => what !== 'the thread deleted'))(
  'D1, D5: $what at the $moment write costs no word',
  async ({ what, moment }) => {
    const { remembered, shown } = await ended(what, moment)
    expect(remembered).toMatchObject({ outcome: 'answered', text: WHOLE })
    expect(shown.join(' ')).toBe(WHOLE)
  },
  PATIENCE_MS,
)

test.each(cases.filter(({ what }) => what === 'the thread deleted'))(
  'D5, T4: $what at the $moment write is on record as a reply that nobody saw',
  async ({ what, moment }) => {
    const { remembered } = await ended(what, moment)
    expect(remembered).toMatchObject({ outcome: 'failed', fault: 'undelivered:gone', text: WHOLE })
  },
  PATIENCE_MS,
)

test(
  'D3: no limit was ever run into but those that were ordered',
  async () => {
    await Promise.all(plays.values())
    const ordered = cases.filter(({ what }) => what.includes('429')).length
    expect(world.simulator.calls.filter(({ status }) => status === 429)).toHaveLength(ordered)
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
  const channel = simulator.channel(`room-${name}`)
  const { messageId: thread } = simulator.person('alice').mention(channel, name)
  const isOpen = () => simulator.threads().some(({ id }) => id === thread)
  const shown = () => (isOpen() ? readReply(simulator, thread) : [])
  // The sign of the typing opens the thread; the model says nothing yet.
  await simulator.until(isOpen, WITHIN_MS)
  // What is not there yet cannot be deleted: it is deleted right behind the first write then.
  const before = what.includes('message deleted') && at === 0 ? 1 : at
  for (const [piece] of PIECES.entries()) {
    if (piece === before) TROUBLES[what]?.(simulator, thread)
    say(name, piece)
    const soFar = PIECES.slice(0, piece + 1).join('')
    if (piece < before)
      await simulator.until(() => shown().join(' ').replaceAll(' ▌', '') === soFar.trim(), WITHIN_MS)
  }
  const root = { platform: 'discord', workspace: simulator.guild.id, channel: channel.id, root: thread }
  const transcripts = new Transcripts(store.keyv('transcript'), store.keyv('window'))
  const remembered = await until(
    async () => {
      const { messages } = await transcripts.window(threadKey(root))
      return messages.find((message) => message.role === 'assistant')
    },
    (message) => message !== undefined,
    WITHIN_MS,
  )
  return { remembered, shown: shown() }
}

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
        for (let at = 0; at < piece.length; at += 40) yield { type: 'text', delta: piece.slice(at, at + 40) }
      }
      yield { type: 'done', finish: 'stop', model: 'prompted-1' }
    },
  }
  return { model, say: (name: string, piece: number) => cuesOf(name)[piece]?.resolve() }
}
