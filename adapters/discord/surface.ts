/**
 * A reply on Discord: one message a part, posted once and then edited.
 *
 * Keeps D1 (what is shown is what the view says), D5 (a deleted message or an archived thread costs no text), D6
 * (pings nobody) and D7 (a working sign that never stays).
 */
import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import type { Account } from '#core/delivery/account.ts'
import type { Accounts } from '#core/delivery/accounts.ts'
import {
  type OnMessages,
  type PartLimit,
  type ReplySurface,
  type ReplyView,
  SurfaceError,
} from '#core/delivery/surface.ts'
import type { MessageRef } from '#core/thread.ts'
import type { DiscordApi } from './api.ts'
import { charged, editsIn } from './budget.ts'
import { type Face, facesOf, onTheWayTo, PART_LIMIT } from './contents.ts'
import { componentsOf, customIdOf } from './controls.ts'
import { Doubt } from './doubt.ts'
import { CODE, codeOf, describe, isTooLong, surfaceError } from './fault.ts'
import { toDiscord } from './markdown.ts'
import { nonceOf } from './nonce.ts'
import type { OwnDeletions } from './own-deletions.ts'
import type { Place } from './place.ts'
import { openTarget, type Target } from './target.ts'
import { unless } from './unless.ts'
import { type Written, writtenOf } from './written.ts'

export interface SurfaceDeps {
  readonly api: DiscordApi
  readonly clock: Clock
  /** Shared by everything that writes to these channels. */
  readonly accounts: Accounts
  readonly log: Logger
  readonly ownDeletions: OwnDeletions
}

/** Longer than a look for earlier messages takes. */
const LOOK_WITHIN_MS = 30_000

/** The sign lasts ten seconds. */
const TYPING_REFRESH_MS = 8_000
/**
 * A reply that has said nothing for so long gets a message that can be stopped (rule T5). Most models have begun by
 * then, and a message that says nothing would only flicker.
 */
const HELD_AFTER_MS = 3_000
/** Stands until the first words do. */
const HOLDING: ReplyView = { parts: ['_Thinking…_'], finished: false, controls: ['stop'] }

/** Below this, no cut would help any more. */
const SMALLEST_PART = 100

export interface ReplyHere {
  readonly place: Place
  /** Messages that show it, or an earlier candidate, already. */
  readonly shown: readonly string[]
  readonly reply: string
  /** An earlier attempt may have written what nobody remembers. */
  readonly again?: boolean
}

export function openSurface(here: ReplyHere, deps: SurfaceDeps): ReplySurface {
  return new DiscordSurface(here, deps)
}

class DiscordSurface implements ReplySurface {
  readonly limit: PartLimit = PART_LIMIT
  readonly render = toDiscord
  readonly #place: Place
  readonly #deps: SurfaceDeps
  /** In reading order, as Discord last accepted them; content undefined while only an earlier attempt knows. */
  readonly #messages: Written[]
  readonly #reply: string
  /** Messages of this reply that are not to be had any more; what takes the place of one needs a name of its own. */
  #lost = 0
  /** Until what an earlier attempt may have left is looked for. */
  #mayHaveOrphans: boolean
  readonly #doubt: Doubt
  /** An earlier attempt or candidate may have posted under the names that this one chooses, and lost what it posted. */
  readonly #isFirst: boolean
  /** The longest part that Discord takes. */
  #most: PartLimit = PART_LIMIT
  #target: Promise<Target> | undefined
  /** The channel or thread of `#target`, once it is known. */
  #shownIn: string | undefined
  /** Aborts when the first text is shown. */
  readonly #spoken = new AbortController()
  /** Whom the newest `show` tells of a further message. */
  #onMessages: OnMessages | undefined
  /** Settles when the working sign is no longer on its way. */
  #sign: Promise<void> = Promise.resolve()

  constructor({ place, shown, reply, again = false }: ReplyHere, deps: SurfaceDeps) {
    this.#place = place
    this.#reply = reply
    this.#deps = { ...deps, api: charged(deps.api, deps.accounts, this) }
    this.#isFirst = shown.length === 0 && !again
    this.#mayHaveOrphans = again
    this.#doubt = new Doubt(deps.clock)
    this.#messages = shown.map((id) => ({ id, content: undefined, buttons: undefined }))
  }

  /** Discord counts posts apart from edits. */
  readonly beginsFree = true

