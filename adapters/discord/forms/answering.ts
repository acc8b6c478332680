/**
 * How Discord hears of an interaction, and the person of what became of it.
 *
 * Discord waits three seconds for a first answer. The delivery that gives it is the one that goes on; every other
 * delivery of the same interaction is told that it was answered before, and says nothing (rule F1).
 */
import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/errors.ts'
import { CODE, codeOf, describe, faultOf } from '../fault.ts'
import { withPatience } from '../patience.ts'
import type { FirstAnswer, InteractionApi, Shown } from './api.ts'
import type { HeardInteraction } from './heard.ts'

/** Discord shows the person a failure three seconds after the press; the second attempt must fit in, too. */
const FIRST_WITHIN_MS = 2_500
/** For a form that must be filled first: what is left is for the network. */
const FILL_WITHIN_MS = 1_500
/** A change or one more message; several may have to wait for each other. */
const SAY_WITHIN_MS = 15_000
const PAUSE_MS = 1_000

export interface AnsweringDeps {
  readonly api: InteractionApi
  readonly clock: Clock
  readonly log: Logger
  /** Aborts when no more events are taken. */
  readonly stopped: AbortSignal
}

/** Not there in time for a form to be opened with it. */
export const LATE: unique symbol = Symbol('late')

const isLate = (): typeof LATE => LATE

export class Answering {
  readonly #deps: AnsweringDeps

  constructor(deps: AnsweringDeps) {
    this.#deps = deps
  }

  /** @returns false when this delivery is not the one to answer: it was answered before, or it is too late. */
  async first(heard: HeardInteraction, first: FirstAnswer): Promise<boolean> {
    const { api, log } = this.#deps
    const soon = AbortSignal.timeout(FIRST_WITHIN_MS)
    for (let attempt = 1; ; attempt += 1) {
      try {
        await api.answer(heard, first, soon)
        return true
      } catch (error) {
        // The first attempt may have arrived although its answer did not.
        if (codeOf(error) === CODE.alreadyAcknowledged) return attempt > 1
        const transient = faultOf(error)?.kind === 'unavailable' && !soon.aborted
        if (!transient || attempt > 1) {
          log.debug({ failure: describe(error) }, 'Discord: an interaction could not be answered')
          return false
        }
      }
    }
  }

  /** What fills a form, or `LATE`. A failure that comes later than that is in the log. */
  async inTime<T>(work: () => Promise<T>): Promise<T | typeof LATE> {
    const { clock, log, stopped } = this.#deps
    const over = new AbortController()
    const working = work()
    const late = clock.sleep(FILL_WITHIN_MS, AbortSignal.any([over.signal, stopped])).then(isLate, isLate)
    try {
      const result = await Promise.race([working, late])
      if (result === LATE) {
        working.catch((error: unknown) =>
          log.warn({ reason: reasonOf(error) }, 'Discord: what a form was to be filled with failed'),
        )
      }
      return result
    } finally {
      over.abort()
    }
  }

  /**
   * Changes the answer, or the message that was pressed; adds a message where that is gone.
   *
   * @returns false when the person cannot be told.
   */
  async change(heard: HeardInteraction, shown: Shown): Promise<boolean> {
    const { api } = this.#deps
    return this.#say(async (signal) => {
      try {
        await api.change(heard, shown, signal)
      } catch (error) {
        if (codeOf(error) !== CODE.unknownMessage) throw error
        await api.add(heard, shown, signal)
      }
    })
  }

  /** One more message. @returns false when the person cannot be told. */
  async add(heard: HeardInteraction, shown: Shown): Promise<boolean> {
    return this.#say((signal) => this.#deps.api.add(heard, shown, signal))
  }

  /** What the core says of this, with patience; undefined when it failed, which is in the log. */
  asked<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    const { clock, stopped } = this.#deps
    return this.once(what, () => withPatience(work, clock, stopped))
  }

  /** The same without patience. */
  async once<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    const { log } = this.#deps
    try {
      return await work()
    } catch (error) {
      log.error({ what, reason: reasonOf(error) }, 'Discord: what somebody asked for failed')
      return undefined
    }
  }

  /** The same for what may take long. @throws what the last attempt threw, or the signal's reason */
  patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return withPatience(work, this.#deps.clock, signal)
  }

  async #say(write: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const { clock, log } = this.#deps
    const signal = AbortSignal.timeout(SAY_WITHIN_MS)
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (attempt > 1) await clock.sleep(PAUSE_MS, signal)
        await write(signal)
        return true
      } catch (error) {
        const transient = faultOf(error)?.kind === 'unavailable' && !signal.aborted
        if (!transient || attempt > 2) {
          log.warn({ failure: describe(error) }, 'Discord: somebody could not be told what became of this')
          return false
        }
      }
    }
  }
}
