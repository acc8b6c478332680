/**
 * One Slack message that is part of a reply: makes it say what it should, by stream or by edits (rules D1, D5).
 *
 * It does what `step.ts` decides and asks again. Every answer and every failure changes what is known of the message,
 * so calling `show` again after a failure goes on from the truth: nothing is lost and nothing is said twice.
 */
import type { Clock } from '#core/clock.ts'
import { SurfaceError } from '#core/delivery/surface.ts'
import { messageKey } from '#core/thread.ts'
import type { Mark, SessionStatus, SlackApi } from './api.ts'
import type { Deletions } from './deletions.ts'
import { type Content, endBlocks } from './dress.ts'
import { SlackCallError, surfaceError } from './fault.ts'
import { lostOne, ownSince } from './find.ts'
import type { Self } from './inbound.ts'
import { lessonOf } from './lesson.ts'
import { accepted, type Look, type Offers } from './offers.ts'
import type { Place } from './place.ts'
import { type MessageState, nextStep, type Step, type Wanted } from './step.ts'

export interface MessageDeps {
  readonly api: SlackApi
  readonly offers: Offers
  readonly deletions: Deletions
  readonly clock: Clock
  readonly self: Self
  readonly place: Place
  /** Names this attempt at the reply; with `part` it names the message. */
  readonly attempt: string
  readonly part: number
  /** The reply's id, for what people press. */
  readonly id: string
  /** What all messages of the reply share. */
  readonly reply: ReplyState
}

export interface ReplyState {
  /** Whether new messages of this reply begin as streams. */
  streams: boolean
  /** Messages known to belong to some part, so that a search does not take them for another. */
  readonly taken: Set<string>
  /** Told when a stream's end has set the session. */
  readonly onSession: (status: SessionStatus) => void
}

/** The longest honest way is lost, find, stop, update, conflict, stop, update, nothing, with plainer looks between. */
const MAX_STEPS = 16

export class PartMessage {
  readonly #deps: MessageDeps
  #state: MessageState
  /** When we asked for the newest stream, on our clock. */
  #streamedSince: number | undefined
  /** Tried after Slack refused the one in use; everybody uses it once it was accepted. */
  #plainer: Look | undefined

  /** @param ts the message that an earlier attempt has left. */
  constructor(deps: MessageDeps, ts?: string) {
    this.#deps = deps
    this.#state = ts === undefined ? { at: 'absent' } : { at: 'settled', ts, shows: undefined }
    if (ts !== undefined) deps.reply.taken.add(ts)
  }

  /** Slack's name for it, once there is one. */
  get ts(): string | undefined {
    return this.#state.at === 'streaming' || this.#state.at === 'settled' ? this.#state.ts : undefined
  }

  /** Whether its next growth is an append rather than an edit. */
  get streams(): boolean {
    return this.#state.at === 'streaming' || (this.#state.at === 'absent' && this.#deps.reply.streams)
  }

  /** Readers see all of it, and only its stream has no end yet. */
  says(text: string): boolean {
    return this.#state.at === 'streaming' && this.#state.text === text
  }

  /** How long it has been streamed; undefined when it is not. Milliseconds. */
  get streamedFor(): number | undefined {
    if (this.#state.at !== 'streaming' || this.#streamedSince === undefined) return undefined
    return this.#deps.clock.now() - this.#streamedSince
  }

  /**
   * @returns true when something was written.
   * @param status what the session is after this message's stream ends: the reply may go on in another message.
   * @throws SurfaceError
   */
  async show(asked: Wanted, status: SessionStatus, signal: AbortSignal): Promise<boolean> {
    for (let count = 0; count < MAX_STEPS; count += 1) {
      const wanted = this.#bearable(asked)
      const step = nextStep(this.#state, wanted, this.#deps.reply.streams)
      if (step.do === 'nothing') return count > 0
      signal.throwIfAborted()
      try {
        await this.#take(step, wanted, status)
      } catch (thrown) {
        if (!(thrown instanceof SlackCallError)) throw thrown
        await this.#learn(step, wanted, thrown)
      }
    }
    throw new SurfaceError(
      { kind: 'unavailable' },
      `Slack contradicts itself about message ${this.ts ?? '(new)'}.`,
    )
  }

  /** Take the message away: the reply is shorter than an earlier attempt. @throws SurfaceError */
  async remove(): Promise<void> {
    const { ts } = this
    if (ts === undefined) return
    const { api, place, self, deletions } = this.#deps
    const message = { platform: 'slack', workspace: self.team, channel: place.channel, message: ts }
    try {
      deletions.own.add(messageKey(message))
      await api.remove(place, ts)
    } catch (thrown) {
      if (!(thrown instanceof SlackCallError)) throw thrown
      if (thrown.code !== 'message_not_found') throw surfaceError(thrown)
    }
    this.#state = { at: 'absent' }
  }

  async #take(step: Step, wanted: Wanted, status: SessionStatus): Promise<void> {
    const { api, place } = this.#deps
    const { text, complete } = wanted
    const state = this.#state
    switch (step.do) {
      case 'nothing':
        return
      case 'start': {
        this.#streamedSince = this.#deps.clock.now()
        const ts = await api.startStream(place, text)
        return this.#become({ at: 'streaming', ts, text })
      }
      case 'post': {
        const ts = await this.#dressed((look) =>
          api.post(place, this.#content(wanted), look, this.#mark(complete)),
        )
        return this.#become({ at: 'settled', ts, shows: wanted })
      }
      case 'find':
        return this.#find()
      case 'append':
        if (state.at !== 'streaming') return
        await api.appendStream(place, state.ts, step.text)
        return this.#become({ ...state, text })
      case 'stop': {
        if (state.at !== 'streaming') return
        // Text that is about to be replaced is not final, whatever `complete` says.
        const whole = state.text !== undefined && state.text + step.text === text
        const mark = this.#mark(complete && whole)
        const controls = whole ? wanted.controls : []
        await this.#dressed((look) => {
          const blocks = endBlocks(this.#content({ ...wanted, controls }), look)
          return api.stopStream(place, state.ts, { text: step.text, blocks, status, mark })
        })
        this.#deps.reply.onSession(status)
        const shows = whole ? { ...wanted, tables: false } : undefined
        return this.#become({ at: 'settled', ts: state.ts, shows })
      }
      case 'update':
        if (state.at !== 'settled') return
        await this.#dressed((look) =>
          api.update(place, state.ts, this.#content(wanted), look, this.#mark(complete)),
        )
        return this.#become({ ...state, shows: wanted })
    }
  }

