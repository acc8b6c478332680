import type { ReplySurface, ReplyView, SurfaceFault } from '#core/delivery/surface.ts'
import { SurfaceError } from '#core/delivery/surface.ts'
import { createDialogue, type Dialogue, type Meanwhile } from '#core/dialogue/dialogue.ts'
import { writeErrand } from '#core/dialogue/errand.ts'
import type { PastMessage, Question } from '#core/dialogue/question.ts'
import type { Stage } from '#core/dialogue/stage.ts'
import { systemPrompt } from '#core/dialogue/system-prompt.ts'
import type { LanguageModel, ModelEvent, Prompt } from '#core/model/model.ts'
import type { AccessLists } from '#core/safety/access.ts'
import type { Budgets } from '#core/safety/budgets.ts'
import { ShownReplies } from '#core/store/shown-replies.ts'
import { openSqliteStore, type SqliteStore } from '#core/store/sqlite-store.ts'
import { Transcripts } from '#core/store/transcripts.ts'
import { LocalAnnouncements } from '#core/turns/announcements.ts'
import type { Claim } from '#core/turns/inbox.ts'
import { SqliteInbox } from '#core/turns/sqlite-inbox.ts'
import { quietLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'

/** What a reader sees of one reply. */
export interface Screen {
  readonly place: unknown
  parts: readonly string[]
  finished: boolean
  /** Ids it was opened with. */
  readonly continued: readonly string[]
  working: boolean
}

type Script = (prompt: Prompt, signal: AbortSignal) => AsyncIterable<ModelEvent>

/** The dialogue with everything around it played by the test: a stage of plain screens and a model that reads a script. */
export class Theatre {
  readonly clock = new VirtualClock(1_000_000)
  readonly store: SqliteStore = openSqliteStore('memory:', quietLog)
  readonly inbox = new SqliteInbox(this.store.database, this.clock)
  readonly announcements = new LocalAnnouncements()
  readonly transcripts = new Transcripts(this.store.keyv('transcript'), this.store.keyv('window'))
  readonly shownReplies = new ShownReplies(this.store.keyv('shown'))
  readonly screens: Screen[] = []
  readonly prompts: Prompt[] = []
  readonly opened: { readonly reply: string }[] = []
  past: readonly PastMessage[] = []
  pastAsked = 0
  /** Fetching it takes as long as this. */
  onPast: () => Promise<void> = async () => {}
  surfaceFault: SurfaceFault | undefined
  /** A write on its way to the platform, which nobody can call back. */
  onWrite: () => Promise<void> = async () => {}
  /** Before the part of this number is written, from 0. */
  onPart: (part: number) => Promise<void> = async () => {}
  /** What happens once a reader sees a reply whole, before anybody else hears of it. */
  onWhole: (reply: string) => Promise<void> = async () => {}
  script: Script = (prompt) => saying(`you said: ${prompt.turns.at(-1)?.content}`)
  /** Of the experiment that runs. */
  arm: string | undefined
  contextTokens = 10_000
  meanwhile: Meanwhile | undefined
  budgets: Pick<Budgets, 'spend'> | undefined
  access: AccessLists | undefined
  bestOf: number | undefined
  /** How many answers the model might draw, a number a prompt. */
  readonly askedBestOf: (number | undefined)[] = []
  dialogue: Dialogue = this.open()
  #messages = 0

  /** A further process on the same store. */
  open(): Dialogue {
    const { clock, inbox, announcements, transcripts, shownReplies, meanwhile, budgets, access } = this
    const model: LanguageModel = {
      label: 'script',
      stream: (prompt, { signal, onArm, bestOf }) => {
        this.askedBestOf.push(bestOf)
        this.prompts.push(prompt)
        if (this.arm !== undefined) onArm?.(this.arm)
        return this.script(prompt, signal)
      },
    }
    return createDialogue({
      ...{ clock, inbox, announcements, transcripts, shownReplies, meanwhile, budgets, access, model },
      sampling: { temperature: 0.5 },
      bestOf: this.bestOf,
      systemPrompt: systemPrompt('be kind'),
      contextTokens: this.contextTokens,
      stage: async () => this.#stage(),
      log: quietLog,
    })
  }

  /** Ask and let everything settle. */
  async ask(id: string, text: string, more: Partial<Question> = {}): Promise<'accepted' | 'duplicate'> {
    const result = await this.dialogue.accept(this.question(id, text, more))
    await this.clock.advance(10_000)
    return result
  }

  question(id: string, text: string, more: Partial<Question> = {}): Question {
    return {
      id,
      thread: { platform: 'test', workspace: 'w', channel: 'c', root: 'r' },
      speaker: { id: 'U1', name: 'Alice' },
      text,
      sentAt: Number(id),
      place: { id },
      ...more,
    }
  }

  /** What the inbox holds of a question. */
  body(id: string, text: string): string {
    return writeErrand({ kind: 'question', question: this.question(id, text) })
  }

  get visible(): readonly string[] {
    return this.screens.map(({ parts }) => parts.join(''))
  }

  /** Claims as a process that then dies does. */
  async claimAndDie(): Promise<Claim> {
    const claim = await this.inbox.claim()
    if (claim === undefined) throw new Error('there is nothing to claim')
    return claim
  }

  #stage(): Stage {
    return {
      open: (place, shown, reply) => {
        this.opened.push({ reply })
        return this.#surface(place, shown, reply)
      },
      past: async () => {
        this.pastAsked += 1
        await this.onPast()
        return this.past
      },
    }
  }

  #surface(place: unknown, continued: readonly string[], reply: string): ReplySurface {
    const screen: Screen = { place, parts: [], finished: false, continued, working: false }
    const ids = [...continued]
    this.screens.push(screen)
    return {
      limit: { unit: 'utf16', size: 2_000 },
      account: undefined,
      working: async (signal) => {
        screen.working = true
        signal.addEventListener('abort', () => {
          screen.working = false
        })
      },
      refer: (message) => ({ platform: 'test', workspace: 'w', channel: 'c', message }),
      show: async ({ parts, finished }: ReplyView, _signal, onMessages) => {
        if (this.surfaceFault) throw new SurfaceError(this.surfaceFault, 'scripted')
        await this.onWrite()
        Object.assign(screen, { parts, finished })
        while (ids.length < parts.length) {
          await this.onPart(ids.length)
          ids.push(`m${this.#messages++}`)
          await onMessages?.(ids.slice())
        }
        if (finished) await this.onWhole(reply)
        return ids.slice(0, parts.length)
      },
    }
  }
}

export async function* saying(text: string, finish: 'stop' | 'length' = 'stop'): AsyncIterable<ModelEvent> {
  for (const delta of text.match(/.{1,8}/gsu) ?? []) yield { type: 'text', delta }
  yield {
    type: 'done',
    finish,
    model: 'script-1',
    usage: { inputTokens: 1, outputTokens: 2, cachedTokens: 0 },
  }
}
