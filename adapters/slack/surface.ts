/**
 * Where a reply becomes visible in Slack. Rules D1, D4 to D7.
 *
 * Each part is one message, streamed natively where this Slack offers it and edited where it does not; which of the
 * two is found out by trying. `message.ts` keeps one message true, `sign.ts` the working sign.
 */
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import { type PartLimit, type ReplySurface, type ReplyView, SurfaceError } from '#core/delivery/surface.ts'
import type { MessageRef } from '#core/thread.ts'
import type { SessionStatus, SlackApi } from './api.ts'
import { SlackCallError, surfaceError } from './fault.ts'
import { compareTs, ownSince, written } from './find.ts'
import type { Self } from './inbound.ts'
import { PartMessage, type ReplyState } from './message.ts'
import { neutral, neutralSoFar } from './neutral.ts'
import type { Offers } from './offers.ts'
import type { Place } from './place.ts'
import { WorkingSign } from './sign.ts'
import type { Traffic } from './traffic.ts'

/**
 * A streamed message breaks off between 10,600 and 11,300 bytes, and an edit takes 12,000 characters. 9,000 leaves
 * room for the joiners of `neutral.ts`.
 */
const LIMIT: PartLimit = { unit: 'utf8', size: 9_000 }
/** Plain `text` is refused by `chat.update` beyond 4,000 characters, after escaping. */
const PLAIN_LIMIT: PartLimit = { unit: 'utf8', size: 3_000 }

/** `chat.appendStream`: 100 a minute and workspace. */
const STREAM_CADENCE_MS = 700
/** `chat.update`: 50 a minute and workspace. */
const EDIT_CADENCE_MS = 1_300

export interface SurfaceDeps {
  readonly api: SlackApi
  readonly offers: Offers
  readonly traffic: Traffic
  readonly self: Self
  readonly clock: Clock
  readonly log: Logger
}

export interface Begun {
  /** Messages that an earlier attempt at this reply has shown. */
  readonly shown: readonly string[]
  /** This is not the first attempt, for all we know: an earlier one may have written what nobody remembers. */
  readonly again: boolean
}

export class SlackReply implements ReplySurface {
  readonly #deps: SurfaceDeps
  readonly #place: Place
  readonly #attempt = randomUUID()
  readonly #state: ReplyState
  readonly #sign: WorkingSign
  /** By part. */
  readonly #messages: PartMessage[]
  /** Until we have looked for messages that an earlier attempt left. */
  #mayHaveOrphans: boolean
  /** Settles when the newest `show` has: they never overlap (rule D3). */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(deps: SurfaceDeps, place: Place, { shown, again }: Begun) {
    this.#deps = deps
    this.#place = place
    const sign = new WorkingSign({ ...deps, place }, again || shown.length > 0)
    const onSession = (status: SessionStatus) => sign.streamEnded(status)
    this.#sign = sign
    this.#state = { streams: shown.length === 0, taken: new Set(), onSession }
    this.#messages = shown.map((ts, part) => this.#message(part, ts))
    this.#mayHaveOrphans = again
  }

  get limit(): PartLimit {
    return this.#deps.offers.dress === 'text' ? PLAIN_LIMIT : LIMIT
  }

  get cadenceMs(): number {
    const streams = this.#messages.at(-1)?.streams ?? (this.#state.streams && this.#deps.offers.streaming)
    const { traffic, clock } = this.#deps
    return (streams ? STREAM_CADENCE_MS : EDIT_CADENCE_MS) * traffic.share(clock.now())
  }

  async working(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    // Whoever asked for the sign is done: if no last view took it away, nobody else will.
    signal.addEventListener('abort', () => void this.#sign.putOut(), { once: true })
    await this.#sign.light()
  }

  show(view: ReplyView, signal: AbortSignal): Promise<readonly string[]> {
    const shown = this.#turn.then(() => this.#show(view, signal)).catch((thrown) => this.#givenUp(thrown))
    this.#turn = shown.catch(() => undefined)
    return shown
  }

  refer(message: string): MessageRef {
    return { platform: 'slack', workspace: this.#deps.self.team, channel: this.#place.channel, message }
  }

  async #show({ parts, finished }: ReplyView, signal: AbortSignal): Promise<readonly string[]> {
    signal.throwIfAborted()
    const { traffic, clock } = this.#deps
    traffic.note(this.#attempt, finished ? undefined : clock.now())
    if (this.#mayHaveOrphans) await this.#adopt()
    const last = parts.length - 1
    for (const [part, text] of parts.entries()) {
      const complete = finished || part < last
      const message = this.#messages[part] ?? this.#message(part)
      this.#messages[part] = message
      const wanted = { text: complete ? neutral(text) : neutralSoFar(text), complete }
      const goesOn = !(finished && part === last) && this.#deps.offers.sign === 'sessions'
      await message.show(wanted, goesOn ? 'processing' : 'active', signal)
    }
    if (finished) await this.#finish(parts.length)
    return this.#messages.slice(0, parts.length).flatMap(({ ts }) => ts ?? [])
  }

  /** Nothing more will be shown here: the sign must not outlive the reply. */
  async #givenUp(thrown: unknown): Promise<never> {
    const kind = thrown instanceof SurfaceError ? thrown.fault.kind : undefined
    if (kind === 'gone' || kind === 'refused') await this.#sign.putOut()
    throw thrown
  }

  /** What an earlier, longer attempt left behind goes, and so does the sign. */
  async #finish(length: number): Promise<void> {
    for (const message of this.#messages.slice(length)) await message.remove()
    this.#messages.length = Math.min(this.#messages.length, length)
    await this.#sign.putOut()
  }

  /** An earlier attempt may have ended between writing a message and remembering it (rule T3). */
  async #adopt(): Promise<void> {
    const { api, self } = this.#deps
    try {
      const found = written(await ownSince(api, this.#place, self), this.#place.ts)
      const remembered = this.#messages.flatMap(({ ts }) => ts ?? [])
      const all = [...new Set([...remembered, ...found])].toSorted(compareTs)
      this.#messages.splice(0, Infinity, ...all.map((ts, part) => this.#message(part, ts)))
      if (all.length > 0) this.#state.streams = false
    } catch (thrown) {
      if (!(thrown instanceof SlackCallError)) throw thrown
      // Without the right to read there is nothing to find; anything else is worth another try.
      if (thrown.fault.kind !== 'refused') throw surfaceError(thrown)
      this.#deps.log.debug({ code: thrown.code }, 'Could not look for an earlier attempt at this reply.')
    }
    this.#mayHaveOrphans = false
  }

  #message(part: number, ts?: string): PartMessage {
    this.#state.streams &&= this.#deps.offers.streaming
    const { api, offers, self } = this.#deps
    const deps = { api, offers, self, place: this.#place, attempt: this.#attempt, part, reply: this.#state }
    return new PartMessage(deps, ts)
  }
}
