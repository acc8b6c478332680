/**
 * Where a reply becomes visible in Slack. Rules D1, D4 to D7.
 *
 * Each part is one message, streamed natively where this Slack offers it and edited where it does not; which of the
 * two is found out by trying. `message.ts` keeps one message true, `sign.ts` the working sign.
 */
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import type { Account } from '#core/delivery/account.ts'
import { heal } from '#core/delivery/markdown/heal.ts'
import {
  type OnMessages,
  type PartLimit,
  type ReplySurface,
  type ReplyView,
  SurfaceError,
} from '#core/delivery/surface.ts'
import { reasonOf } from '#core/errors.ts'
import { type MessageRef, messageKey } from '#core/thread.ts'
import type { SessionStatus, SlackApi } from './api.ts'
import { charged, type SlackBudget } from './budget.ts'
import type { Deletions } from './deletions.ts'
import { isShutOut, SlackCallError, surfaceError } from './fault.ts'
import { compareTs, ownSince, written } from './find.ts'
import type { Self } from './inbound.ts'
import { PartMessage, type ReplyState } from './message.ts'
import { neutral, neutralSoFar } from './neutral.ts'
import type { Offers } from './offers.ts'
import type { Place } from './place.ts'
import { type Cut, cutBehind, cutWithin, type Piece, piecesOf } from './roll-over.ts'
import { WorkingSign } from './sign.ts'
import type { Wanted } from './step.ts'
import { hasTable } from './tables.ts'

/**
 * A streamed message breaks off between 10,600 and 11,300 bytes, and an edit takes 12,000 characters. 9,000 leaves
 * room for the joiners of `neutral.ts`.
 */
const LIMIT: PartLimit = { unit: 'utf8', size: 9_000 }
/** Plain `text` is refused by `chat.update` beyond 4,000 characters, after escaping. */
const PLAIN_LIMIT: PartLimit = { unit: 'utf8', size: 3_000 }

/**
 * A reply that is over by then would only make the sign flicker, and Slack bears a few of these calls a minute for all
 * that is written in a workspace. Far below the second that rule D7 leaves.
 */
const SIGN_AFTER_MS = 150

/**
 * Where Slack shows no Stop of its own, a reply that has said nothing for so long gets a message that has one (rule
 * T5). Most models have begun by then, and a message that says nothing would only flicker.
 */
const HELD_AFTER_MS = 3_000
/** Stands until the first words do. */
const HOLDING: ReplyView = { parts: ['_Thinking…_'], finished: false, controls: ['stop'] }

/** Slack ends a stream about five minutes after it began, appends or not; the last minute is for what goes wrong. */
const ROLL_OVER_MS = 4 * 60_000
/** From now on any place will do: twenty seconds are left for slow writes. */
const ROLL_OVER_ANYWHERE_MS = 4 * 60_000 + 40_000

/** A message said less than our limit allows, and Slack found it too long all the same. */
const TOO_LONG = new Set(['msg_too_long', 'msg_blocks_too_long'])

export interface SurfaceDeps {
  readonly api: SlackApi
  readonly offers: Offers
  readonly budget: SlackBudget
  readonly deletions: Deletions
  readonly self: Self
  readonly clock: Clock
  readonly log: Logger
}

export interface Begun {
  /** Messages that an earlier attempt at this reply has shown. */
  readonly shown: readonly string[]
  /** This is not the first attempt, for all we know: an earlier one may have written what nobody remembers. */
  readonly again: boolean
  /** The reply's id, for what people press. */
  readonly reply: string
}

export class SlackReply implements ReplySurface {
  readonly #deps: SurfaceDeps
  readonly #place: Place
  readonly #attempt = randomUUID()
  /** The reply's own. */
  readonly #id: string
  readonly #state: ReplyState
  readonly #sign: WorkingSign
  /** One for each piece of each part, in order. */
  readonly #messages: PartMessage[]
  /** Where parts are cut besides, in order. */
  readonly #cuts = new Map<number, readonly Cut[]>()
  #newestPart = 0
  /** How much of the newest part readers may have seen: no cut is made before that. */
  #tried = 0
  /** Until we have looked for messages that an earlier attempt left. */
  #mayHaveOrphans: boolean
  /** There were words to show. */
  #begun = false
  /** Settles when the newest `show` has: they never overlap (rule D3). */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(deps: SurfaceDeps, place: Place, { shown, again, reply }: Begun) {
    this.#id = reply
    this.#deps = { ...deps, api: charged(deps.api, deps.budget, this) }
    this.#place = place
    const sign = new WorkingSign({ ...deps, place }, again || shown.length > 0)
    const onSession = (status: SessionStatus) => sign.streamEnded(status)
    this.#sign = sign
    this.#state = { streams: shown.length === 0, taken: new Set(), onSession }
    this.#messages = shown.map((ts, part) => this.#message(part, ts))
    this.#mayHaveOrphans = again
  }

