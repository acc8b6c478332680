import { ReplyWriter } from '#core/delivery/reply-writer.ts'
import { type Control, type ReplySurface, SurfaceError } from '#core/delivery/surface.ts'
import { explain } from '#core/model/explain.ts'
import { estimateTokens } from '#core/model/tokens.ts'
import type { UsedUp } from '#core/safety/budgets.ts'
import type { AssistantMessage, Message, Provenance, UserMessage } from '#core/store/transcripts.ts'
import { LeaseLost } from '#core/turns/inbox.ts'
import type { Try } from '#core/turns/turn-loop.ts'
import { type Completion, complete } from './completion.ts'
import type { Journal } from './journal.ts'
import { NOTES, usedUpNote, withNotes } from './notes.ts'
import { buildPrompt } from './prompt.ts'
import type { Stage, TurnDeps } from './stage.ts'
import { fitWindow } from './window.ts'

/** One reply to be written: where, under which name, and to what. */
export interface ReplyTask {
  readonly claim: Try
  /** Aborts when the turn is no longer ours. */
  readonly signal: AbortSignal
  readonly stage: Stage
  readonly platform: string
  /** What the adapter stored with the question. */
  readonly place: unknown
  readonly journal: Journal
  /** The conversation that it answers. */
  readonly context: Context
  /** An answer that stands there, and stays when no other comes of this (rule T5). */
  readonly earlier?: AssistantMessage | undefined
}

/** The messages a prompt may hold, oldest first, and the place of the first in the transcript. */
export interface Context {
  readonly first: number
  readonly messages: readonly Message[]
}

type Composed = NonNullable<Journal['complete']>

/** The model that answers when nothing else is set apart: experiments name their own. */
const DEFAULT_ARM = 'default'
/** A turn that failed this often by a fault of ours ends in an apology, so that it never blocks its thread (rule T4). */
const MAX_FAILURES = 5
/** A process that is killed says nothing about what it was doing; but what takes it down each time must end as well. */
const MAX_ATTEMPTS = 25

/**
 * Writes one reply: the model is asked, the reader watches and may stop it, and at the end sees it whole. Safe to
 * repeat after a crash: what was complete is shown and not asked for again (rules T1, T3 to T5).
 *
 * @param questions ids of what it answers.
 * @returns what belongs into the transcript: the new reply, or the earlier one that stays. The reader has seen it by
 * then, unless the thread is gone.
 */
export async function writeReply(
  task: ReplyTask,
  questions: readonly string[],
  deps: TurnDeps,
): Promise<AssistantMessage> {
  const { clock, log, running } = deps
  const { thread } = task.claim
  const startedAt = clock.now()
  const stop = running.write(task.claim, task.journal.reply, questions)
  const message = await new ReplyInProgress(task, questions, stop, deps).write()
  const { id: reply, outcome, fault, made, text } = message
  const about = { thread, reply, questions: questions.length, outcome, fault, model: made?.model }
  log.info({ ...about, characters: text.length, ms: clock.now() - startedAt }, 'turn ended')
  return message
}

/** Made once: without a reason each abort makes an error with a stack. */
const OVER = new Error('the reply is over')

class ReplyInProgress {
  readonly #task: ReplyTask
  /** Ids of what it answers. */
  readonly #questions: readonly string[]
  /** Aborts when a person stops the reply. */
  readonly #stop: AbortSignal
  readonly #deps: TurnDeps
  readonly #surface: ReplySurface
  readonly #writer: ReplyWriter
  /** The same as what the inbox holds, or newer by one step. */
  #journal: Journal
  #arm = DEFAULT_ARM

