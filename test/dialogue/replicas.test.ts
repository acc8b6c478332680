/**
 * Several replicas on one store: what people ask for reaches the one that writes, whichever heard it (rules T2, T5,
 * T6). On a file there is one process, and its parts hear each other as replicas do.
 */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '#core/clock.ts'
import type { ReplySurface } from '#core/delivery/surface.ts'
import { createDialogue, type Dialogue, type Meanwhile } from '#core/dialogue/dialogue.ts'
import type { Question } from '#core/dialogue/question.ts'
import { systemPrompt } from '#core/dialogue/system-prompt.ts'
import { ShownReplies } from '#core/store/shown-replies.ts'
import { openStore, type Store } from '#core/store/store.ts'
import { Transcripts } from '#core/store/transcripts.ts'
import { type ThreadRef, threadKey } from '#core/thread.ts'
import { type Announcements, LocalAnnouncements } from '#core/turns/announcements.ts'
import { openAnnouncements } from '#core/turns/open-announcements.ts'
import { openInbox } from '#core/turns/open-inbox.ts'
import { untilListening } from '#test/postgres/listeners.ts'
import { freshDatabase, withoutPostgres } from '#test/postgres/shared.ts'
import { quietLog } from '#test/quiet-log.ts'

const THREAD: ThreadRef = { platform: 'test', workspace: 'w', channel: 'c', root: 'r' }
/** Of our own patience with a busy machine; what is waited for comes by itself. */
const PATIENCE = { timeout: 10_000 }

/** What one replica does. */
interface Replica {
  readonly dialogue: Dialogue
  readonly store: Store
  /** What its model still writes. */
  readonly streams: Set<AbortSignal>
  /** The replies that it has begun. */
  readonly opened: string[]
  /** How many words its model has said. */
  words: number
  /** What it shows, by reply. */
  readonly shown: Map<string, { text: string; finished: boolean }>
  /** What happens once a reader sees a reply whole, before anybody else hears of it. */
  onWhole: (reply: string) => Promise<void>
}

let replicas: readonly Replica[] = []
/** Resolves once they hear each other. */
let ready = async () => {}
afterEach(async () => {
  ready = async () => {}
  await Promise.all(replicas.map(({ dialogue }) => dialogue.drain(0)))
  await Promise.all([...new Set(replicas.map(({ store }) => store))].map((store) => store.close()))
})

function replica(store: Store, announcements: Announcements, meanwhile?: Meanwhile): Replica {
  const shown = new Map<string, { text: string; finished: boolean }>()
  const one = {
    ...{ words: 0, streams: new Set<AbortSignal>(), opened: [] as string[] },
    onWhole: async (_reply: string) => {},
  }
  const surface = (reply: string): ReplySurface => ({
    limit: { unit: 'utf16', size: 2_000 },
    account: undefined,
    working: async () => {},
    refer: (message) => ({ platform: 'test', workspace: 'w', channel: 'c', message }),
    show: async ({ parts, finished }) => {
      shown.set(reply, { text: parts.join(''), finished })
      if (finished) await one.onWhole(reply)
      return parts.map((_, nth) => `${reply}-${nth}`)
    },
  })
  const dialogue = createDialogue({
    ...{ announcements, meanwhile, clock: systemClock, log: quietLog },
    transcripts: new Transcripts(store.keyv('transcript'), store.keyv('window')),
    shownReplies: new ShownReplies(store.keyv('shown')),
    inbox: openInbox(store, systemClock),
    model: {
      label: 'endless',
      // Writes until it is stopped, when it is asked for everything; says nothing at all when it is asked to think.
      async *stream({ turns }, { signal }) {
        const asked = turns.at(-1)?.content ?? ''
        if (asked.endsWith('everything') || asked.endsWith('think')) {
          one.streams.add(signal)
          try {
            while (true) {
              await systemClock.sleep(5, signal)
              if (asked.endsWith('think')) continue
              one.words += 1
              yield { type: 'text', delta: `word${one.words} ` }
            }
          } finally {
            one.streams.delete(signal)
          }
        }
        yield { type: 'text', delta: 'you said: ' }
        await systemClock.sleep(50, signal)
        yield { type: 'text', delta: asked }
        yield { type: 'done', finish: 'stop', model: 'endless' }
      },
    },
    sampling: {},
    systemPrompt: systemPrompt(undefined),
    contextTokens: 10_000,
    stage: async () => ({
      open: (_place, _shown, reply) => {
        one.opened.push(reply)
        return surface(reply)
      },
      past: async () => [],
    }),
  })
  return Object.assign(one, { dialogue, store, shown })
}