  get limit(): PartLimit {
    return this.#deps.offers.look.markdown === 'text' ? PLAIN_LIMIT : LIMIT
  }

  get account(): Account {
    const { budget, offers } = this.#deps
    return budget.growth(this.#messages.at(-1)?.streams ?? (this.#state.streams && offers.streaming))
  }

  async working(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    // Whoever asked for the sign is done: if no last view took it away, nobody else will.
    signal.addEventListener('abort', () => void this.#sign.putOut(), { once: true })
    // It rejects for an abort only, which the next line looks for.
    await this.#deps.clock.sleep(SIGN_AFTER_MS, signal).catch(() => undefined)
    if (signal.aborted) return
    void this.#holdLater(signal)
    await this.#sign.light(signal)
  }

  landed(): Promise<unknown> {
    return this.#turn
  }

  /** Never throws. */
  async #holdLater(signal: AbortSignal): Promise<void> {
    try {
      await this.#deps.clock.sleep(HELD_AFTER_MS, signal)
      if (!this.#hasNativeStop) await this.#hold(signal)
    } catch (thrown) {
      // Whoever writes next meets the same failure and reports it.
      if (!signal.aborted) this.#deps.log.debug({ reason: reasonOf(thrown) }, 'Nothing to press Stop on.')
    }
  }

  /** Slack's own Stop comes with the sign. */
  get #hasNativeStop(): boolean {
    return this.#deps.offers.nativeStop && !this.#sign.waits
  }

  /** A message with a Stop button that becomes the first part. @throws SurfaceError */
  #hold(signal: AbortSignal): Promise<void> {
    const held = this.#turn.then(async () => {
      // An earlier attempt may have left words here: those are not covered up.
      if (this.#begun || this.#mayHaveOrphans || this.#messages.length > 0) return
      await this.#show(HOLDING, signal)
    })
    this.#turn = held.catch(() => undefined)
    return held
  }

  show(view: ReplyView, signal: AbortSignal, onMessages?: OnMessages): Promise<readonly string[]> {
    this.#begun = true
    const shown = this.#turn
      .then(() => this.#show(view, signal, onMessages))
      .catch((thrown) => this.#givenUp(thrown))
    this.#turn = shown.catch(() => undefined)
    return shown
  }

  refer(message: string): MessageRef {
    return { platform: 'slack', workspace: this.#deps.self.team, channel: this.#place.channel, message }
  }

  async #show(view: ReplyView, signal: AbortSignal, onMessages?: OnMessages): Promise<readonly string[]> {
    signal.throwIfAborted()
    if (this.#mayHaveOrphans) await this.#adopt()
    this.#forgetGone()
    this.#rollOver(view)
    let wrote = false
    /** A stream that says everything and has no end yet. */
    let unended: unknown
    for (let index = 0; ; ) {
      const pieces = piecesOf(view.parts, this.#cuts)
      const piece = pieces[index]
      if (piece === undefined) break
      const isLast = index === pieces.length - 1
      const standing = this.#ids.length
      try {
        wrote = (await this.#showPiece(index, piece, isLast, view, signal)) || wrote
        index += 1
      } catch (thrown) {
        if (this.#isUnended(thrown, index, piece)) {
          // What stands below it does not wait for its end.
          unended = thrown
          index += 1
        } else await this.#overcome(thrown, piece, view, wrote, signal)
      }
      if (this.#ids.length > standing) await onMessages?.(this.#ids)
    }
    const length = piecesOf(view.parts, this.#cuts).length
    await this.#removeBeyond(length)
    if (view.finished && unended !== undefined) throw unended
    if (view.finished) await this.#sign.putOut()
    return this.#ids
  }

  get #ids(): readonly string[] {
    return this.#messages.flatMap(({ ts }) => ts ?? [])
  }

  #isUnended(thrown: unknown, index: number, { text }: Piece): boolean {
    const waits = thrown instanceof SurfaceError && thrown.fault.kind === 'rate_limited'
    return waits && this.#messages[index]?.says(neutral(text)) === true
  }

  async #showPiece(
    index: number,
    { text, part }: Piece,
    isLast: boolean,
    { parts, finished, controls }: ReplyView,
    signal: AbortSignal,
  ): Promise<boolean> {
    const complete = finished || !isLast
    const message = this.#messages[index] ?? this.#message(index)
    this.#messages[index] = message
    if (part === parts.length - 1) this.#tried = parts.at(-1)?.length ?? 0
    const wanted: Wanted = {
      text: complete ? neutral(text) : message.streams ? neutralSoFar(text) : neutral(heal(text)),
      complete,
      controls: isLast ? controls.filter((control) => control !== 'stop' || this.#needsButton(message)) : [],
      tables: complete && hasTable(text),
    }
    const goesOn = !(finished && isLast) && this.#deps.offers.sign === 'sessions'
    return message.show(wanted, goesOn ? 'processing' : 'active', signal)
  }

  /** A stream has no button: it is ended for one where no sign ever brings Slack's own, and not to wait for its turn. */
  #needsButton({ streams }: PartMessage): boolean {
    return !this.#deps.offers.nativeStop || (this.#sign.waits && !streams)
  }

  /** A message that somebody deleted: those behind it move up, so that the parts stay in their order. */
  #forgetGone(): void {
    const { others } = this.#deps.deletions
    const left = this.#messages.filter(
      ({ ts }) => ts === undefined || !others.has(messageKey(this.refer(ts))),
    )
    this.#messages.splice(0, Number.POSITIVE_INFINITY, ...left)
  }

  /** A stream that Slack would soon end goes on in a new message, at a place where a reader expects a break. */
  #rollOver({ parts, finished }: ReplyView): void {
    const part = parts.length - 1
    const text = parts[part]
    const streamedFor = this.#messages.at(-1)?.streamedFor ?? 0
    if (part !== this.#newestPart) this.#tried = 0
    this.#newestPart = part
    if (finished || text === undefined || streamedFor < ROLL_OVER_MS) return
    const cut = cutBehind(text, this.#tried, streamedFor >= ROLL_OVER_ANYWHERE_MS)
    if (cut !== undefined) this.#cuts.set(part, [...(this.#cuts.get(part) ?? []), cut])
  }

  /** @throws what cannot be overcome here. */
  async #overcome(
    thrown: unknown,
    piece: Piece,
    { parts }: ReplyView,
    wrote: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    if (!(thrown instanceof SurfaceError)) throw thrown
    const { fault, cause } = thrown
    // A long reply may be a hundred messages: those that are there already are not a failure of this write.
    if (fault.kind === 'rate_limited' && wrote) return this.#deps.clock.sleep(fault.retryAfterMs, signal)
    if (!(cause instanceof SlackCallError) || !TOO_LONG.has(cause.code)) throw thrown
    const cut = cutWithin(parts[piece.part] ?? '', piece)
    if (cut === undefined) throw thrown
    const cuts = [...(this.#cuts.get(piece.part) ?? []), cut]
    this.#cuts.set(
      piece.part,
      cuts.toSorted((a, b) => a.before.length - b.before.length),
    )
  }

  /** Nothing more will be shown here: the sign must not outlive the reply. */
  async #givenUp(thrown: unknown): Promise<never> {
    const kind = thrown instanceof SurfaceError ? thrown.fault.kind : undefined
    if (kind === 'gone' || kind === 'refused') await this.#sign.putOut()
    throw thrown
  }

  /** What an earlier attempt, or an earlier and longer answer, left behind goes. */
  async #removeBeyond(length: number): Promise<void> {
    for (const message of this.#messages.slice(length)) await message.remove()
    this.#messages.length = Math.min(this.#messages.length, length)
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
      if (thrown.fault.kind !== 'refused' || isShutOut(thrown.code)) throw surfaceError(thrown)
      this.#deps.log.debug({ code: thrown.code }, 'Could not look for an earlier attempt at this reply.')
    }
    this.#mayHaveOrphans = false
  }

  #message(part: number, ts?: string): PartMessage {
    const { offers } = this.#deps
    // While a message is streamed it shows no button: where Slack is known to offer none, it is edited instead.
    this.#state.streams &&= offers.streaming && this.#hasNativeStop
    const own = { place: this.#place, attempt: this.#attempt, part, id: this.#id, reply: this.#state }
    return new PartMessage({ ...this.#deps, ...own }, ts)
  }
}
