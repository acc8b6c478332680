import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import { type Claim, type Inbox, LEASE_MS, LeaseLost } from './inbox.ts'

/** Another process may have left work behind; a look this often costs one indexed read. */
const POLL_MS = 1_000
/** Three chances to renew before a lease ends. */
const RENEW_MS = LEASE_MS / 3
/**
 * Before a lease that cannot be renewed ends, its thread is left this much sooner: a write that is on its way by then
 * lands before somebody else looks for what is there.
 */
const MARGIN_MS = RENEW_MS
/** A turn that failed by our own fault waits this long times its failures, so that a bug never spins. */
const RETRY_PAUSE_MS = 1_000
const LONGEST_RETRY_PAUSE_MS = 60_000
/** A store that was away is asked this often to take a thread back; after a lease's length it is free by itself. */
const RELEASE_AGAIN_MS = 1_000
/**
 * A bound on memory: each takes about 0.2 MB (measured, `bench -- turns`). Far above what a team asks at once; what
 * does not fit waits on disk.
 */
const MAX_RUNNING = 400

/** Made once: without a reason each abort makes an error with a stack. */
const ENDED = new Error('the turn has ended')

/** One try at a turn. */
export interface Try extends Claim {
  /**
   * How often it failed in this process by a fault of ours. Tries that ended because the process was killed are not
   * in it: they say nothing about the turn.
   */
  readonly failures: number
}

export interface TurnLoopDeps {
  readonly inbox: Inbox
  /**
   * Answer one claim. Resolves when the reader can see how it ended (rule T4). The signal aborts when the lease is
   * lost or the process hands over; a rejection means that the turn must be tried again.
   */
  readonly work: (claim: Try, signal: AbortSignal) => Promise<void>
  /** A person wants this turn, which is being worked on here, to end: whoever was told could not tell us (rule T5). */
  readonly stop?: (claim: Claim) => void
  readonly clock: Clock
  readonly log: Logger
}

/** Works the inbox off: every thread by itself, each with one turn at a time (rule T2). */
export class TurnLoop {
  readonly #deps: TurnLoopDeps
  /** Turns under way, by their thread: each is in here at most once, even when its lease ran out under us (T2). */
  readonly #running = new Map<string, RunningTurn>()
  /** By turn, for those that failed in this process and are not done. */
  readonly #failures = new Map<number, number>()
  readonly #stopping = new AbortController()
  /** True from the first look for work until a look found none; `#again` asks for one more look. */
  #looking = false
  #again = false
  #poll: NodeJS.Timeout | undefined
  #unwatch: () => void = () => {}

  constructor(deps: TurnLoopDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#poll = setInterval(() => this.wake(), POLL_MS)
    this.#unwatch = this.#deps.inbox.watch(() => this.wake())
    this.#deps.inbox
      .recover()
      .then((freed) => {
        if (freed > 0) this.#deps.log.info({ threads: freed }, 'going on with what an earlier process left')
        this.wake()
      })
      .catch((error: unknown) => this.#deps.log.error({ err: error }, 'the inbox could not be read'))
  }

  /** There may be work. Cheap, and safe to call at any time. */
  wake(): void {
    this.#again = true
    if (this.#looking) return
    this.#looking = true
    this.#look().catch((error: unknown) => {
      this.#looking = false
      this.#deps.log.error({ err: error }, 'the inbox could not be read')
    })
  }

