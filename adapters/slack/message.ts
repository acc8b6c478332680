/**
 * One Slack message that is part of a reply: makes it say what it should, by stream or by edits (rules D1, D5).
 *
 * It does what `step.ts` decides and asks again. Every answer and every failure changes what is known of the message,
 * so calling `show` again after a failure goes on from the truth: nothing is lost and nothing is said twice.
 */
import { SurfaceError } from '#core/delivery/surface.ts'
import type { Mark, SessionStatus, SlackApi } from './api.ts'
import { SlackCallError, surfaceError } from './fault.ts'
import { lostOne, ownSince } from './find.ts'
import type { Self } from './inbound.ts'
import { lessonOf } from './lesson.ts'
import type { Dress, Offers } from './offers.ts'
import type { Place } from './place.ts'
import { type MessageState, nextStep, type Step, type Wanted } from './step.ts'

export interface MessageDeps {
  readonly api: SlackApi
  readonly offers: Offers
  readonly self: Self
  readonly place: Place
  /** Names this attempt at the reply; with `part` it names the message. */
  readonly attempt: string
  readonly part: number
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

/** The longest honest way is lost, find, stop, update, conflict, stop, update, nothing. */
const MAX_STEPS = 12

export class PartMessage {
  readonly #deps: MessageDeps
  #state: MessageState
  /** Tried after Slack refused the one in use; everybody uses it once it was accepted. */
  #plainer: Dress | undefined

  /** @param ts the message that an earlier attempt has left. */
  constructor(deps: MessageDeps, ts?: string) {
    this.#deps = deps
    this.#state =
      ts === undefined ? { at: 'absent' } : { at: 'settled', ts, text: undefined, complete: false }
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

  /**
   * @param status what the session is after this message's stream ends: the reply may go on in another message.
   * @throws SurfaceError
   */
  async show(wanted: Wanted, status: SessionStatus, signal: AbortSignal): Promise<void> {
    for (let count = 0; count < MAX_STEPS; count += 1) {
      const step = nextStep(this.#state, wanted, this.#deps.reply.streams)
      if (step.do === 'nothing') return
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
    try {
      await this.#deps.api.remove(this.#deps.place, ts)
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
      case 'start':
        return this.#become({ at: 'streaming', ts: await api.startStream(place, text), text })
      case 'post': {
        const ts = await this.#dressed((dress) => api.post(place, text, dress, this.#mark(complete)))
        return this.#become({ at: 'settled', ts, text, complete })
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
        await api.stopStream(place, state.ts, { text: step.text, status, mark })
        this.#deps.reply.onSession(status)
        return this.#become({
          at: 'settled',
          ts: state.ts,
          text: state.text === undefined ? undefined : state.text + step.text,
          complete: mark.complete,
        })
      }
      case 'update':
        if (state.at !== 'settled') return
        await this.#dressed((dress) => api.update(place, state.ts, text, dress, this.#mark(complete)))
        return this.#become({ ...state, text, complete })
    }
  }

  /** @throws SurfaceError */
  async #learn(step: Step, wanted: Wanted, failure: SlackCallError): Promise<void> {
    const { offers, reply } = this.#deps
    const lesson = lessonOf(step, this.#state, wanted, failure, this.#plainer ?? offers.dress)
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
      case 'dress':
        this.#plainer = lesson.dress
        break
      case 'fail':
        this.#plainer = undefined
        this.#become(lesson.state)
        throw lesson.error
    }
  }

  async #dressed<Answer>(write: (dress: Dress) => Promise<Answer>): Promise<Answer> {
    const { offers } = this.#deps
    const dress = this.#plainer ?? offers.dress
    const answer = await write(dress)
    offers.dress = dress
    return answer
  }

  async #find(): Promise<void> {
    const { api, place, self, attempt, part, reply } = this.#deps
    const lost = this.#state
    if (lost.at !== 'lost') return
    const ts = lostOne(await ownSince(api, place, self), { how: lost.how, attempt, part }, reply.taken)
    if (ts === undefined) return this.#become({ at: 'absent' })
    // The first write is the only one it can have seen, so what it says is known.
    if (lost.how === 'stream') return this.#become({ at: 'streaming', ts, text: lost.text })
    this.#become({ at: 'settled', ts, text: lost.text, complete: lost.complete })
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
