import type { Clock } from '#core/clock.ts'

/** Wrong tokens a minute from one address. A proxy in front of us is one address. */
const TRIES_EACH = 20
/** And from all of them together, however many addresses somebody has. */
const TRIES_TOGETHER = 200
const WINDOW_MS = 60_000

/**
 * Wrong sign-ins, counted a minute at a time. Whoever guesses from one address shuts out that address, not everybody.
 * Holds at most one entry for each try that counts.
 */
export class Attempts {
  readonly #clock: Clock
  #since = 0
  #together = 0
  /** Only of the minute that began at `#since`. */
  readonly #each = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @returns the milliseconds to wait before another one may be made; undefined: now. */
  wait(address: string): number | undefined {
    this.#turn()
    const isOver = (this.#each.get(address) ?? 0) >= TRIES_EACH || this.#together >= TRIES_TOGETHER
    return isOver ? this.#since + WINDOW_MS - this.#clock.now() : undefined
  }

  failed(address: string): void {
    this.#turn()
    this.#together += 1
    this.#each.set(address, (this.#each.get(address) ?? 0) + 1)
  }

  #turn(): void {
    const now = this.#clock.now()
    if (now - this.#since < WINDOW_MS) return
    this.#since = now
    this.#together = 0
    this.#each.clear()
  }
}
