/**
 * From raw gateway dispatches to questions, reactions, presses and second thoughts.
 *
 * Raw dispatches, because discord.js drops messages in threads it does not know, hides who wrote the message a
 * reaction is on, and keeps the sequence number to itself. Whatever is malformed or not for us leaves no trace
 * (rule S6).
 */
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Host } from '#adapters/platform.ts'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/errors.ts'
import { StoreError } from '#core/store/strict-adapter.ts'
import { naming, type ThreadRef } from '#core/thread.ts'
import type { DiscordApi } from './api.ts'
import { readDeletion, readEdit } from './change.ts'
import type { Directory } from './directory.ts'
import { faultOf } from './fault.ts'
import type { Forms } from './forms/forms.ts'
import type { Heard } from './heard.ts'
import { Lanes } from './lanes.ts'
import { type HeardMessage, readMessage, snowflake } from './message.ts'
import { type QuietChannel, saidSince } from './missed.ts'
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
import { Readings } from './readings.ts'
import { ServerTime } from './server-time.ts'
import { isAddressed, namedIn, textOf } from './text.ts'

export interface InboundDeps {
  readonly host: Host
  /** Answers presses, and tells what was missed. */
  readonly api: DiscordApi
  readonly forms: Pick<Forms, 'take'>
  readonly directory: Directory
  readonly ownDeletions: OwnDeletions
  readonly heard: Heard
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
  /** Take in what was said in the channel from then on, before anything that comes later there (`missed.ts`). */
  missed(channel: QuietChannel, since: number): void
  /** When the oldest event was sent that is not taken in; undefined when all are. */
  readonly oldest: number | undefined
  /** Resolves when every event taken so far is dealt with. */
  idle(): Promise<void>
}

/** Events that wait while the store is down; some kilobytes each. What does not fit is fetched when there is room. */
const MOST_WAITING = 5_000