  get account(): Account {
    return editsIn(this.#deps.accounts, this.#channel)
  }

  async working(signal: AbortSignal): Promise<void> {
    const over = AbortSignal.any([signal, this.#spoken.signal])
    try {
      if (this.#mayHaveOrphans) await unless(over, this.#where())
      // The typing sign would outlive a reply that is written by edits only: it ends with a new message.
      const last = this.#messages.at(-1)
      if (last === undefined) await this.#type(over, signal)
      else await this.#offerStop(last, signal)
    } catch (error) {
      if (over.aborted) return
      // Whoever writes next meets the same failure and reports it; asking on would only add to it.
      this.#deps.log.debug({ failure: describe(error) }, 'Discord: no working sign')
    }
  }

  async #type(over: AbortSignal, signal: AbortSignal): Promise<void> {
    const { api, clock } = this.#deps
    while (!over.aborted) {
      const { channel } = await unless(over, this.#where())
      await api.typing(channel, over)
      await clock.sleep(HELD_AFTER_MS, over)
      if (await this.#hold(signal)) return
      await clock.sleep(TYPING_REFRESH_MS - HELD_AFTER_MS, over)
    }
  }

  /** A message with a Stop button that becomes the first part. @returns false when it may go better later. */
  async #hold(signal: AbortSignal): Promise<boolean> {
    const target = await unless(signal, this.#where())
    if (this.#spoken.signal.aborted) return true
    const [face] = facesOf(HOLDING, this.#most)
    if (face === undefined) return true
    const post = this.#post(target, face, signal)
    // The first text must not overtake it.
    this.#sign = post.catch(() => {})
    try {
      await post
      return true
    } catch (error) {
      const failure = surfaceError(error)
      const kind = failure instanceof SurfaceError ? failure.fault.kind : undefined
      if (kind === 'rate_limited' || kind === 'unavailable') return false
      throw error
    }
  }

  /** What is shown already says by its button that it is being written anew. */
  async #offerStop({ id }: Written, signal: AbortSignal): Promise<void> {
    const { channel } = await unless(signal, this.#where())
    if (this.#spoken.signal.aborted) return
    const index = this.#messages.findIndex((message) => message.id === id)
    const message = this.#messages[index]
    if (message !== undefined) this.#messages[index] = { ...message, buttons: undefined }
    const components = componentsOf(['stop'], this.#reply)
    const edit = this.#deps.api.edit(channel, id, { components }, signal)
    // The first text must not overtake it.
    this.#sign = edit.catch(() => {})
    await edit
  }

  async show(view: ReplyView, signal: AbortSignal, onMessages?: OnMessages): Promise<readonly string[]> {
    const faces = facesOf(view, this.#most)
    // Nothing readable yet: what stands there already stays.
    if (faces.length === 0 && (!view.finished || this.#messages.length === 0))
      return this.#messages.map(({ id }) => id)
    signal.throwIfAborted()
    this.#spoken.abort()
    this.#onMessages = onMessages
    try {
      await this.#sign
      const target = await unless(signal, this.#where())
      await this.#makeSo(target, faces, view.finished, signal)
      return this.#messages.map(({ id }) => id)
    } catch (error) {
      if (isTooLong(error) && this.#most.size > SMALLEST_PART) {
        // Discord counts otherwise than it says; shorter parts lose nothing (rule D1).
        this.#most = { ...this.#most, size: Math.floor(this.#most.size / 2) }
        return this.show(view, signal, onMessages)
      }
      throw signal.aborted ? signal.reason : surfaceError(error)
    }
  }

  refer(message: string): MessageRef {
    return { platform: 'discord', workspace: this.#place.workspace, channel: this.#channel, message }
  }

  /** Until the first write, a thread to be opened is all but certain to have the question's id. */
  get #channel(): string {
    const { channel, message: question, to } = this.#place
    return this.#shownIn ?? (to === 'new thread' ? question : channel)
  }

  /** One opening for all who ask, and another try for those who ask after it failed. */
  #where(): Promise<Target> {
    this.#target ??= this.#open()
    return this.#target
  }

  async #open(): Promise<Target> {
    try {
      const target = await openTarget(this.#deps.api, this.#place)
      this.#shownIn = target.channel
      if (this.#mayHaveOrphans) await this.#adopt(target)
      this.#mayHaveOrphans = false
      return target
    } catch (error) {
      this.#target = undefined
      throw error
    }
  }

  /**
   * What is there of this reply and nobody remembers becomes part of it (rules T1, T3). What already stands as it shall
   * is not written again: a long reply must get further with every attempt, however short those are.
   */
  async #adopt(target: Target): Promise<void> {
    const { message: question } = this.#place
    const shown = this.#messages.map(({ id }) => id)
    const sought = { target, question, reply: this.#reply, shown }
    const all = await writtenOf(sought, this.#deps.api, AbortSignal.timeout(LOOK_WITHIN_MS))
    const known = new Map(this.#messages.map((message) => [message.id, message]))
    const found = all.map((each) => {
      const mine = known.get(each.id)
      return mine?.content === undefined ? each : mine
    })
    this.#messages.splice(0, Number.POSITIVE_INFINITY, ...found)
  }

  async #makeSo(
    target: Target,
    faces: readonly Face[],
    finished: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#loseDeleted(target, signal)
    // The last message of a reply that grows follows at once and has the sign: moving it down takes one of five edits.
    const way = finished ? onTheWayTo(faces, this.#messages.length) : faces
    await this.#growIntoNext(target, way, signal)
    let above: Face | undefined
    for (const [index, face] of way.entries()) {
      await this.#write(target, index, face, signal)
      // The sign goes one message down.
      if (above !== undefined) await this.#write(target, index - 1, above, signal)
      above = faces[index]
    }
    await this.#removeFrom(faces.length, target, signal)
  }

  /**
   * The last message is completed while the next one is on its way: they are two messages, and stand in the order in
   * which they were posted. What fails here, or finds its message deleted, is done again by the one who goes through
   * all of them.
   */
  async #growIntoNext(target: Target, way: readonly Face[], signal: AbortSignal): Promise<void> {
    const index = this.#messages.length - 1
    const message = this.#messages[index]
    const [face, next] = [way[index], way[index + 1]]
    if (message === undefined || face === undefined || next === undefined || this.#shows(message, face))
      return
    const done = await Promise.allSettled([
      this.#edit(target, message, index, face, signal),
      this.#post(target, next, signal),
    ])
    for (const one of done) if (one.status === 'rejected') throw one.reason
  }

  async #write(target: Target, index: number, face: Face, signal: AbortSignal): Promise<void> {
    for (;;) {
      const message = this.#messages[index]
      if (message === undefined) await this.#post(target, face, signal)
      else if (this.#shows(message, face)) return
      else if (!(await this.#edit(target, message, index, face, signal)))
        await this.#lose(index, target, signal)
    }
  }

  /** A message that needs no edit any more does not tell by itself that somebody deleted it (rule D5). */
  async #loseDeleted(target: Target, signal: AbortSignal): Promise<void> {
    const { ownDeletions } = this.#deps
    const index = this.#messages.findIndex(({ id }) => ownDeletions.byOthers(id))
    if (index !== -1) await this.#lose(index, target, signal)
  }

  /** A new message comes last: what stands below the one that is gone is shown anew, in order. */
  async #lose(index: number, target: Target, signal: AbortSignal): Promise<void> {
    await this.#removeFrom(index + 1, target, signal)
    this.#messages.pop()
    this.#lost += 1
  }

  #shows({ content, buttons }: Written, face: Face): boolean {
    return content === face.content && (face.controls === undefined || buttons === this.#buttonsOf(face))
  }

  /** @returns false when somebody deleted the message. */
  async #edit(
    target: Target,
    message: Written,
    index: number,
    face: Face,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { id, content, buttons } = message
    const { controls } = face
    const pressable = controls !== undefined && buttons !== this.#buttonsOf(face)
    const revision = {
      ...(content !== face.content && { content: face.content }),
      ...(pressable && { components: componentsOf(controls, this.#reply) }),
    }
    try {
      await this.#awake(target, signal, () => this.#deps.api.edit(target.channel, id, revision, signal))
    } catch (error) {
      if (codeOf(error) === CODE.unknownMessage) return false
      // It may have arrived all the same: what was asked for may stand there, or what was before (rule D1).
      this.#messages[index] = { id, content: undefined, buttons: undefined }
      throw error
    }
    const shown = controls === undefined ? buttons : this.#buttonsOf(face)
    this.#messages[index] = { id, content: face.content, buttons: shown }
    return true
  }

  /**
   * Named by question and part, so that a post whose answer was lost, even to a crash, makes no second message (rules
   * T1, T3). What comes back then is what the first attempt wrote, and an edit makes it so.
   */
  async #post(target: Target, { content, controls = [] }: Face, signal: AbortSignal): Promise<void> {
    const shown = this.#messages.length
    if (this.#doubt.isOld) {
      await this.#adopt(target)
      this.#doubt.clear()
      if (this.#messages.length > shown) return
    }
    const draft = {
      content,
      ...(controls.length > 0 && { components: componentsOf(controls, this.#reply) }),
      // Not by the reply: until something of it is remembered, the next attempt has another name for it.
      nonce: nonceOf(this.#place.message, this.#messages.length, this.#lost),
      replyTo: target.replyTo,
    }
    const posted = await this.#doubt.about(() => this.#deps.api.post(target.channel, draft, signal))
    const { id } = posted
    // The name was taken by a message that is shown already.
    if (this.#messages.some((message) => message.id === id)) this.#lost += 1
    else if (this.#isFirst) this.#messages.push({ ...posted, buttons: posted.buttons.join() })
    // What comes back may have been deleted by now: only an edit tells.
    else this.#messages.push({ id, content: undefined, buttons: undefined })
    await this.#onMessages?.(this.#messages.map((message) => message.id))
  }

  async #removeFrom(index: number, target: Target, signal: AbortSignal): Promise<void> {
    const { api, ownDeletions } = this.#deps
    for (
      let last = this.#messages.at(-1);
      this.#messages.length > index && last;
      last = this.#messages.at(-1)
    ) {
      const { id } = last
      ownDeletions.expect(id)
      try {
        await this.#awake(target, signal, () => api.remove(target.channel, id, signal))
      } catch (error) {
        if (codeOf(error) !== CODE.unknownMessage) throw error
      }
      this.#messages.pop()
      this.#lost += 1
    }
  }

  /** A post wakes an archived thread by itself; everything else has to open it first. */
  async #awake(target: Target, signal: AbortSignal, write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      if (codeOf(error) !== CODE.archivedThread) throw error
      await this.#deps.api.unarchive(target.channel, signal)
      await write()
    }
  }

  #buttonsOf({ controls = [] }: Face): string {
    return controls.map((control) => customIdOf(control, this.#reply)).join()
  }
}
