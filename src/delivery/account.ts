/**
 * What replies spend together: the state behind the decisions of `budget.ts`.
 *
 * An adapter takes from an account before every call that the platform counts, so no more calls leave than the
 * platform bears; a reply's writer waits for its turn before a write that only makes it grow (rule D3). A call counts
 * for a window from its end on, or, where the platform says so in its answer, until the window ends that counted it.
 */
import type { Clock } from '#core/clock.ts'
import { type AccountState, freeAt, type Limit, nextTurn, type Waiting } from './budget.ts'

/** After a refusal we believe in this share of what we believed in before. */
const BACK_OFF = 0.7
/** Share of the limit that trust regains with every window without a refusal. */
const REGAIN = 0.1
/** How long a reply that found no room is kept a place beyond the moment it was told to come back. */
const KEPT_MS = 2_000
/** While writes under way use all the room, one of them ends within about this time. */
const UNDER_WAY_MS = 250

/** Made once: without a reason each abort makes an error with a stack. */
const WOKEN = new Error('there is something to look at')

export type Taken =
  /** The call may be made. `settle` once it was answered or failed: it counts for a window from then on. */
  { readonly ok: true; settle(): void } | { readonly ok: false; readonly retryAfterMs: number }

/** The right to one growing write. */
export interface GrantedTurn {
  /** The write has ended, or will not be. */
  over(): void
}

interface Waiter {
  readonly by: object
  unseen: Waiting
  readonly grant: () => void
}

export class Account {
  readonly #limit: Limit
  readonly #clock: Clock
  /** When writes that have ended stop counting, soonest first. */
  #returns: number[] = []
  /** When writes that have ended are a window ago, soonest first. */
  #recent: number[] = []
  #underWay = 0
  /** Calls so far: tells whether a call was alone from beginning to end. */
  #calls = 0
  /** Replies whose turn has come and whose call has not been made. */
  readonly #granted = new Set<object>()
  /** Replies that found no room for a write that should not wait, and until when it is kept for them. */
  readonly #owed = new Map<object, number>()
  #waiting: Waiter[] = []
  #lastTurn = Number.NEGATIVE_INFINITY
  #blockedUntil = 0
  /** At most the limit, at least one. What we believed in when the platform refused last, and when that was. */
  #trust: { readonly bears: number; readonly at: number }
  /** What the platform said remains, until its window ends. */
  #reported = { remaining: Number.POSITIVE_INFINITY, until: 0, nth: 0 }
  /** Ends the sleep of the loop that grants turns; undefined while there is no such loop. */
  #sleep: AbortController | undefined
  /** While the loop sleeps: a packet is no reason to look again before this. */
  #heardFrom = 0

  constructor(limit: Limit, clock: Clock) {
    this.#limit = limit
    this.#clock = clock
    this.#trust = { bears: limit.writes, at: 0 }
  }