const placed = z.object({ channel_id: snowflake, id: snowflake })

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
  /** What is not taken in, by when it was sent. */
  readonly #inHand = new Map<symbol, number>()
  /** Channels of events that found no room, and since when. */
  readonly #overflow = new Map<string, QuietChannel & { readonly since: number }>()
  readonly #readings = new Readings()
  /** Of what is known: nobody counts on these, so none of them stands for one that may find a question (rule T1). */
  readonly #secondLooks = new Readings()

  constructor(deps: InboundDeps) {
    this.#deps = deps
  }

  idle(): Promise<void> {
    return this.#lanes.idle()
  }

  get oldest(): number | undefined {
    const waiting = [...this.#inHand.values(), ...[...this.#overflow.values()].map(({ since }) => since)]
    return waiting.length === 0 ? undefined : waiting.reduce((one, other) => Math.min(one, other))
  }

  message(raw: unknown): void {
    const heard = this.#listen(raw)
    if (heard === undefined) {
      this.#pass(raw)
      return
    }
    const { message, addressed } = heard
    const { channel: id, guild, sentAt } = message
    if (this.#inHand.size >= MOST_WAITING || this.#overflow.has(id)) {
      const since = Math.min(sentAt, this.#overflow.get(id)?.since ?? sentAt)
      this.#overflow.set(id, { id, guild, type: message.channelType, since })
      return
    }
    const bring = async () => {
      await this.#bring(message, addressed)
      this.#mark(id, message.id)
    }
    this.#take(id, bring, sentAt)
  }

  /** Not for us, and known all the same once everything before it is. */
  #pass(raw: unknown): void {
    const { channel_id: channel, id } = placed.safeParse(raw).data ?? {}
    if (channel === undefined || id === undefined || this.#overflow.has(channel)) return
    this.#lanes.run(channel, async () => this.#mark(channel, id))
  }

  /** What a stop gave up stands before what comes to its turn after that (rule T1). */
  #mark(channel: string, message: string): void {
    if (!this.#deps.stopped.aborted) this.#deps.heard.marks.mark(channel, message)
  }

  missed(channel: QuietChannel, since: number): void {
    const { api, stopped } = this.#deps
    const read = async () => {
      for await (const raw of saidSince(api, channel, since, stopped)) {
        const heard = this.#listen(raw)
        if (heard === undefined) continue
        const brought = await this.#bring(heard.message, heard.addressed)
        // What is new is taken as it stands; what was known may have been edited since, and nobody told (rule T6).
        if (brought === 'duplicate') await this.#editOf(raw)?.apply()
      }
      if (channel.newest !== undefined) this.#mark(channel.id, channel.newest)
    }
    const readings = channel.isKnown ? this.#secondLooks : this.#readings
    const inTurn = readings.plan(channel.id, since, read)
    if (inTurn === undefined) return
    // What is known keeps nobody from saying that all was heard.
    if (channel.isKnown) this.#run(channel.id, inTurn)
    else this.#take(channel.id, inTurn, since)
  }

  /** @returns undefined for what is not for us. Most of what is said on a server ends here, at no cost. */
  #listen(raw: unknown): { readonly message: HeardMessage; readonly addressed: boolean } | undefined {
    const message = readMessage(raw)
    if (message) this.#serverTime.heard(message.sentAt)
    if (!message?.spoken || message.author.automatic) return undefined
    const { directory } = this.#deps
    const addressed = isAddressed(message, directory.self(message.guild))
    return addressed || mayBeConversation(message, directory) ? { message, addressed } : undefined
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
    const edit = this.#editOf(raw)
    if (edit !== undefined) this.#take(edit.channel, edit.apply)
  }

  /** @returns undefined for what changed no words of a person that we may read. */
  #editOf(raw: unknown): { readonly channel: string; readonly apply: () => Promise<void> } | undefined {
    const edit = readEdit(raw)
    if (!edit?.message.spoken || edit.message.author.automatic) return undefined
    const { message, version, at } = edit
    const { directory, host } = this.#deps
    const self = directory.self(message.guild)
    const text = textOf(message, self, directory.names)
    // Without the content intent, an edit in a thread tells that there was one, and nothing more.
    if (text === '' && !isAddressed(message, self)) return undefined
    const { channel, id } = message
    const question = questionId(channel, id)
    const named = naming(namedIn(message, self))
    return { channel, apply: () => host.edited({ question, version, text, ...named, at }) }
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

  /** @returns undefined for what is no question to us. */
  async #bring(message: HeardMessage, addressed: boolean): Promise<'accepted' | 'duplicate' | undefined> {
    const { host, directory, log } = this.#deps
    const where = await this.#where(message)
    if (!where) {
      log.warn(
        { channel: message.channel },
        'Discord: a message came from a channel that cannot be looked up',
      )
      return undefined
    }
    if (where.kind === 'direct') await this.#deps.heard.hearDirect(message.channel, message.sentAt)
    const owned = await this.#isOurs(threadOf(message, where), where)
    if (!addressed && !owned) return undefined
    const self = directory.self(message.guild)
    const text = textOf(message, self, directory.names)
    if (text === '' && !addressed) {
      await this.#unreadable(message)
      return undefined
    }
    return await host.accept({
      ...questionOf(message, where, text, owned),
      ...naming(namedIn(message, self)),
    })
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

  #take(channel: string, task: () => Promise<void>, sentAt = this.#deps.clock.now()): void {
    const inHand = Symbol(channel)
    this.#inHand.set(inHand, sentAt)
    this.#run(channel, task, () => {
      this.#inHand.delete(inHand)
      this.#catchUp()
    })
  }

  /** Discord does not wait for an answer, so patience with the store and the network is ours. */
  #run(channel: string, task: () => Promise<void>, done: () => void = () => {}): void {
    const { clock, stopped, log } = this.#deps
    this.#lanes.run(channel, async () => {
      try {
        await withPatience(task, clock, stopped, (error) => this.#passes(error))
      } catch (error) {
        // What a stop leaves is fetched by the next start.
        if (stopped.aborted) return
        log.error({ channel, reason: reasonOf(error) }, 'Discord: an event could not be taken in and is lost')
      }
      done()
    })
  }

  /** Discord or the store is down. */
  async #passes(error: unknown): Promise<boolean> {
    const kind = faultOf(error)?.kind
    if (kind === 'unavailable' || kind === 'rate_limited' || kind === 'away') return true
    if (error instanceof StoreError) return true
    return !(await this.#deps.heard.isKept())
  }

  /** There is room again for what had found none. */
  #catchUp(): void {
    if (this.#overflow.size === 0 || this.#inHand.size > MOST_WAITING / 2) return
    const waiting = [...this.#overflow.values()]
    this.#overflow.clear()
    for (const { since, ...channel } of waiting) this.missed(channel, since - 1)
  }
}

/** True where a message without a mention could be for us: in direct messages, in threads, and where we cannot tell. */
function mayBeConversation({ guild, channel, channelType }: HeardMessage, directory: Directory): boolean {
  if (guild === undefined) return true
  const kind = channelType === undefined ? directory.known(channel)?.kind : kindOf(channelType)
  return kind === undefined || kind === 'thread'
}
