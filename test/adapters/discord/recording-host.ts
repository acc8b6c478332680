import type { Host } from '#adapters/platform.ts'
import type { Question } from '#core/dialogue/question.ts'
import type { Reaction } from '#core/feedback/reaction.ts'
import { threadKey } from '#core/thread.ts'
import { quietLog } from '#test/quiet-log.ts'

/** Real time, for a machine that is busy; nothing waits this long when it works. Milliseconds. */
const WITHIN_MS = 5_000

/** A core that only remembers what adapters bring in. Survives a restart of the adapter, as the store does. */
export class RecordingHost implements Host {
  readonly questions: Question[] = []
  readonly reactions: Reaction[] = []
  readonly log = quietLog
  /** Every call in order, duplicates included. */
  readonly accepts: string[] = []
  /** Set to make the store fail. */
  down: Error | undefined
  /** Calls that met a store that was down. */
  failures = 0
  readonly #waiting = new Set<() => void>()

  async accept(question: Question): Promise<'accepted' | 'duplicate'> {
    this.#answer()
    this.accepts.push(question.id)
    const known = this.questions.some(({ id }) => id === question.id)
    if (!known) this.questions.push(question)
    this.#changed()
    return known ? 'duplicate' : 'accepted'
  }

  async owns(thread: Question['thread']): Promise<boolean> {
    this.#answer()
    return this.questions.some((question) => threadKey(question.thread) === threadKey(thread))
  }

  async react(reaction: Reaction): Promise<void> {
    if (!this.reactions.some(({ id }) => id === reaction.id)) this.reactions.push(reaction)
    this.#changed()
  }

  /** Resolves with the first truthy value of `check`, tried after every change. */
  async until<T>(check: () => T | undefined | false): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const attempt = () => {
      const value = check()
      if (value) resolve(value)
    }
    const timer = setTimeout(
      () =>
        reject(new Error(`not within ${WITHIN_MS} ms: ${check}; accepted ${JSON.stringify(this.accepts)}`)),
      WITHIN_MS,
    )
    this.#waiting.add(attempt)
    attempt()
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(attempt)
    }
  }

  /** The question with this text, once it is accepted. */
  question(text: string): Promise<Question> {
    return this.until(() => this.questions.find((question) => question.text === text))
  }

  #answer(): void {
    if (!this.down) return
    this.failures += 1
    this.#changed()
    throw this.down
  }

  #changed(): void {
    for (const attempt of [...this.#waiting]) attempt()
  }
}