  /** @throws SurfaceError */
  async #learn(step: Step, wanted: Wanted, failure: SlackCallError): Promise<void> {
    const { offers, reply } = this.#deps
    const lesson = lessonOf(step, this.#state, wanted, failure, this.#look)
    switch (lesson.next) {
      case 'go on':
        this.#become(lesson.state)
        break
      case 'replace':
        await this.remove()
        break
      case 'post':
        reply.streams = false
        if (lesson.everywhere) offers.streaming = false
        break
      case 'say first':
        await this.#sayFirst(lesson.text, wanted, lesson.error)
        break
      case 'look':
        this.#plainer = lesson.look
        break
      case 'fail':
        this.#plainer = undefined
        this.#become(lesson.state)
        throw lesson.error
    }
  }

  /** The last words are seen now, and the stream ends when there is room for that. @throws SurfaceError */
  async #sayFirst(text: string, wanted: Wanted, ending: SurfaceError): Promise<void> {
    const step: Step = { do: 'append', text }
    try {
      await this.#take(step, wanted, 'processing')
    } catch (thrown) {
      if (!(thrown instanceof SlackCallError)) throw thrown
      if (thrown.fault.kind === 'rate_limited') throw sooner(ending, surfaceError(thrown))
      return this.#learn(step, wanted, thrown)
    }
    throw ending
  }

  get #look(): Look {
    return this.#plainer ?? this.#deps.offers.look
  }

  /** What this Slack turned out not to show is not wanted: it would be missed, and written again and again. */
  #bearable(wanted: Wanted): Wanted {
    const { controls, markdown } = this.#look
    return {
      ...wanted,
      controls: controls === 'none' || markdown === 'text' ? [] : wanted.controls,
      tables: wanted.tables && markdown !== 'text',
    }
  }

  #content({ text, controls, tables }: Wanted): Content {
    return { text, controls, tables, reply: this.#deps.id }
  }

  async #dressed<Answer>(write: (look: Look) => Promise<Answer>): Promise<Answer> {
    const { offers } = this.#deps
    const look = this.#look
    const answer = await write(look)
    if (this.#plainer !== undefined) offers.look = accepted(look, offers.look)
    return answer
  }

  async #find(): Promise<void> {
    const { api, place, self, attempt, part, reply } = this.#deps
    const lost = this.#state
    if (lost.at !== 'lost') return
    const ts = lostOne(await ownSince(api, place, self), { how: lost.how, attempt, part }, reply.taken)
    if (ts === undefined) return this.#become({ at: 'absent' })
    // The first write is the only one it can have seen, so what it says is known.
    if (lost.how === 'stream') return this.#become({ at: 'streaming', ts, text: lost.wanted.text })
    this.#become({ at: 'settled', ts, shows: lost.wanted })
  }

  #become(state: MessageState): void {
    this.#state = state
    if (this.ts !== undefined) this.#deps.reply.taken.add(this.ts)
  }

  #mark(complete: boolean): Mark {
    const { attempt, part, place } = this.#deps
    return { reply: place.ts, attempt, part, complete }
  }
}

/** Whichever has room first is tried first. */
function sooner(one: SurfaceError, other: SurfaceError): SurfaceError {
  if (one.fault.kind !== 'rate_limited' || other.fault.kind !== 'rate_limited') return one
  return other.fault.retryAfterMs < one.fault.retryAfterMs ? other : one
}
