import type { Logger } from 'pino'
import { v7 as uuidv7 } from 'uuid'
import type { Clock } from '#core/clock.ts'
import { ReplyWriter } from '#core/delivery/reply-writer.ts'
import { type ReplySurface, SurfaceError, type Surfaces } from '#core/delivery/surface.ts'
import { explain } from '#core/model/explain.ts'
import type { LanguageModel, Sampling } from '#core/model/model.ts'
import type { ShownReplies } from '#core/store/shown-replies.ts'
import type { AssistantMessage, Message, Transcripts } from '#core/store/transcripts.ts'
import type { Claim, Inbox } from '#core/turns/inbox.ts'
import { type Completion, complete } from './completion.ts'
import { type Journal, readJournal } from './journal.ts'
import { NOTES, withNotes } from './notes.ts'
import { buildPrompt } from './prompt.ts'
import type { PastMessage, Question } from './question.ts'
import type { SystemPrompt } from './system-prompt.ts'
import { estimateTokens, fitWindow } from './window.ts'

/** What the dialogue needs of a platform: where replies are shown, and what was said before the assistant came. */
export interface Stage extends Surfaces {
  past(question: Question, signal: AbortSignal): Promise<readonly PastMessage[]>
}

export interface TurnDeps {
  readonly inbox: Inbox
  readonly transcripts: Transcripts
  readonly shownReplies: ShownReplies
  readonly model: LanguageModel
  readonly sampling: Sampling
  readonly systemPrompt: SystemPrompt
  readonly contextTokens: number
  /** @throws Error when no such platform is configured any more. */
  readonly stage: (platform: string) => Stage
  readonly clock: Clock
  readonly log: Logger
}

/** The model that answers when nothing else is set apart: experiments name their own. */
const DEFAULT_ARM = 'default'
/** A turn that failed this often by a fault of ours ends in an apology, so that it never blocks its thread (rule T4). */
const MAX_ATTEMPTS = 5

/**
 * Answer everything that waits in one thread with one reply (rules T1, T2, T4).
 *
 * Steps, each safe to repeat after a crash: remember the questions; ask the model while the reader watches; journal
 * the complete reply; show it whole; remember it.
 */
export async function answer(claim: Claim, signal: AbortSignal, deps: TurnDeps): Promise<void> {
  const { transcripts, clock, log } = deps
  const startedAt = clock.now()
  const turn = new Turn(claim, signal, deps)
  await turn.rememberQuestions()
  const message = await turn.reply()
  await transcripts.append(claim.thread, [message])
  const { outcome, fault, made } = message
  const about = {
    thread: claim.thread,
    reply: message.id,
    questions: claim.deliveries.length,
    outcome,
    fault,
  }
  log.info(
    { ...about, model: made?.model, characters: message.text.length, ms: clock.now() - startedAt },
    'turn ended',
  )
}

/** One claim being answered. */
class Turn {
  readonly #claim: Claim
  readonly #signal: AbortSignal
  readonly #deps: TurnDeps
  readonly #questions: readonly Question[]
  readonly #stage: Stage
  readonly #surface: ReplySurface
  /** The same as what the inbox holds, or newer by one step. */
  #journal: Journal

  constructor(claim: Claim, signal: AbortSignal, deps: TurnDeps) {
    this.#claim = claim
    this.#signal = signal
    this.#deps = deps
    this.#questions = claim.deliveries.map(({ body }) => JSON.parse(body) as Question)
    const newest = this.#questions.at(-1)
    if (newest === undefined) throw new Error(`turn ${claim.turn} has no questions`)
    this.#stage = deps.stage(newest.thread.platform)
    this.#journal = readJournal(claim.journal, uuidv7)
    this.#surface = this.#stage.open(newest.place, this.#journal.shown)
  }

