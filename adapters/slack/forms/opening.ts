/**
 * Opening a form. Slack lets a press open one for three seconds, and what stands in it may take as long as a model
 * does: so a form that is not ready soon is opened empty and filled when it is.
 */
import type { KnownBlock, ModalView } from '@slack/web-api'
import type { Logger } from 'pino'
import { SAYINGS } from '#adapters/press.ts'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/errors.ts'
import { SlackCallError } from '../fault.ts'
import type { FormsApi } from './api.ts'
import { saying } from './view.ts'

export interface Asked {
  readonly trigger: string
  /** Tell the person something that only they see, below what they pressed. */
  tell(text: string, blocks?: readonly KnownBlock[]): Promise<void>
}

export interface Wanted {
  readonly title: string
  /** What stands in the form until it is filled. */
  readonly meanwhile: string
  /** Said with `again` when the press was too long ago to open anything. */
  readonly late: string
  /** Buttons that ask for the same once more. */
  readonly again: readonly KnownBlock[]
  /** May take long. `signal` aborts when nobody waits any more. */
  fill(signal: AbortSignal): Promise<ModalView>
}

export interface OpeningDeps {
  readonly api: Pick<FormsApi, 'openView' | 'updateView'>
  readonly clock: Clock
  readonly log: Logger
  /** Aborts when Parley stops. */
  readonly signal: AbortSignal
}

/** Most forms are ready by then, and are opened filled. The rest of the three seconds is for the way there and back. */
const READY_MS = 700
/** Filling a form again does no harm. */
const MOST_FILLS = 4
const FILL_AGAIN_MS = 1_000
const LONGEST_WAIT_MS = 30_000

export class Openings {
  readonly #deps: OpeningDeps
  /** Forms that are open and not filled yet, by view id. */
  readonly #waiting = new Map<string, AbortController>()

  constructor(deps: OpeningDeps) {
    this.#deps = deps
  }

  /** The person closed it: nobody waits for what would fill it. */
  closed(view: string): void {
    this.#waiting.get(view)?.abort()
  }

  /** Never throws: whatever goes wrong is said to the person, as far as Slack lets us. */
  async open(asked: Asked, wanted: Wanted): Promise<void> {
    const { clock, signal, api } = this.#deps
    const waiting = new AbortController()
    const abandoned = AbortSignal.any([signal, waiting.signal])
    const filled = this.#fill(wanted, abandoned)
    const soon = new AbortController()
    const early = await Promise.race([filled, nothingAfter(READY_MS, clock, soon.signal)])
    soon.abort()
    let id: string
    try {
      id = await api.openView(asked.trigger, early ?? saying(wanted.title, wanted.meanwhile, true))
    } catch (thrown) {
      waiting.abort()
      return this.#notOpened(thrown, asked, wanted)
    }
    if (early !== undefined) return
    this.#waiting.set(id, waiting)
    const view = await filled
    this.#waiting.delete(id)
    if (!waiting.signal.aborted) await this.#show(id, view, wanted)
  }

  async #fill({ fill, title }: Wanted, signal: AbortSignal): Promise<ModalView> {
    try {
      return await fill(signal)
    } catch (thrown) {
      if (!signal.aborted) this.#deps.log.error({ reason: reasonOf(thrown) }, 'A form could not be filled.')
      return saying(title, SAYINGS.failed)
    }
  }

  async #show(id: string, view: ModalView, { title }: Wanted): Promise<void> {
    const { log } = this.#deps
    try {
      await this.#update(id, view)
    } catch (thrown) {
      log.warn({ reason: reasonOf(thrown) }, 'A form that is open could not be filled.')
      await this.#update(id, saying(title, SAYINGS.failed)).catch((again: unknown) =>
        log.warn({ reason: reasonOf(again) }, 'Nor could it be said.'),
      )
    }
  }

  /** @throws SlackCallError */
  async #update(id: string, view: ModalView): Promise<void> {
    const { api, clock } = this.#deps
    for (let left = MOST_FILLS - 1; ; left -= 1) {
      try {
        return await api.updateView(id, view)
      } catch (thrown) {
        if (!(thrown instanceof SlackCallError)) throw thrown
        // Closed meanwhile, and the word of it is still on its way.
        if (thrown.code === 'not_found') return
        const { fault } = thrown
        if (left === 0 || fault.kind === 'refused') throw thrown
        await clock.sleep(
          fault.kind === 'rate_limited' ? Math.min(fault.retryAfterMs, LONGEST_WAIT_MS) : FILL_AGAIN_MS,
          this.#deps.signal,
        )
      }
    }
  }

  async #notOpened(thrown: unknown, { tell }: Asked, { late, again }: Wanted): Promise<void> {
    const { log } = this.#deps
    const failure = thrown instanceof SlackCallError ? thrown : undefined
    // The same press, delivered twice: the other delivery opened the form.
    if (failure?.code === 'exchanged_trigger_id') return
    const inVain = failure?.fault.kind === 'refused' && failure.code !== 'expired_trigger_id'
    log[inVain ? 'error' : 'info']({ reason: reasonOf(thrown) }, 'A form did not open.')
    try {
      await (inVain ? tell(SAYINGS.failed) : tell(late, again))
    } catch (untold) {
      log.warn({ reason: reasonOf(untold) }, 'Could not say that a form did not open.')
    }
  }
}

async function nothingAfter(ms: number, clock: Clock, signal: AbortSignal): Promise<undefined> {
  await clock.sleep(ms, signal).catch((thrown: unknown) => {
    if (!signal.aborted) throw thrown
  })
  return undefined
}
