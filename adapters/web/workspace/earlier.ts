import type Keyv from 'keyv'
import type { Messages } from './messages.ts'
import { type MessageRecord, readQuestionId } from './records.ts'

/** An answer that another one has replaced (rule T5). */
export interface EarlierAnswer {
  /** Missing in those of earlier versions. */
  readonly reply?: string
  readonly text: string
}

/** How far back the questions of one answer are looked for, in messages. */
const QUESTIONS_WINDOW = 32

/**
 * Answers that were replaced. They are kept by the first message of the reply, under consecutive numbers; the message
 * says how many count, so an answer that was kept twice, because a process died in between, is kept once.
 */
export class EarlierAnswers {
  readonly #store: Keyv
  readonly #messages: Messages

  constructor(store: Keyv, messages: Messages) {
    this.#store = store
    this.#messages = messages
  }

  /**
   * Keep what these messages say, if it is a complete answer that `reply` is about to replace.
   *
   * @returns how many earlier answers the first message has from now on; `undefined` when nothing is replaced.
   */
  async keep(ids: readonly string[], reply: string): Promise<number | undefined> {
    const found = await Promise.all(ids.map((id) => this.#messages.find(id)))
    const parts = found.filter((message) => message !== undefined)
    const [first] = parts
    if (first === undefined || first.reply === reply || !this.#messages.view(first).finished) return undefined
    const count = first.earlier ?? 0
    if (await this.#isOutdated(first)) {
      await this.#forget(first.id, count)
      return 0
    }
    const text = parts.map((part) => part.text).join('\n')
    if (text.trim() === '') return count
    const answer: EarlierAnswer = { text, ...(first.reply === undefined ? {} : { reply: first.reply }) }
    await this.#store.set(keyOf(first.id, count), answer)
    return count + 1
  }

  async find(message: string, nth: number): Promise<EarlierAnswer | undefined> {
    const found = await this.#messages.find(message)
    if (found === undefined || nth >= (found.earlier ?? 0)) return undefined
    return await this.#store.get<EarlierAnswer>(keyOf(message, nth))
  }

  async all(message: string): Promise<readonly EarlierAnswer[]> {
    const count = (await this.#messages.find(message))?.earlier ?? 0
    if (count === 0) return []
    const kept = await this.#store.getMany<EarlierAnswer>(keysOf(message, count))
    return kept.filter((answer) => answer !== undefined)
  }

  async #forget(message: string, count: number): Promise<void> {
    // The one beyond the count may be there from a process that died.
    await this.#store.deleteMany(keysOf(message, count + 1))
  }

  /** What it answers has been changed since: it is no alternative to an answer to the new words (rule T6). */
  async #isOutdated(message: MessageRecord): Promise<boolean> {
    const before = await this.#messages.window(message.thread, message.seq, QUESTIONS_WINDOW)
    return questionsOf(message, before).some(({ edited = 0 }) => edited >= (message.begun ?? 0))
  }
}

/** The people's messages that a reply answers: those after what the reply before it answers. */
export function questionsOf(
  message: MessageRecord,
  before: readonly MessageRecord[],
): readonly MessageRecord[] {
  const last = readQuestionId(message.answers)?.seq ?? message.seq
  const previous = before.findLast(
    ({ author, answers }) => author === null && answers !== undefined && answers !== message.answers,
  )
  const answered = readQuestionId(previous?.answers)?.seq ?? -1
  return before.filter(({ author, seq }) => author !== null && seq > answered && seq <= last)
}

const keyOf = (message: string, nth: number): string => `earlier/${message}/${nth}`
const keysOf = (message: string, count: number): string[] =>
  Array.from({ length: count }, (_, nth) => keyOf(message, nth))
