/**
 * Stopping what is being written, wherever that is: here, or by another replica on the same store (rules T2, T5, T6).
 *
 * What a person asks for is done here at once when the reply is written here; otherwise whoever holds the thread is
 * told, and does it within a second. Where nobody says that it did, a stop is kept with the turn: for a replica that
 * cannot be told, and for the one that goes on where the writer has died.
 */
import { z } from 'zod'
import type { ShownReplies } from '#core/store/shown-replies.ts'
import { threadKey } from '#core/thread.ts'
import type { Announcements } from '#core/turns/announcements.ts'
import type { Begun, Inbox } from '#core/turns/inbox.ts'
import { replyIn } from './journal.ts'
import type { StopTarget } from './request.ts'
import type { RunningReplies } from './running.ts'

export interface StoppingDeps {
  readonly running: RunningReplies
  readonly announcements: Announcements
  readonly inbox: Pick<Inbox, 'isHeld' | 'begun' | 'askToStop'>
  readonly shownReplies: Pick<ShownReplies, 'placeOf'>
}

/** What replicas tell each other. `thread` is a `threadKey`. */
const WORD = z.discriminatedUnion('stop', [
  z.object({ stop: z.literal('thread'), thread: z.string() }),
  z.object({ stop: z.literal('reply'), reply: z.string() }),
  z.object({ stop: z.literal('question'), thread: z.string(), question: z.string(), at: z.number() }),
  z.object({ stop: z.literal('withdrawn'), thread: z.string(), question: z.string() }),
  z.object({ stop: z.literal('older'), thread: z.string(), sentAt: z.number() }),
])

type Word = z.infer<typeof WORD>
type InThread = Extract<Word, { readonly thread: string }>

export class Stopping {
  readonly #deps: StoppingDeps
  #end: () => void = () => {}

  constructor(deps: StoppingDeps) {
    this.#deps = deps
  }

  /** Do what other replicas ask for. */
  listen(): void {
    this.#end = this.#deps.announcements.listen((said) => {
      const word = readWord(said)
      return word !== undefined && doHere(word, this.#deps.running)
    })
  }

  close(): void {
    this.#end()
  }

  /**
   * @returns whether something was stopped, here or elsewhere.
   * @throws Error when it is not written here and the store does not answer.
   */
  async stop(target: StopTarget): Promise<boolean> {
    const { running, inbox, shownReplies, announcements } = this.#deps
    const word: Word =
      'reply' in target
        ? { stop: 'reply', reply: target.reply }
        : { stop: 'thread', thread: threadKey(target.thread) }
    if (doHere(word, running)) return true
    const thread = word.stop === 'thread' ? word.thread : (await shownReplies.placeOf(word.reply))?.thread
    const ask = () => announcements.ask(JSON.stringify(word))
    // Of a reply that shows no word yet nobody knows the thread but who writes it.
    if (thread === undefined) return ask()
    const begun = await inbox.begun(thread)
    if (begun === undefined || !writes(begun, word)) return false
    if (running.isIn(thread)) return running.stopTurn({ turn: begun.turn, thread })
    // Whoever had it may be dead: it is done by the one that takes it over.
    return (await ask()) || inbox.askToStop(begun.turn)
  }

  /** The question changed. @param at when, by the platform's clock: an answer that knows of it goes on. */
  async stopQuestion(thread: string, question: string, at: number): Promise<void> {
    await this.#do({ stop: 'question', thread, question, at })
  }

  /** Nobody asks them any more. An answer to others besides goes on. */
  async withdrawQuestions(thread: string, questions: readonly string[]): Promise<void> {
    await this.#do(...questions.map((question): InThread => ({ stop: 'withdrawn', thread, question })))
  }

  /** A question of this time is answered next, and not after the end of what is being written (rule T2). */
  async interrupt(thread: string, sentAt: number): Promise<void> {
    await this.#do({ stop: 'older', thread, sentAt })
  }

  /** @param words all of one thread. */
  async #do(...words: readonly InThread[]): Promise<void> {
    const { running, inbox, announcements } = this.#deps
    for (const word of words) doHere(word, running)
    const [first] = words
    if (first === undefined || running.isIn(first.thread) || !(await inbox.isHeld(first.thread))) return
    for (const word of words) await announcements.tell(JSON.stringify(word))
  }
}

/** The thread may be at a later reply by now. */
const writes = ({ journal }: Begun, word: Word): boolean =>
  word.stop !== 'reply' || (journal !== undefined && replyIn(journal) === word.reply)

/** @returns whether that stopped a reply. */
function doHere(word: Word, running: RunningReplies): boolean {
  switch (word.stop) {
    case 'thread':
      return running.stopThread(word.thread)
    case 'reply':
      return running.stopReply(word.reply)
    case 'question':
      return running.stopQuestion(word.thread, word.question, word.at)
    case 'withdrawn':
      return running.withdrawQuestion(word.thread, word.question)
    case 'older':
      return running.interrupt(word.thread, word.sentAt)
  }
}

/** What another version of Parley says, this one may not know. */
function readWord(said: string): Word | undefined {
  try {
    return WORD.safeParse(JSON.parse(said)).data
  } catch {
    return undefined
  }
}
