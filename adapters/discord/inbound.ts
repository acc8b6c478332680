/**
 * From raw gateway dispatches to questions, reactions, presses and second thoughts.
 *
 * Raw dispatches, because discord.js drops messages in threads it does not know, hides who wrote the message a
 * reaction is on, and keeps the sequence number to itself. Whatever is malformed or not for us leaves no trace
 * (rule S6).
 */
import type { Logger } from 'pino'
import type { Host } from '#adapters/platform.ts'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/errors.ts'
import type { ThreadRef } from '#core/thread.ts'
import type { DiscordApi } from './api.ts'
import { readDeletion, readEdit } from './change.ts'
import type { Directory } from './directory.ts'
import type { Forms } from './forms/forms.ts'
import { Lanes } from './lanes.ts'
import { type HeardMessage, readMessage } from './message.ts'
import type { OwnDeletions } from './own-deletions.ts'
import { withPatience } from './patience.ts'
import { readPress } from './press.ts'
import { answerPress } from './pressed.ts'
import { DIRECT_WORKSPACE, kindOf, questionId, questionOf, threadOf, type Where } from './question.ts'
import {
  type Dispatch,
  type HeardReaction,
  reactionId,
  reactionOrder,
  readClearing,
  readReaction,
} from './reaction.ts'
import { ServerTime } from './server-time.ts'
import { isAddressed, textOf } from './text.ts'

export interface InboundDeps {
  readonly host: Host
  /** Answers presses. */
  readonly api: DiscordApi
  readonly forms: Pick<Forms, 'take'>
  readonly directory: Directory
  readonly ownDeletions: OwnDeletions
  readonly clock: Clock
  readonly log: Logger
  /** False in mention-only mode: Discord then keeps other messages' text to itself. */
  readonly readsContent: boolean
  /** Tell the people in a thread why a message of theirs could not be read. Never throws. */
  explain(thread: string): Promise<void>
  /** Aborts when no more events are taken. */
  readonly stopped: AbortSignal
}

export interface Inbound {
  message(raw: unknown): void
  reaction(kind: HeardReaction['kind'], raw: unknown, dispatch: Dispatch): void
  /** Everybody's reactions were taken off a message, of one emoji or of all. */
  clearing(raw: unknown, dispatch: Dispatch): void
  /** Of a button, a menu, a form or a command. */
  press(raw: unknown): void
  edit(raw: unknown): void
  /** Of one message or of many. */
  deletion(raw: unknown): void
  /** Resolves when every event taken so far is dealt with. */
  idle(): Promise<void>
}

/** Threads whose people were told about mention-only mode; a few bytes each, the oldest forgotten first. */
const EXPLAINED_LIMIT = 10_000

export function createInbound(deps: InboundDeps): Inbound {
  return new GatewayInbound(deps)
}

class GatewayInbound implements Inbound {
  readonly #deps: InboundDeps
  readonly #lanes = new Lanes()
  readonly #serverTime = new ServerTime()
  readonly #explained = new Set<string>()

  constructor(deps: InboundDeps) {
    this.#deps = deps
  }

  idle(): Promise<void> {
    return this.#lanes.idle()
  }

  message(raw: unknown): void {
    const message = readMessage(raw)
    if (message) this.#serverTime.heard(message.sentAt)
    if (!message?.spoken || message.author.automatic) return
    const { directory } = this.#deps
    const addressed = isAddressed(message, directory.self(message.guild))
    // Most of what is said on a server ends here, at no cost.
    if (!addressed && !mayBeConversation(message, directory)) return
    this.#take(message.channel, () => this.#bring(message, addressed))
  }

  reaction(kind: HeardReaction['kind'], raw: unknown, dispatch: Dispatch): void {
    const reaction = readReaction(kind, raw)
    if (!reaction) return
    const own = this.#deps.directory.self(undefined).user
    if (reaction.rater === own || reaction.raterIsBot === true) return
    if (reaction.messageAuthor !== undefined && reaction.messageAuthor !== own) return
    // Discord gives reactions no time.
    const at = this.#deps.clock.now()
    this.#take(reaction.channel, () => this.#record(reaction, dispatch, at))
  }