  /**
   * Begin no more turns; wait for the running ones at most `boundMs`, then hand them over unfinished (rule T7).
   *
   * @returns how many were handed over.
   */
  async stop(boundMs: number): Promise<number> {
    clearInterval(this.#poll)
    this.#unwatch()
    this.#stopping.abort()
    const ends = [...this.#running.values()].map(({ end }) => end)
    const bound = new AbortController()
    await Promise.race([Promise.all(ends), this.#deps.clock.sleep(boundMs, bound.signal).catch(() => {})])
    bound.abort()
    const left = [...this.#running.values()]
    for (const { abort } of left) abort.abort(new Error('handed over'))
    await Promise.all(left.map(({ end }) => end))
    return left.length
  }

  async #look(): Promise<void> {
    while (this.#again && !this.#stopping.signal.aborted) {
      this.#again = false
      while (this.#running.size < MAX_RUNNING && !this.#stopping.signal.aborted) {
        await this.#keepWhatRanOut()
        const until = this.#deps.clock.now() + LEASE_MS
        const claim = await this.#deps.inbox.claim()
        if (claim === undefined) break
        this.#begin(claim, until)
      }
    }
    // In the same breath as the last look at `#again`: a wake that comes later begins a new look.
    this.#looking = false
  }

  /** @param until when its lease ends. */
  #begin(claim: Claim, until: number): void {
    const abort = new AbortController()
    const ended = new AbortController()
    // It was taken from us and came back, and we still work on it: there are never two turns at a thread.
    const before = this.#running.get(claim.thread)
    before?.abort.abort(new LeaseLost())
    const answered = before?.end.then(() => this.#answer(claim, abort.signal))
    const end = (answered ?? this.#answer(claim, abort.signal)).finally(() => {
      ended.abort(ENDED)
      if (this.#running.get(claim.thread) === turn) this.#running.delete(claim.thread)
      this.wake()
    })
    const turn: RunningTurn = { claim, abort, end, until }
    this.#running.set(claim.thread, turn)
    void this.#keepLease(turn, ended.signal)
  }

  /** A clock that jumped, or a machine that slept: our leases have run out, and nobody may have taken them. */
  async #keepWhatRanOut(): Promise<void> {
    const now = this.#deps.clock.now()
    for (const turn of this.#running.values()) if (turn.until <= now) await this.#renew(turn)
  }

  async #answer(claim: Claim, signal: AbortSignal): Promise<void> {
    const { inbox, work, clock, log } = this.#deps
    const about = { thread: claim.thread, turn: claim.turn, attempt: claim.attempt }
    try {
      await work({ ...claim, failures: this.#failures.get(claim.turn) ?? 0 }, signal)
      this.#failures.delete(claim.turn)
      if (!(await inbox.done(claim))) log.warn(about, 'another worker took this thread over')
    } catch (error) {
      if (signal.aborted || error instanceof LeaseLost) log.info(about, 'turn handed over')
      else {
        log.error({ ...about, err: error }, 'turn failed by a fault of ours; it will be tried again')
        const failures = (this.#failures.get(claim.turn) ?? 0) + 1
        this.#failures.set(claim.turn, failures)
        const pause = Math.min(RETRY_PAUSE_MS * failures, LONGEST_RETRY_PAUSE_MS)
        await clock.sleep(pause, this.#stopping.signal).catch(() => {})
      }
      await this.#release(claim)
    }
  }

  /** Until the store takes it: whoever waits in the thread should not wait for the lease to end as well. */
  async #release(claim: Claim): Promise<void> {
    const { inbox, clock, log } = this.#deps
    for (let tries = 0; tries * RELEASE_AGAIN_MS < LEASE_MS; tries += 1) {
      try {
        return await inbox.release(claim)
      } catch (error) {
        log.error({ err: error, thread: claim.thread, turn: claim.turn }, 'the thread is not free yet')
        if (this.#stopping.signal.aborted) return
        await clock.sleep(RELEASE_AGAIN_MS, this.#stopping.signal).catch(() => {})
      }
    }
  }

  /** On the clock by which leases end. */
  async #keepLease(turn: RunningTurn, ended: AbortSignal): Promise<void> {
    for (;;) {
      await this.#deps.clock.sleep(RENEW_MS, ended).catch(() => {})
      if (ended.aborted) return
      await this.#renew(turn)
    }
  }

  async #renew(turn: RunningTurn): Promise<void> {
    const { clock, inbox, log, stop } = this.#deps
    const until = clock.now() + LEASE_MS
    try {
      const renewal = await inbox.renew(turn.claim)
      if (renewal === 'lost') return turn.abort.abort(new LeaseLost())
      turn.until = until
      if (renewal === 'stop') stop?.(turn.claim)
    } catch (error) {
      log.error({ err: error, thread: turn.claim.thread }, 'the lease could not be renewed')
      // Whoever reaches the store may soon take the thread over, and one reply has one writer.
      if (clock.now() >= turn.until - MARGIN_MS) turn.abort.abort(new LeaseLost())
    }
  }
}

interface RunningTurn {
  readonly claim: Claim
  readonly abort: AbortController
  readonly end: Promise<void>
  /** When the lease ends, by our clock, as far as we know. */
  until: number
}