  /** True when forgetting this account changes nothing. */
  get isIdle(): boolean {
    const now = this.#clock.now()
    return (
      this.#underWay + this.#waiting.length + this.#granted.size === 0 &&
      this.#blockedUntil <= now &&
      this.#bears(now) >= this.#limit.writes &&
      (this.#recent.at(-1) ?? 0) <= now
    )
  }

  /** Whether a write that should not wait would find room now. */
  get hasRoom(): boolean {
    const now = this.#clock.now()
    return freeAt(this.#state(now)) <= now
  }

  /**
   * Take room for one call, before it is made.
   *
   * @param by the reply, as its surface: the same object that waits for turns.
   */
  take(by: object): Taken {
    const now = this.#clock.now()
    const at = freeAt(this.#state(now))
    if (at > now) {
      const retryAfterMs = Number.isFinite(at) ? at - now : UNDER_WAY_MS
      this.#owed.set(by, now + retryAfterMs + KEPT_MS)
      return { ok: false, retryAfterMs }
    }
    this.#owed.delete(by)
    this.#granted.delete(by)
    this.#calls += 1
    const [call, before, beside] = [this.#calls, this.#reported.nth, this.#underWay]
    this.#underWay += 1
    let settled = false
    const settle = () => {
      if (settled) return
      settled = true
      this.#underWay -= 1
      const isAlone = beside === 0 && this.#calls === call
      this.#ended(isAlone && this.#reported.nth > before)
    }
    return { ok: true, settle }
  }

  /** @param told by the platform, in its answer, how long the window lasts in which it counted this call. */
  #ended(told: boolean): void {
    const now = this.#clock.now()
    // The platform counted it some time before it answered: a window from now is never too short.
    const latest = now + this.#limit.windowMs
    this.#recent.push(latest)
    this.#returns.push(told ? Math.min(latest, this.#reported.until) : latest)
    this.#returns.sort((a, b) => a - b)
    this.#wake()
  }

  /** The platform refused a call: be silent as long as it says, and trust it less for a while. */
  refused(retryAfterMs: number): void {
    const now = this.#clock.now()
    this.#blockedUntil = Math.max(this.#blockedUntil, now + retryAfterMs)
    this.#trust = { bears: Math.max(1, Math.floor(this.#bears(now) * BACK_OFF)), at: this.#blockedUntil }
    this.#wake()
  }

  /** The platform said how much of its own window remains (Discord's headers). */
  report(remaining: number, resetAfterMs: number): void {
    this.#reported = { remaining, until: this.#clock.now() + resetAfterMs, nth: this.#reported.nth + 1 }
  }

  /**
   * Resolves when `by` may make a growing write.
   *
   * @param unseen what its reader does not see now; `heard` tells of more.
   * @throws the signal's reason
   */
  async turn(by: object, unseen: Waiting, signal: AbortSignal): Promise<GrantedTurn> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiter: Waiter = { by, unseen, grant: resolve }
    const leave = () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiter)
      this.#wake()
      reject(signal.reason)
    }
    signal.addEventListener('abort', leave, { once: true })
    this.#waiting.push(waiter)
    // Also when the loop sleeps: what is due depends on who waits.
    this.#wake()
    await promise.finally(() => signal.removeEventListener('abort', leave))
    return { over: () => void (this.#granted.delete(by) && this.#wake()) }
  }

  /** A reply that waits for its turn has more to show. Cheap, as every token of every reply may say so. */
  heard(by: object, unseen: Waiting): void {
    const waiter = this.#waiting.find((other) => other.by === by)
    if (waiter === undefined) return
    const isOther = waiter.unseen.step !== unseen.step
    waiter.unseen = unseen
    if (isOther || this.#clock.now() >= this.#heardFrom) this.#wake()
  }

  /** Grant what is due, and look again when the next turn is. */
  #attend(): void {
    for (;;) {
      const now = this.#clock.now()
      const unseen = this.#waiting.map((waiter) => waiter.unseen)
      const next = nextTurn(this.#state(now), unseen, now)
      if (next.do === 'rest') return
      if (next.do === 'wait') {
        this.#heardFrom = next.heardFrom
        this.#lookAgain(next.ms)
        return
      }
      const waiter = this.#waiting[next.index]
      this.#waiting = this.#waiting.filter((other) => other !== waiter)
      if (waiter === undefined) return
      // What begins a message takes nothing from this account, and leaves the pace as it is.
      if (waiter.unseen.step !== 'begin') {
        this.#granted.add(waiter.by)
        this.#lastTurn = now
      }
      waiter.grant()
    }
  }

  #lookAgain(ms: number): void {
    // Without an end, whatever makes room wakes us.
    if (!Number.isFinite(ms)) return
    const sleep = new AbortController()
    this.#sleep = sleep
    this.#clock.sleep(Math.ceil(ms), sleep.signal).then(
      () => {
        this.#sleep = undefined
        this.#attend()
      },
      // Only `#wake` aborts it, and looks again itself.
      () => undefined,
    )
  }

  #wake(): void {
    if (this.#sleep === undefined && this.#waiting.length === 0) return
    this.#sleep?.abort(WOKEN)
    this.#sleep = undefined
    this.#attend()
  }

  #state(now: number): AccountState {
    while ((this.#returns[0] ?? Number.POSITIVE_INFINITY) <= now) this.#returns.shift()
    while ((this.#recent[0] ?? Number.POSITIVE_INFINITY) <= now) this.#recent.shift()
    for (const [by, until] of this.#owed) if (until <= now) this.#owed.delete(by)
    const underWay = Array.from({ length: this.#underWay }, () => Number.POSITIVE_INFINITY)
    const blockedByReport = this.#reported.remaining - this.#underWay < 1 ? this.#reported.until : 0
    return {
      limit: this.#limit,
      bears: this.#bears(now),
      returns: [...this.#returns, ...underWay],
      recent: [...this.#recent, ...underWay],
      promised: this.#granted.size + this.#owed.size,
      lastTurn: this.#lastTurn,
      blockedUntil: Math.max(this.#blockedUntil, blockedByReport),
    }
  }

  /** What the platform bears as far as we believe: less after a refusal, a little more with every quiet window. */
  #bears(now: number): number {
    const { writes, windowMs } = this.#limit
    const { bears, at } = this.#trust
    if (bears >= writes) return writes
    const quiet = Math.max(0, Math.floor((now - at) / windowMs))
    return Math.min(writes, bears + quiet * Math.max(1, Math.floor(writes * REGAIN)))
  }
}