  async rememberQuestions(): Promise<void> {
    const { transcripts } = this.#deps
    const first = this.#questions.find(({ hasPast }) => hasPast)
    const isNew = first !== undefined && (await transcripts.isEmpty(this.#claim.thread))
    const past = isNew ? await this.#past(first) : []
    await transcripts.append(this.#claim.thread, [...past, ...this.#questions.map(asMessage)])
  }

  /** @returns what belongs into the transcript; the reader has seen it by then, unless the thread is gone. */
  async reply(): Promise<AssistantMessage> {
    const surface = this.#surface
    const working = new AbortController()
    const writer = new ReplyWriter({
      surface,
      clock: this.#deps.clock,
      signal: this.#signal,
      onShown: (messages) => this.#rememberShown(messages),
    })
    try {
      if (this.#journal.complete === undefined)
        void surface.working(AbortSignal.any([working.signal, this.#signal]))
      const { message, visible } = this.#journal.complete ?? (await this.#compose(writer))
      await this.#note({ ...this.#journal, complete: { message, visible } })
      return await this.#showWhole(writer, message, visible)
    } finally {
      working.abort()
    }
  }

  /** Ask the model; the reader watches it write. */
  async #compose(writer: ReplyWriter): Promise<NonNullable<Journal['complete']>> {
    const { model, sampling, systemPrompt, clock } = this.#deps
    const base = { role: 'assistant', id: this.#journal.reply } as const
    if (this.#claim.attempt > MAX_ATTEMPTS) {
      const message: AssistantMessage = {
        ...base,
        at: clock.now(),
        text: '',
        outcome: 'failed',
        fault: 'ours',
      }
      return { message, visible: withNotes('', [NOTES.ourFault]) }
    }
    const { messages, range, notes, tooLong } = await this.#window()
    if (tooLong) {
      const message: AssistantMessage = { ...base, at: clock.now(), text: '', outcome: 'refused' }
      return { message, visible: withNotes('', [NOTES.tooLong]) }
    }
    const completion = await complete({
      model,
      prompt: buildPrompt(systemPrompt.text, messages),
      sampling,
      cacheKey: this.#claim.thread,
      signal: this.#signal,
      clock,
      onText: (delta) => writer.push(delta),
    })
    const at = clock.now()
    const visible = withNotes(completion.text, [...endingNotes(completion), ...notes])
    if (completion.ended === 'failed') {
      const { error, text } = completion
      this.#deps.log.warn({ err: error, thread: this.#claim.thread, kind: error.kind }, 'the model failed')
      return { message: { ...base, at, text, outcome: 'failed', fault: error.kind }, visible }
    }
    const { text, ended, model: made, usage } = completion
    const provenance = {
      model: made,
      promptVersion: systemPrompt.version,
      sampling: { ...sampling },
      arm: DEFAULT_ARM,
      prompt: range,
      ...(usage === undefined ? {} : { usage }),
    }
    return { message: { ...base, at, text, outcome: ended, made: provenance }, visible }
  }

  async #window() {
    const { transcripts, contextTokens, systemPrompt } = this.#deps
    const { first, messages } = await transcripts.window(this.#claim.thread)
    const { dropped, tooLong } = fitWindow(messages, contextTokens, estimateTokens(systemPrompt.text))
    if (dropped > 0) await transcripts.startWindowAt(this.#claim.thread, first + dropped)
    return {
      messages: messages.slice(dropped),
      range: { first: first + dropped, end: first + messages.length },
      notes: dropped > 0 ? [NOTES.windowMoved] : [],
      tooLong,
    }
  }

  async #showWhole(
    writer: ReplyWriter,
    message: AssistantMessage,
    visible: string,
  ): Promise<AssistantMessage> {
    try {
      await writer.finish(visible)
      return message
    } catch (error) {
      this.#signal.throwIfAborted()
      if (!(error instanceof SurfaceError)) throw error
      const about = { err: error, thread: this.#claim.thread, reply: message.id, fault: error.fault.kind }
      this.#deps.log.error(about, 'the reply could not be shown')
      return { ...message, outcome: 'failed', fault: `undelivered:${error.fault.kind}` }
    }
  }

  /** Written before the next write, so that a crash can lose at most the newest message id (rule T3). */
  async #rememberShown(messages: readonly string[]): Promise<void> {
    await this.#note({ ...this.#journal, shown: messages })
    await this.#deps.shownReplies.remember(
      messages.map((message) => this.#surface.refer(message)),
      { reply: this.#journal.reply, thread: this.#claim.thread },
    )
  }

  async #note(journal: Journal): Promise<void> {
    this.#journal = journal
    if (!(await this.#deps.inbox.note(this.#claim, JSON.stringify(journal))))
      throw new Error('another worker has taken this thread over')
  }

  async #past(question: Question): Promise<readonly Message[]> {
    const past = await this.#stage.past(question, this.#signal).catch((error: unknown) => {
      this.#signal.throwIfAborted()
      // Better an answer that knows only the question than none.
      this.#deps.log.warn(
        { err: error, thread: this.#claim.thread },
        'the earlier messages could not be fetched',
      )
      return []
    })
    const known = new Set(this.#questions.map(({ id }) => id))
    return past.filter(({ id }) => !known.has(id)).map((message) => asPast(message))
  }
}

const endingNotes = (completion: Completion): readonly string[] => {
  switch (completion.ended) {
    case 'failed':
      return [explain(completion.error)]
    case 'refused':
      return completion.text.trim() === '' ? [NOTES.filtered] : []
    case 'answered':
      return completion.cut ? [NOTES.cut] : []
  }
}

const asMessage = ({ id, speaker, text, sentAt }: Question): Message => ({
  role: 'user',
  id,
  speaker,
  text,
  at: sentAt,
})

const asPast = ({ id, speaker, own, text, sentAt }: PastMessage): Message =>
  own
    ? { role: 'assistant', id, text, at: sentAt, outcome: 'answered' }
    : { role: 'user', id, speaker, text, at: sentAt }
