/** Slack limits writes by workspace, so replies that are written at the same time share one allowance. */
export class Traffic {
  /** When each reply that is being written was last written. */
  readonly #writing = new Map<string, number>()

  /** A reply is being written; `undefined` when it is complete. */
  note(reply: string, at: number | undefined): void {
    if (at === undefined) this.#writing.delete(reply)
    else this.#writing.set(reply, at)
  }

  /** Among how many replies the allowance is shared now. */
  share(now: number): number {
    for (const [reply, at] of this.#writing) if (now - at > QUIET_MS) this.#writing.delete(reply)
    return Math.max(1, this.#writing.size)
  }
}

/** A reply that was not written for this long is waiting for its model, or was given up. */
const QUIET_MS = 15_000
