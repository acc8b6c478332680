/**
 * A reply on Discord: one message a part, posted once and then edited.
 *
 * Keeps D1 (what is shown is what the view says), D5 (a deleted message or an archived thread costs no text), D6
 * (pings nobody) and D7 (a working sign that never stays).
 */
import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import type { PartLimit, ReplySurface, ReplyView } from '#core/delivery/surface.ts'
import type { MessageRef } from '#core/thread.ts'
import type { DiscordApi } from './api.ts'
import { contentsOf, onTheWayTo, PART_LIMIT } from './contents.ts'
import { CODE, codeOf, describe, isUnauthorized, surfaceError } from './fault.ts'
import type { Place } from './place.ts'
import { openTarget, type Target } from './target.ts'

export interface SurfaceDeps {
  readonly api: DiscordApi
  readonly clock: Clock
  readonly log: Logger
  /** Discord refused the token; called at every such answer. */
  readonly onUnauthorized: () => void
}

/** About five edits in five seconds are free in a channel; one a second leaves room for a post. */
const CADENCE_MS = 1_100
/** The sign lasts ten seconds. */
const TYPING_REFRESH_MS = 8_000

interface ShownMessage {
  readonly id: string
  /** What Discord last accepted; undefined while only an earlier attempt knows. */
  readonly content: string | undefined
}

export function openSurface(place: Place, shown: readonly string[], deps: SurfaceDeps): ReplySurface {
  return new DiscordSurface(place, shown, deps)
}

class DiscordSurface implements ReplySurface {
  readonly limit: PartLimit = PART_LIMIT
  readonly cadenceMs = CADENCE_MS
  readonly #place: Place
  readonly #deps: SurfaceDeps
  /** In reading order; the messages that show the first parts of the last view. */
  readonly #messages: ShownMessage[]
  /**
   * Posts that Discord answered, those of earlier attempts included. With the question it names the next post, so
   * that one whose answer was lost, to us or to a process that died, makes no second message (rule T1).
   */
  #posts: number
  #target: Promise<Target> | undefined
  /** The channel or thread of `#target`, once it is known. */
  #shownIn: string | undefined
  /** Aborts when the first text is shown. */
  readonly #spoken = new AbortController()

  constructor(place: Place, shown: readonly string[], deps: SurfaceDeps) {
    this.#place = place
    this.#deps = deps
    this.#messages = shown.map((id) => ({ id, content: undefined }))
    this.#posts = shown.length
    if (shown.length > 0) this.#spoken.abort()
  }

  async working(signal: AbortSignal): Promise<void> {
    const over = AbortSignal.any([signal, this.#spoken.signal])
    while (!over.aborted) {
      try {
        const { channel } = await unless(over, this.#where())
        await this.#deps.api.typing(channel, over)
        await this.#deps.clock.sleep(TYPING_REFRESH_MS, over)
      } catch (error) {
        if (over.aborted) return
        this.#deps.log.debug({ failure: describe(error) }, 'Discord: no typing sign')
        // Whoever writes next meets the same failure and reports it; asking on would only add to it.
        return
      }
    }
  }

  async show(view: ReplyView, signal: AbortSignal): Promise<readonly string[]> {
    const contents = contentsOf(view)
    if (contents.length === 0 && this.#messages.length === 0) return []
    signal.throwIfAborted()
    this.#spoken.abort()
    try {
      const target = await unless(signal, this.#where())
      await this.#makeSo(target, contents, signal)
      return this.#messages.map(({ id }) => id)
    } catch (error) {
      if (isUnauthorized(error)) this.#deps.onUnauthorized()
      throw signal.aborted ? signal.reason : surfaceError(error)
    }
  }

  refer(message: string): MessageRef {
    const { workspace, channel, message: question, to } = this.#place
    // Until the first write, a thread to be opened is all but certain to have the question's id.
    const likely = to === 'new thread' ? question : channel
    return { platform: 'discord', workspace, channel: this.#shownIn ?? likely, message }
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
      return target
    } catch (error) {
      this.#target = undefined
      throw error
    }
  }

  async #makeSo(target: Target, contents: readonly string[], signal: AbortSignal): Promise<void> {
    for (const [index, content] of onTheWayTo(contents, this.#messages.length).entries())
      await this.#write(target, index, content, signal)
    for (const [index, content] of contents.entries()) await this.#write(target, index, content, signal)
    await this.#removeFrom(contents.length, target, signal)
  }

  async #write(target: Target, index: number, content: string, signal: AbortSignal): Promise<void> {
    for (let message = this.#messages[index]; message?.content !== content; message = this.#messages[index]) {
      if (!message) await this.#post(target, content, signal)
      else if (await this.#edit(target, message.id, content, signal)) {
        this.#messages[index] = { id: message.id, content }
      } else {
        // A new message comes last: what stands below the one that is gone is shown anew, in order.
        await this.#removeFrom(index + 1, target, signal)
        this.#messages.pop()
      }
    }
  }

  /** @returns false when somebody deleted the message. */
  async #edit(target: Target, id: string, content: string, signal: AbortSignal): Promise<boolean> {
    const { api } = this.#deps
    try {
      await api.edit(target.channel, id, content, signal)
      return true
    } catch (error) {
      if (codeOf(error) === CODE.unknownMessage) return false
      if (codeOf(error) !== CODE.archivedThread) throw error
      await api.unarchive(target.channel, signal)
      await api.edit(target.channel, id, content, signal)
      return true
    }
  }

  async #post(target: Target, content: string, signal: AbortSignal): Promise<void> {
    const draft = { content, nonce: `${this.#place.message}-${this.#posts}`, replyTo: target.replyTo }
    const { id, content: kept } = await this.#deps.api.post(target.channel, draft, signal)
    this.#posts += 1
    // An earlier attempt had posted more than is shown now, and this is a message we know: the next name is free.
    if (this.#messages.some((message) => message.id === id)) return
    // A repeated post may find that the first one had arrived, with the text of that moment: an edit is due then.
    this.#messages.push({ id, content: kept === content ? content : undefined })
  }

  async #removeFrom(index: number, target: Target, signal: AbortSignal): Promise<void> {
    for (
      let last = this.#messages.at(-1);
      this.#messages.length > index && last;
      last = this.#messages.at(-1)
    ) {
      try {
        await this.#deps.api.remove(target.channel, last.id, signal)
      } catch (error) {
        if (codeOf(error) !== CODE.unknownMessage) throw error
      }
      this.#messages.pop()
    }
  }
}

/** Waits for what others wait for too, and so cannot be cancelled itself. @throws the signal's reason */
async function unless<T>(over: AbortSignal, waited: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const leave = () => reject(over.reason)
  over.addEventListener('abort', leave, { once: true })
  if (over.aborted) leave()
  try {
    return await Promise.race([waited, promise])
  } finally {
    over.removeEventListener('abort', leave)
  }
}
