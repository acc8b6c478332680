/**
 * Bringing events and interactions to the app: three seconds to acknowledge, and for events up to three more
 * attempts. An interaction is tried once: the person saw an error and presses again.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '#core/clock.ts'
import type { Changes } from './changes.ts'
import type { Delivery } from './contract.ts'
import type { Json } from './json.ts'

export interface Outgoing {
  readonly kind: 'event' | 'interactive' | 'slash_commands'
  /** Event or interaction type, for the log. */
  readonly type: string
  readonly eventId: string | undefined
  readonly payload: Json
}

export interface Retry {
  readonly number: number
  /** As in X-Slack-Retry-Reason. */
  readonly reason: string
}

export interface Answer {
  readonly acknowledged: boolean
  /** HTTP status, or what went wrong. */
  readonly result: string
  /** What the app answered, parsed. */
  readonly response?: unknown
  /** As in X-Slack-Retry-Reason, when it was not acknowledged. */
  readonly reason?: string
  /** The app asked not to be told again. */
  readonly noRetry?: boolean
}

/** One way to the app. `late` aborts when the time to acknowledge is over. Never rejects. */
export interface Transport {
  readonly name: Delivery['via']
  send(outgoing: Outgoing, retry: Retry | undefined, late: AbortSignal): Promise<Answer>
}

export class Deliveries {
  readonly log: Delivery[] = []
  readonly #transport: () => Transport
  readonly #clock: Clock
  readonly #changes: Changes
  readonly #ackTimeoutMs: number
  readonly #retryDelaysMs: readonly number[]
  readonly #closing = new AbortController()
  /** Deliveries that wait for an acknowledgement; one that waits for its next attempt is not among them. */
  #inFlight = 0

  constructor(deps: {
    transport: () => Transport
    clock: Clock
    changes: Changes
    ackTimeoutMs: number
    retryDelaysMs: readonly number[]
  }) {
    this.#transport = deps.transport
    this.#clock = deps.clock
    this.#changes = deps.changes
    this.#ackTimeoutMs = deps.ackTimeoutMs
    this.#retryDelaysMs = deps.retryDelaysMs
  }

  get idle(): boolean {
    return this.#inFlight === 0
  }

  /** Resolves after the first attempt; later ones go on by themselves. */
  async event(outgoing: Outgoing): Promise<Answer> {
    const answer = await this.once(outgoing, undefined)
    if (!answer.acknowledged && answer.noRetry !== true) {
      this.#retry(outgoing, answer.reason ?? 'unknown_error').catch((thrown: unknown) => {
        if (!this.#closing.signal.aborted) throw thrown
      })
    }
    return answer
  }

  async once(outgoing: Outgoing, retry: Retry | undefined): Promise<Answer> {
    if (this.#closing.signal.aborted) return { acknowledged: false, result: 'closed', noRetry: true }
    this.#inFlight += 1
    const late = new AbortController()
    const done = new AbortController()
    this.#timeLimit(late, AbortSignal.any([done.signal, this.#closing.signal]))
    await nextTurn()
    const transport = this.#transport()
    const answer = await transport.send(outgoing, retry, AbortSignal.any([late.signal, this.#closing.signal]))
    done.abort()
    this.#inFlight -= 1
    this.log.push({
      type: outgoing.type,
      eventId: outgoing.eventId,
      via: transport.name,
      retry: retry?.number ?? 0,
      acknowledged: answer.acknowledged,
      result: answer.result,
    })
    this.#changes.signal()
    return answer
  }

  close(): void {
    this.#closing.abort(new Error('The simulated workspace is closed.'))
  }

  async #retry(outgoing: Outgoing, firstReason: string): Promise<void> {
    let reason = firstReason
    for (const [index, delayMs] of this.#retryDelaysMs.entries()) {
      if (delayMs > 0) await this.#clock.sleep(delayMs, this.#closing.signal)
      const answer = await this.once(outgoing, { number: index + 1, reason })
      if (answer.acknowledged || answer.noRetry === true) return
      reason = answer.reason ?? 'unknown_error'
    }
  }

  #timeLimit(late: AbortController, cancelled: AbortSignal): void {
    this.#clock.sleep(this.#ackTimeoutMs, cancelled).then(
      () => late.abort(new Error('timeout')),
      (thrown: unknown) => {
        if (!cancelled.aborted) throw thrown
      },
    )
  }
}