  constructor(task: ReplyTask, questions: readonly string[], stop: AbortSignal, deps: TurnDeps) {
    const { stage, place, journal, signal } = task
    this.#task = task
    this.#questions = questions
    this.#stop = stop
    this.#deps = deps
    this.#journal = journal
    this.#surface = stage.open(place, journal.shown, journal.reply, task.claim.attempt > 1)
    this.#writer = new ReplyWriter({
      surface: this.#surface,
      clock: deps.clock,
      signal,
      onShown: (messages) => this.#rememberShown(messages, journal.reply),
    })
  }

  async write(): Promise<AssistantMessage> {
    const working = new AbortController()
    let sign = Promise.resolve()
    try {
      // The reply's name is on disk before anything can show it: what people press carries it (rules T1, T3).
      if (this.#task.claim.journal === undefined) await this.#note(this.#journal)
      if (this.#journal.complete === undefined)
        sign = this.#showWorking(AbortSignal.any([working.signal, this.#task.signal]))
      const composed = this.#journal.complete ?? (await this.#compose())
      const isNew = this.#journal.complete === undefined
      await this.#note({ ...this.#journal, ...(isNew && this.#further), complete: composed })
      return await this.#showWhole(composed)
    } catch (error) {
      working.abort(OVER)
      // Whoever goes on with this reply looks for what is there: nothing of ours may come after that (rules T1, T2).
      await Promise.all([this.#writer.leave(), sign])
      throw error
    } finally {
      working.abort(OVER)
    }
  }

  /** Beside the work: a missing sign costs nobody a word. Never rejects. */
  #showWorking(signal: AbortSignal): Promise<void> {
    return this.#surface.working(signal).catch((error: unknown) => {
      this.#deps.log.warn({ err: error, thread: this.#task.claim.thread }, 'no working sign')
    })
  }

  async #compose(): Promise<Composed> {
    const { claim, signal, context } = this.#task
    const { model, sampling, bestOf, systemPrompt, contextTokens, transcripts, clock } = this.#deps
    if (claim.failures >= MAX_FAILURES || claim.attempt > MAX_ATTEMPTS)
      return this.#unasked('failed', NOTES.ourFault, 'ours')

    if (this.#isBarred()) return this.#unasked('refused', NOTES.barred)
    const { dropped, tooLong } = fitWindow(context.messages, contextTokens, estimateTokens(systemPrompt.text))
    if (dropped > 0) await transcripts.startWindowAt(claim.thread, context.first + dropped)
    if (tooLong) return this.#unasked('refused', NOTES.tooLong)
    const usedUp = await this.#spend()
    if (usedUp !== undefined) return this.#unasked('refused', usedUpNote(usedUp))

    const completion = await complete({
      ...{ model, sampling, bestOf, signal, stop: this.#stop, clock, cacheKey: claim.thread },
      prompt: buildPrompt(systemPrompt.text, context.messages.slice(dropped)),
      onText: (delta) => this.#writer.push(delta),
      onArm: (arm) => {
        this.#arm = arm
      },
    })
    const notes = [...endingNotes(completion), ...(dropped > 0 ? [NOTES.windowMoved] : [])]
    const range = { first: context.first + dropped, end: context.first + context.messages.length }
    return this.#orEarlier(this.#messageOf(completion, range), notes)
  }

  /** Of several people who asked together one may: the others hear the answer as well (rule S7). */
  #isBarred(): boolean {
    const asked = this.#asked()
    return asked.length > 0 && asked.every(({ barred }) => barred)
  }

  /** What it answers, as it stands in the transcript. */
  #asked(): readonly UserMessage[] {
    return this.#task.context.messages.flatMap((message) =>
      message.role === 'user' && this.#questions.includes(message.id) ? [message] : [],
    )
  }

  /** Counted at the first attempt only: a crash of ours costs nobody an answer (rule S7). */
  async #spend(): Promise<UsedUp | undefined> {
    const { claim, platform } = this.#task
    if (claim.attempt > 1 || this.#stop.aborted) return undefined
    const people = this.#asked().map(({ speaker }) => ({ platform, id: speaker.id }))
    return this.#deps.budgets?.spend({ thread: claim.thread, people })
  }

  #orEarlier(message: AssistantMessage, notes: readonly string[]): Composed {
    const { earlier } = this.#task
    if (earlier === undefined || isAnAnswer(message))
      return { message, visible: withNotes(message.text, notes) }
    return { message: earlier, visible: withNotes(earlier.text, [NOTES.earlierKept, ...notes]) }
  }

  #unasked(outcome: 'failed' | 'refused', note: string, fault?: string): Composed {
    const base = { role: 'assistant', id: this.#journal.reply, at: this.#deps.clock.now(), text: '' } as const
    return this.#orEarlier({ ...base, outcome, ...(fault === undefined ? {} : { fault }) }, [note])
  }

  #messageOf(completion: Completion, prompt: Provenance['prompt']): AssistantMessage {
    const { systemPrompt, sampling, clock, log, model } = this.#deps
    const { text, ended: outcome } = completion
    const base = { role: 'assistant', id: this.#journal.reply, at: clock.now(), text, outcome } as const
    const made = { promptVersion: systemPrompt.version, sampling: { ...sampling }, arm: this.#arm, prompt }
    switch (completion.ended) {
      case 'failed': {
        const { error } = completion
        log.warn({ err: error, thread: this.#task.claim.thread, kind: error.kind }, 'the model failed')
        return { ...base, fault: error.kind }
      }
      case 'stopped':
        return { ...base, made: { ...made, model: model.label } }
      case 'answered':
      case 'refused': {
        const { usage, choice } = completion
        return {
          ...base,
          made: {
            ...{ ...made, model: completion.model },
            ...(usage === undefined ? {} : { usage }),
            ...(choice === undefined ? {} : { choice }),
          },
        }
      }
    }
  }

  async #showWhole({ message, visible }: Composed): Promise<AssistantMessage> {
    try {
      const isEarlier = message.id !== this.#journal.reply
      await this.#writer.finish(visible, isEarlier ? [] : controlsFor(message))
      if (isEarlier) await this.#giveBack(message, visible)
      return message
    } catch (error) {
      this.#task.signal.throwIfAborted()
      if (!(error instanceof SurfaceError)) throw error
      const about = {
        err: error,
        thread: this.#task.claim.thread,
        reply: message.id,
        fault: error.fault.kind,
      }
      this.#deps.log.error(about, 'the reply could not be shown')
      return { ...message, outcome: 'failed', fault: `undelivered:${error.fault.kind}` }
    }
  }

  /** What people press, and what they say of these messages, is about the earlier answer again. */
  async #giveBack(earlier: AssistantMessage, visible: string): Promise<void> {
    const { stage, place, signal } = this.#task
    const writer = new ReplyWriter({
      surface: stage.open(place, this.#journal.shown, earlier.id, false),
      clock: this.#deps.clock,
      signal,
      onShown: (messages) => this.#rememberShown(messages, earlier.id),
    })
    await writer.finish(visible, controlsFor(earlier))
  }

  /** Written before the next write, so that a crash can lose at most the newest message id (rule T3). */
  async #rememberShown(messages: readonly string[], reply: string): Promise<void> {
    const { claim, platform, place } = this.#task
    const isLonger = messages.length > this.#journal.shown.length
    await this.#note({ ...this.#journal, ...(isLonger && this.#further), shown: messages }, true)
    await this.#deps.shownReplies.remember(
      messages.map((message) => this.#surface.refer(message)),
      reply,
      { thread: claim.thread, platform, place, messages },
    )
  }

  get #further(): Pick<Journal, 'furtherAt'> {
    return { furtherAt: this.#task.claim.attempt }
  }

  async #note(journal: Journal, irretrievable = false): Promise<void> {
    this.#journal = journal
    if (!(await this.#deps.inbox.note(this.#task.claim, JSON.stringify(journal), irretrievable)))
      throw new LeaseLost()
  }
}

function endingNotes(completion: Completion): readonly string[] {
  switch (completion.ended) {
    case 'failed':
      return [explain(completion.error)]
    case 'stopped':
      return [NOTES.stopped]
    case 'refused':
      return completion.text.trim() === '' ? [NOTES.filtered] : []
    case 'answered':
      return completion.cut ? [NOTES.cut] : []
  }
}

/** False when nothing came that a reader would rather have than an earlier answer. */
function isAnAnswer({ outcome, text, made }: AssistantMessage): boolean {
  switch (outcome) {
    case 'answered':
      return true
    case 'refused':
      return made !== undefined
    case 'stopped':
      return text.trim() !== ''
    case 'failed':
      return false
  }
}

/** What no model said cannot be judged, only asked for again. */
const controlsFor = ({ made }: AssistantMessage): readonly Control[] =>
  made === undefined ? ['regenerate'] : ['good', 'bad', 'regenerate', 'correct', 'compare']
