import type { Claim } from '#core/turns/inbox.ts'

/** A reply that is being written now. */
interface Running {
  readonly claim: Claim
  readonly reply: string
  /** Ids of the questions it answers and that somebody still asks. */
  readonly questions: Set<string>
  readonly stop: AbortController
}

/** The replies that this process writes at the moment, so that people can stop them (rule T5). */
export class RunningReplies {
  /** By thread: the lease sees to it that there is one at most. */
  readonly #running = new Map<string, Running>()

  /** @returns a signal that aborts when somebody asks for a stop. */
  begin(claim: Claim, reply: string, questions: readonly string[]): AbortSignal {
    const running: Running = { claim, reply, questions: new Set(questions), stop: new AbortController() }
    this.#running.set(claim.thread, running)
    return running.stop.signal
  }

  /** What this turn wrote is remembered, or will be by another attempt. */
  end(claim: Claim): void {
    if (this.#running.get(claim.thread)?.claim === claim) this.#running.delete(claim.thread)
  }

  /** Where this reply is being written; undefined when it is not. */
  threadOf(reply: string): string | undefined {
    return this.#find(reply)?.claim.thread
  }

  stopThread(thread: string): boolean {
    return stop(this.#running.get(thread))
  }

  stopReply(reply: string): boolean {
    return stop(this.#find(reply))
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

  #find(reply: string): Running | undefined {
    return [...this.#running.values()].find((running) => running.reply === reply)
  }
}

function stop(running: Running | undefined): boolean {
  if (running === undefined || running.stop.signal.aborted) return false
  running.stop.abort(new Error('stopped by a person'))
  return true
}
