/** A reply that is being written now. */
interface Running {
  readonly thread: string
  readonly reply: string
  /** Ids of the questions it answers and that somebody still asks. */
  readonly questions: Set<string>
  readonly stop: AbortController
}

export interface Stoppable {
  /** Aborts when somebody asks for a stop. */
  readonly signal: AbortSignal
  /** The reply is no longer being written. */
  end(): void
}

/** The replies that this process writes at the moment, so that people can stop them (rule T5). */
export class RunningReplies {
  /** By thread: the lease sees to it that there is one at most. */
  readonly #running = new Map<string, Running>()

  begin(thread: string, reply: string, questions: readonly string[]): Stoppable {
    const running: Running = { thread, reply, questions: new Set(questions), stop: new AbortController() }
    this.#running.set(thread, running)
    return { signal: running.stop.signal, end: () => this.#running.delete(thread) }
  }

  stopThread(thread: string): boolean {
    return stop(this.#running.get(thread))
  }

  stopReply(reply: string): boolean {
    return stop([...this.#running.values()].find((running) => running.reply === reply))
  }

  /** The question changed: its answer would be to something nobody asks. */
  stopQuestion(thread: string, question: string): boolean {
    const running = this.#running.get(thread)
    return stop(running?.questions.has(question) ? running : undefined)
  }

  /** The question is gone. An answer to others besides it goes on: they have no other. */
  withdrawQuestion(thread: string, question: string): boolean {
    const running = this.#running.get(thread)
    if (!running?.questions.delete(question)) return false
    return running.questions.size === 0 && stop(running)
  }
}

function stop(running: Running | undefined): boolean {
  if (running === undefined || running.stop.signal.aborted) return false
  running.stop.abort(new Error('stopped by a person'))
  return true
}
