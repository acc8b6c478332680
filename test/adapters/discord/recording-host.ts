import type { Host } from '#adapters/platform.ts'
import type { Question } from '#core/dialogue/question.ts'
import type { Deletion, Edit, RegenerateRequest, Regeneration, StopTarget } from '#core/dialogue/request.ts'
import type { Reaction } from '#core/feedback/reaction.ts'
import type { Vote } from '#core/feedback/vote.ts'
import { threadKey } from '#core/thread.ts'
import { quietLog } from '#test/quiet-log.ts'
import { recordingDesks } from '#test/recording-desks.ts'

/** Real time, for a machine that is busy; nothing waits this long when it works. Milliseconds. */
const WITHIN_MS = 20_000

/** A core that only remembers what adapters bring in. Survives a restart of the adapter, as the store does. */
export class RecordingHost implements Host {
  readonly questions: Question[] = []
  readonly reactions: Reaction[] = []
  readonly votes: Vote[] = []
  readonly stops: StopTarget[] = []
  readonly regenerations: RegenerateRequest[] = []
  readonly edits: Edit[] = []
  readonly deletions: Deletion[] = []
  /** What the next presses are answered with. */
  readonly answers: { vote: boolean; stop: boolean; regenerate: Regeneration } = {
    vote: true,
    stop: true,
    regenerate: 'accepted',
  }
  readonly desks = recordingDesks()
  readonly feedback = this.desks.feedback
  readonly comparisons = this.desks.comparisons
  readonly privacy = this.desks.privacy
  readonly console = this.desks.console
  readonly insights = this.desks.insights
  readonly training = this.desks.training
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

  async vote(vote: Vote): Promise<boolean> {
    this.#answer()
    if (!this.votes.some(({ id }) => id === vote.id)) this.votes.push(vote)
    this.#changed()
    return this.answers.vote
  }

  async stop(target: StopTarget): Promise<boolean> {
    this.#answer()
    this.stops.push(target)
    this.#changed()
    return this.answers.stop
  }

  async regenerate(request: RegenerateRequest): Promise<Regeneration> {
    this.#answer()
    const known = this.regenerations.some(({ id }) => id === request.id)
    if (!known) this.regenerations.push(request)
    this.#changed()
    return known ? 'duplicate' : this.answers.regenerate
  }

  async edited(edit: Edit): Promise<void> {
    this.#answer()
    this.edits.push(edit)
    this.#changed()
  }

  async deleted(deletion: Deletion): Promise<void> {
    this.#answer()
    this.deletions.push(deletion)
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
