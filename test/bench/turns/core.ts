/**
 * The core by itself, with a screen and a model that take no time: what a turn costs in the inbox, the transcripts and
 * the writer, so that growth is not hidden behind what HTTP costs. In this process; PostgreSQL has its own.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '#core/clock.ts'
import type { ReplySurface } from '#core/delivery/surface.ts'
import { createDialogue, type Dialogue } from '#core/dialogue/dialogue.ts'
import { systemPrompt } from '#core/dialogue/system-prompt.ts'
import { ShownReplies } from '#core/store/shown-replies.ts'
import { openStore, type Store } from '#core/store/store.ts'
import { Transcripts } from '#core/store/transcripts.ts'
import { type ThreadRef, threadKey } from '#core/thread.ts'
import type { Inbox } from '#core/turns/inbox.ts'
import { openAnnouncements } from '#core/turns/open-announcements.ts'
import { openInbox } from '#core/turns/open-inbox.ts'
import { quietLog } from '#test/quiet-log.ts'
import { median } from '../figures.ts'
import { copyThread, TEMPLATE } from './copies.ts'

/** About 480 bytes: a message of some sentences. */
const SAID = 'Some words that were said before. '.repeat(14)
/** A prompt holds about ten of those, so that every thread here has as long a prompt and only its past differs. */
const CONTEXT_TOKENS = 2_500
const MESSAGES_AT_ONCE = 500
/** Turns that make one cost. */
const TURNS = 100

export class Core {
  readonly #store: Store
  readonly #inbox: Inbox
  readonly #dialogue: Dialogue
  readonly #transcripts: Transcripts
  /** Who waits for the end of an answer. One question is asked at a time. */
  #ended = () => {}
  #asked = 0

  private constructor(store: Store) {
    this.#store = store
    this.#transcripts = new Transcripts(store.keyv('transcript'), store.keyv('window'))
    this.#inbox = openInbox(store, systemClock)
    const stage = { open: () => this.#screen(), past: async () => [] }
    this.#dialogue = createDialogue({
      transcripts: this.#transcripts,
      shownReplies: new ShownReplies(store.keyv('shown')),
      inbox: this.#inbox,
      announcements: openAnnouncements(store, systemClock, quietLog),
      model: {
        label: 'none',
        async *stream() {
          yield { type: 'text', delta: SAID }
          yield { type: 'done', finish: 'stop', model: 'none' }
        },
      },
      sampling: {},
      systemPrompt: systemPrompt(undefined),
      contextTokens: CONTEXT_TOKENS,
      stage: async () => stage,
      clock: systemClock,
      log: quietLog,
    })
    this.#dialogue.start()
  }

  static async open(url: string): Promise<Core> {
    return new Core(await openStore(url, quietLog))
  }

  async say(name: string, messages: number): Promise<void> {
    for (let first = 0; first < messages; first += MESSAGES_AT_ONCE)
      await this.#transcripts.append(
        threadKey(threadOf(name)),
        Array.from({ length: Math.min(MESSAGES_AT_ONCE, messages - first) }, (_, nth) => ({
          role: 'user' as const,
          id: `${name}-said-${first + nth}`,
          speaker: { id: 'U1', name: 'Alice' },
          text: SAID,
          at: first + nth,
        })),
      )
  }

  /** Threads called by their number, from 1: each a copy of one in which a question was asked and answered. */
  async haveThreads(threads: number): Promise<void> {
    await this.ask(TEMPLATE)
    while ((await this.#inbox.waiting()) > 0) await pause(1)
    await copyThread(this.#store, threads)
    // As a server does by itself after a while: it knows what it holds.
    if (this.#store.kind === 'postgres') await this.#store.postgres.rows('VACUUM ANALYZE')
  }

  /**
   * Milliseconds for a turn, in each of the threads in turns: of this process on SQLite, and of the clock on
   * PostgreSQL, where the most is done in a server of its own.
   */
  async costIn(names: readonly string[]): Promise<number> {
    const times: number[] = []
    const cpu = process.cpuUsage()
    for (let turn = 0; turn < TURNS; turn += 1) {
      const began = performance.now()
      await this.ask(names[turn % names.length] ?? '')
      times.push(performance.now() - began)
    }
    const { user, system } = process.cpuUsage(cpu)
    return this.#store.kind === 'sqlite' ? (user + system) / 1_000 / TURNS : median(times)
  }

  async ask(name: string): Promise<void> {
    this.#asked += 1
    const ended = new Promise<void>((resolve) => {
      this.#ended = resolve
    })
    await this.#dialogue.accept({
      id: `${name}-asked-${this.#asked}`,
      thread: threadOf(name),
      speaker: { id: 'U1', name: 'Alice' },
      text: SAID,
      sentAt: Date.now(),
      place: name,
    })
    await ended
  }

  async close(): Promise<void> {
    await this.#dialogue.drain(1_000)
    await this.#store.close()
  }

  #screen(): ReplySurface {
    const message = String(this.#asked)
    return {
      limit: { unit: 'utf8', size: 10_000 },
      account: undefined,
      working: async () => {},
      refer: () => ({ platform: 'bench', workspace: 'w', channel: 'c', message }),
      show: async ({ finished }) => {
        if (finished) this.#ended()
        return [message]
      },
    }
  }
}

const threadOf = (name: string): ThreadRef => ({
  platform: 'bench',
  workspace: 'w',
  channel: 'c',
  root: name,
})
