import type { Claim } from '#core/turns/inbox.ts'

/** A turn that is being worked on now. */
interface Running {
  readonly claim: Claim
  /** What it writes; undefined until that is known, which is after what was said before was fetched. */
  reply: string | undefined
  /** Ids of the questions it answers and that somebody still asks. */
  readonly questions: Set<string>
  /** When the words of some of them were edited last, by the platform's clock. */
  readonly editedAt: ReadonlyMap<string, number>
  /** Ids of those that nobody asks any more. */
  readonly withdrawn: Set<string>
  readonly stop: AbortController
}

/** A question by its id, and when its words were edited last, by the platform's clock. */
interface Asked {
  readonly id: string
  readonly editedAt?: number
}

/** The replies that this process writes at the moment, so that people can stop them (rule T5). */
export class RunningReplies {
  /** By thread: the lease sees to it that there is one at most. */
  readonly #running = new Map<string, Running>()

  /** Its reply can be stopped from now on. @param questions what it answers, as far as that is known. */
  begin(claim: Claim, questions: readonly Asked[]): void {
    const editedAt = questions.flatMap(({ id, editedAt }) =>
      editedAt === undefined ? [] : [[id, editedAt] as const],
    )
    this.#running.set(claim.thread, {
      ...{ claim, reply: undefined, withdrawn: new Set<string>() },
      ...{ questions: new Set(questions.map(({ id }) => id)), editedAt: new Map(editedAt) },
      stop: new AbortController(),
    })
    if (claim.stop) this.stopThread(claim.thread)
  }

  /**
   * The reply of a turn that has begun.
   *
   * @param questions ids of all that it answers.
   * @returns a signal that aborts when somebody asks for a stop, or is aborted when somebody did.
   */
  write(claim: Claim, reply: string, questions: readonly string[]): AbortSignal {
    const running = this.#running.get(claim.thread)
    if (running?.claim !== claim) throw new Error('a reply is written in a turn that has not begun')
    running.reply = reply
    running.questions.clear()
    for (const id of questions) if (!running.withdrawn.has(id)) running.questions.add(id)
    if (questions.length > 0 && running.questions.size === 0) stop(running)
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

  isIn(thread: string): boolean {
    return this.#running.has(thread)
  }

  stopThread(thread: string): boolean {
    return stop(this.#running.get(thread))
  }

  /** Of its turn only: the thread may be at another by now. */
  stopTurn({ turn, thread }: Pick<Claim, 'turn' | 'thread'>): boolean {
    const running = this.#running.get(thread)
    return stop(running?.claim.turn === turn ? running : undefined)
  }

  stopReply(reply: string): boolean {
    return stop(this.#find(reply))
  }

  /** Somebody asked something newer, and does not want to wait for the answer to what is older (rule T2). */
  interrupt(thread: string, sentAt: number): boolean {
    const running = this.#running.get(thread)
    return stop(running?.claim.deliveries.every((each) => each.sentAt < sentAt) ? running : undefined)
  }

  /**
   * The question changed: its answer would be to something nobody asks. An answer that knows this edit, or a later one,
   * goes on: no other would come.
   *
   * @param at when it was edited, by the platform's clock.
   */
  stopQuestion(thread: string, question: string, at: number): boolean {
    const running = this.#running.get(thread)
    if (!running?.questions.has(question)) return false
    return (running.editedAt.get(question) ?? Number.NEGATIVE_INFINITY) < at && stop(running)
  }

  /** The question is gone. An answer to others besides it goes on: they have no other. */
  withdrawQuestion(thread: string, question: string): boolean {
    const running = this.#running.get(thread)
    running?.withdrawn.add(question)
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