const question = (id: string, text: string): Question => ({
  ...{ id, thread: THREAD, speaker: { id: 'U1', name: 'Alice' }, text, sentAt: Number(id), place: { id } },
})

describe('on SQLite', () =>
  behaviour(async (meanwhile) => {
    const store = await openStore('memory:', quietLog)
    const announcements = new LocalAnnouncements()
    return [replica(store, announcements, meanwhile), replica(store, announcements, meanwhile)]
  }))

describe.skipIf(withoutPostgres)('on PostgreSQL', () => {
  behaviour(async (meanwhile) => {
    const url = await freshDatabase()
    ready = () => untilListening(url, 2)
    const open = async () => {
      const store = await openStore(url, quietLog)
      return replica(store, openAnnouncements(store, systemClock, quietLog), meanwhile)
    }
    return [await open(), await open()]
  })
})

function behaviour(open: (meanwhile?: Meanwhile) => Promise<readonly Replica[]>): void {
  /** @returns the one that writes, the other one, and what is being written. */
  const begun = async (text: string, meanwhile?: Meanwhile) => {
    replicas = await open(meanwhile)
    for (const { dialogue } of replicas) dialogue.start()
    await ready()
    await replicas[0]?.dialogue.accept(question('1', text))
    const isWriting = ({ streams, words }: Replica) => streams.size > 0 && (words > 0 || text === 'think')
    const writer = await vi.waitUntil(() => replicas.find(isWriting), PATIENCE)
    const other = replicas.find((each) => each !== writer)
    if (other === undefined) throw new Error('there are two')
    return { writer, other }
  }
  const shown = () => replicas.flatMap((each) => [...each.shown.values()])
  /** The model says no more, and the reader is told. */
  const stopped = async (writer: Replica) => {
    await vi.waitFor(() => expect(writer.streams.size).toBe(0), PATIENCE)
    const { words } = writer
    await vi.waitFor(() => expect(shown()[0]).toMatchObject({ finished: true }), PATIENCE)
    expect(shown()[0]?.text).toMatch(/_Stopped\._$/)
    expect(writer.words).toBe(words)
  }
  const transcript = async ({ store }: Replica) => {
    const transcripts = new Transcripts(store.keyv('transcript'), store.keyv('window'))
    return (await transcripts.window(threadKey(THREAD))).messages
  }

  test.each(['thread', 'reply'] as const)(
    'T5: a stop by its %s at the one that does not write ends the model call, and says that it did',
    async (by) => {
      const { writer, other } = await begun('everything')
      await vi.waitFor(() => expect(writer.shown.size).toBe(1), PATIENCE)
      const [reply = ''] = writer.shown.keys()
      expect(await other.dialogue.stop(by === 'reply' ? { reply } : { thread: THREAD })).toBe(true)
      await stopped(writer)
      expect(shown()).toHaveLength(1)
      await vi.waitFor(async () => expect(await transcript(other)).toHaveLength(2), PATIENCE)
      expect((await transcript(other))[1]).toMatchObject({ id: reply, outcome: 'stopped' })
      expect(await other.dialogue.stop({ thread: THREAD }), 'there is nothing left to stop').toBe(false)
      expect(await other.dialogue.stop({ reply })).toBe(false)
      expect(await writer.dialogue.stop({ reply })).toBe(false)
    },
  )

  test.each(['thread', 'reply'] as const)('T5: by its %s, also before it shows a word', async (by) => {
    const { writer, other } = await begun('think')
    const [reply = ''] = writer.opened
    expect(await other.dialogue.stop(by === 'reply' ? { reply } : { thread: THREAD })).toBe(true)
    await stopped(writer)
  })

  test('T5: a stop of what nobody writes stops nothing', async () => {
    const { writer, other } = await begun('everything')
    expect(await other.dialogue.stop({ reply: 'nobody’s' })).toBe(false)
    expect(await other.dialogue.stop({ thread: { ...THREAD, root: 'another' } })).toBe(false)
    expect(writer.streams.size).toBe(1)
    expect([...writer.streams].map(({ aborted }) => aborted)).toEqual([false])
  })

  test('T5: another answer is asked for at the other one, before the first is remembered', async () => {
    replicas = await open()
    const outcomes: string[] = []
    for (const each of replicas) {
      const other = replicas.find((one) => one !== each)
      each.onWhole = async (reply) => {
        const press = { id: 'press', reply, by: { id: 'U1', name: 'Alice' }, at: 2 }
        if (outcomes.length === 0) outcomes.push((await other?.dialogue.regenerate(press)) ?? 'nobody')
      }
      each.dialogue.start()
    }
    const [first] = replicas
    // Two writes: where it is shown is remembered after the first one.
    await first?.dialogue.accept(question('1', 'hello there'))
    await vi.waitFor(async () => {
      const last = first === undefined ? undefined : (await transcript(first)).at(-1)
      expect(last).toMatchObject({ alternatives: [{ text: 'you said: Alice: hello there' }] })
    }, PATIENCE)
    expect(outcomes).toEqual(['accepted'])
  })

  test('T6: a question that is deleted at the other one stops its answer', async () => {
    const { writer, other } = await begun('everything')
    const message = { platform: 'test', workspace: 'w', channel: 'c', message: '1' }
    await other.dialogue.deleted({ question: '1', message, at: 1 })
    await vi.waitFor(() => expect(writer.streams.size).toBe(0), PATIENCE)
    await vi.waitFor(async () => expect((await transcript(other))[0]?.role).toBe('deleted'), PATIENCE)
  })

  test('T6: a question that is edited at the other one is answered anew', async () => {
    const { writer, other } = await begun('everything')
    await other.dialogue.edited({ question: '1', version: 'v1', text: 'the end', at: 1 })
    await vi.waitFor(() => expect(writer.streams.size).toBe(0), PATIENCE)
    await vi.waitFor(() => expect(shown().at(-1)?.text).toBe('you said: Alice: the end'), PATIENCE)
  })

  test('S3: a person who is erased at the other one stops the answer to them', async () => {
    const { writer, other } = await begun('everything')
    const personalData = await other.dialogue.personalData()
    await personalData.erase({ platform: 'test', id: 'U1' })
    await vi.waitFor(() => expect(writer.streams.size).toBe(0), PATIENCE)
    expect(JSON.stringify(await transcript(other))).not.toContain('Alice')
  })

  test('T2: with interrupt, a newer question at the other one is answered next', async () => {
    const { writer, other } = await begun('everything', 'interrupt')
    await other.dialogue.accept(question('2', 'the end'))
    await stopped(writer)
    await vi.waitFor(() => expect(shown()).toHaveLength(2), PATIENCE)
    await vi.waitFor(async () => expect(await transcript(other)).toHaveLength(4), PATIENCE)
    expect(await transcript(other)).toMatchObject([
      { id: '1' },
      { outcome: 'stopped' },
      { id: '2' },
      { outcome: 'answered', text: 'you said: Alice: the end' },
    ])
  })

  test('T2: without it, it waits', async () => {
    const { writer, other } = await begun('everything')
    await other.dialogue.accept(question('2', 'the end'))
    // Whatever the other one had told is heard by then: announcements keep their order.
    expect(await other.dialogue.stop({ reply: 'nobody’s' })).toBe(false)
    expect(writer.streams.size).toBe(1)
  })
}
