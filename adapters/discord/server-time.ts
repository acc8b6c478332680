/** How late an event may reach us, and how far our clock may be ahead of Discord's. Milliseconds. */
const LATE_MS = 5_000

/**
 * Times for events that Discord gives none: deletions.
 *
 * They are put in order with messages, whose times are Discord's (rule T2). A deletion came after everything heard
 * before it, and before whatever is said next: our own clock could put it behind that.
 */
export class ServerTime {
  /** The newest time of Discord's that was heard, milliseconds since the epoch. */
  #newest = 0

  heard(at: number): void {
    this.#newest = Math.max(this.#newest, at)
  }

  /** @param now by our clock. */
  estimate(now: number): number {
    return Math.max(this.#newest, now - LATE_MS)
  }
}
