/**
 * The sign that Parley is at work (rule D7): an agent session in `processing`, or the older status line.
 *
 * `processing` does not go by itself for about an hour, so whoever lights it must put it out.
 */
import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/errors.ts'
import type { SessionStatus, SlackApi } from './api.ts'
import { notOffered, SlackCallError } from './fault.ts'
import type { Offers } from './offers.ts'
import type { Place } from './place.ts'

export interface SignDeps {
  readonly api: SlackApi
  readonly offers: Offers
  readonly place: Place
  readonly clock: Clock
  readonly log: Logger
}

type Lit = Exclude<Offers['sign'], 'none'>
const simpler = (kind: Lit): Offers['sign'] => (kind === 'sessions' ? 'status' : 'none')

/** Slack shows it after the app's name: "Parley is thinking…". */
const STATUS = 'is thinking…'

/** Waits before the sign is put out again when Slack did not answer. After these it goes by itself within the hour. */
const AGAIN_MS = [2_000, 10_000, 60_000]

export class WorkingSign {
  readonly #deps: SignDeps
  /** How it is lit, as far as we know. A lost answer counts as lit. */
  #lit: Offers['sign']
  /** The call that lights it, while it is on its way: what comes after must not overtake it. */
  #lighting: Promise<number | undefined> | undefined
  /** The reply is over: it is not lit any more. */
  #over = false
  /** It will be lit when there is room: until then Slack offers no Stop. */
  #waits = false

  /** @param left an earlier process may have left a sign in this thread. */
  constructor(deps: SignDeps, left: boolean) {
    this.#deps = deps
    this.#lit = left ? deps.offers.sign : 'none'
  }

  /** There was no room for it so far. */
  get waits(): boolean {
    return this.#waits
  }

  /**
   * Never throws. Where there is no room for it now it is lit later, as long as the reply is being written.
   *
   * @param signal the reply is over.
   */
  async light(signal: AbortSignal): Promise<void> {
    while (!this.#over && !signal.aborted) {
      this.#lighting ??= this.#light()
      const againMs = await this.#lighting
      this.#lighting = undefined
      this.#waits = againMs !== undefined
      if (againMs === undefined) return
      // An abort is told by the loop.
      await this.#deps.clock.sleep(againMs, signal).catch(() => undefined)
    }
  }

  /** The end of a stream has told Slack this of the session; of the status line nothing is known. */
  streamEnded(status: SessionStatus): void {
    if (status === 'processing') this.#lit = 'sessions'
    else if (this.#lit === 'sessions' && this.#lighting === undefined) this.#lit = 'none'
  }

  /** Never throws; goes on trying after it has returned. */
  async putOut(): Promise<void> {
    this.#over = true
    await this.#lighting
    if (!(await this.#putOutOnce())) void this.#keepTrying()
  }

  /** @returns after how long to try again; undefined when there is nothing more to do. */
  async #light(): Promise<number | undefined> {
    const { offers } = this.#deps
    while (offers.sign !== 'none') {
      const kind = offers.sign
      try {
        await this.#write(kind, true)
        this.#lit = kind
        return undefined
      } catch (thrown) {
        const failure = this.#failure(thrown)
        if (failure?.fault.kind === 'unavailable') this.#lit = kind
        if (failure?.fault.kind === 'rate_limited') return failure.fault.retryAfterMs
        if (failure === undefined || !notOffered(failure.code)) return undefined
        this.#doWithout(kind)
      }
    }
    return undefined
  }

  /** This Slack does not offer it. */
  #doWithout(kind: Lit): void {
    const { offers } = this.#deps
    if (offers.sign === kind) offers.sign = simpler(kind)
    offers.nativeStop = false
  }

  async #keepTrying(): Promise<void> {
    for (const wait of AGAIN_MS) {
      await this.#deps.clock.sleep(wait)
      if (await this.#putOutOnce()) return
    }
    this.#deps.log.warn({ channel: this.#deps.place.channel }, 'The working sign could not be taken away.')
  }

  /** @returns true when there is nothing left to do. */
  async #putOutOnce(): Promise<boolean> {
    while (this.#lit !== 'none') {
      const kind = this.#lit
      try {
        await this.#write(kind, false)
        this.#lit = 'none'
      } catch (thrown) {
        const failure = this.#failure(thrown)
        if (failure?.fault.kind !== 'refused') return false
        if (!notOffered(failure.code)) return true
        // What an earlier process lit was something simpler, then.
        this.#doWithout(kind)
        this.#lit = simpler(kind)
      }
    }
    return true
  }

  async #write(kind: Lit, on: boolean): Promise<void> {
    const { api, place } = this.#deps
    if (kind === 'status') return api.setStatus(place, on ? STATUS : '')
    const { stoppable } = await api.setSession(place, on ? 'processing' : 'active')
    if (!stoppable) this.#noNativeStop()
  }

  #noNativeStop(): void {
    const { offers, log } = this.#deps
    if (offers.nativeStop) {
      log.warn(
        'The Slack app does not subscribe agent_session_stopped, so replies are edited and carry a Stop button. ' +
          'Compare the app with config/slack-manifest.json.',
      )
    }
    offers.nativeStop = false
  }

  #failure(thrown: unknown): SlackCallError | undefined {
    const failure = thrown instanceof SlackCallError ? thrown : undefined
    this.#deps.log.debug({ reason: reasonOf(thrown) }, 'The working sign could not be changed.')
    return failure
  }
}