  clearing(raw: unknown, dispatch: Dispatch): void {
    const clearing = readClearing(raw)
    if (!clearing) return
    const { channel, guild, message, value } = clearing
    const { clock, host } = this.#deps
    const at = clock.now()
    this.#take(channel, () =>
      host.react({
        ...{ kind: 'reactions_cleared', id: reactionId(dispatch), order: reactionOrder(dispatch), at },
        message: { platform: 'discord', workspace: guild ?? DIRECT_WORKSPACE, channel, message },
        ...(value === undefined ? {} : { value }),
      }),
    )
  }

  press(raw: unknown): void {
    const form = this.#deps.forms.take(raw)
    if (form) {
      this.#lanes.run(form.lane, form.run)
      return
    }
    const press = readPress(raw)
    if (!press) return
    // Second thoughts of one person about one reply stay in order; nothing else waits.
    this.#lanes.run(`${press.reply} ${press.by.id}`, () => answerPress(press, this.#deps))
  }

  edit(raw: unknown): void {
    const edit = readEdit(raw)
    if (!edit?.message.spoken || edit.message.author.automatic) return
    const { message, version, at } = edit
    const { directory, host } = this.#deps
    const self = directory.self(message.guild)
    const text = textOf(message, self, directory.names)
    // Without the content intent, an edit in a thread tells that there was one, and nothing more.
    if (text === '' && !isAddressed(message, self)) return
    const question = questionId(message.channel, message.id)
    this.#take(message.channel, () => host.edited({ question, version, text, at }))
  }

  deletion(raw: unknown): void {
    const deletion = readDeletion(raw)
    if (!deletion) return
    const { channel, guild, messages } = deletion
    const { clock, host, ownDeletions } = this.#deps
    const at = this.#serverTime.estimate(clock.now())
    const workspace = guild ?? DIRECT_WORKSPACE
    for (const id of messages) {
      if (ownDeletions.has(id)) continue
      ownDeletions.hear(id)
      const message = { platform: 'discord', workspace, channel, message: id }
      this.#take(channel, () => host.deleted({ question: questionId(channel, id), message, at }))
    }
  }

  async #bring(message: HeardMessage, addressed: boolean): Promise<void> {
    const { host, directory, log } = this.#deps
    const where = await this.#where(message)
    if (!where) {
      log.warn(
        { channel: message.channel },
        'Discord: a message came from a channel that cannot be looked up',
      )
      return
    }
    const owned = await this.#isOurs(threadOf(message, where), where)
    if (!addressed && !owned) return
    const text = textOf(message, directory.self(message.guild), directory.names)
    if (text === '' && !addressed) {
      await this.#unreadable(message)
      return
    }
    await host.accept(questionOf(message, where, text, owned))
  }

  async #where(message: HeardMessage): Promise<Where | undefined> {
    return message.guild === undefined ? { kind: 'direct' } : await this.#deps.directory.look(message.channel)
  }

  async #isOurs(thread: ThreadRef, where: Where): Promise<boolean> {
    if (where.kind === 'direct') return true
    return where.kind === 'thread' && (await this.#deps.host.owns(thread))
  }

  async #unreadable({ channel }: HeardMessage): Promise<void> {
    if (this.#deps.readsContent || this.#explained.has(channel)) return
    for (const oldest of this.#explained) {
      if (this.#explained.size < EXPLAINED_LIMIT) break
      this.#explained.delete(oldest)
    }
    this.#explained.add(channel)
    await this.#deps.explain(channel)
  }

  async #record(reaction: HeardReaction, dispatch: Dispatch, at: number): Promise<void> {
    const { host, directory } = this.#deps
    if (reaction.raterIsBot === undefined && (await directory.isBot(reaction.rater))) return
    await host.react({
      id: reactionId(dispatch),
      order: reactionOrder(dispatch),
      kind: reaction.kind,
      message: {
        platform: 'discord',
        workspace: reaction.guild ?? DIRECT_WORKSPACE,
        channel: reaction.channel,
        message: reaction.message,
      },
      rater: reaction.rater,
      value: reaction.value,
      at,
    })
  }

  /** Discord does not wait for an answer, so patience with the store and the network is ours. */
  #take(channel: string, task: () => Promise<void>): void {
    const { clock, stopped, log } = this.#deps
    this.#lanes.run(channel, async () => {
      try {
        await withPatience(task, clock, stopped)
      } catch (error) {
        if (stopped.aborted) return
        log.error({ channel, reason: reasonOf(error) }, 'Discord: an event could not be taken in and is lost')
      }
    })
  }
}

/** True where a message without a mention could be for us: in direct messages, in threads, and where we cannot tell. */
function mayBeConversation({ guild, channel, channelType }: HeardMessage, directory: Directory): boolean {
  if (guild === undefined) return true
  const kind = channelType === undefined ? directory.known(channel)?.kind : kindOf(channelType)
  return kind === undefined || kind === 'thread'
}
