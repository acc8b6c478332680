/** The messages of the workspace. Whatever happens to one, by whomever, the app hears of it as an event. */
import type { Clock } from '#core/clock.ts'
import { withIds } from './blocks.ts'
import type { Changes } from './changes.ts'
import type { Block, MessageRef, PostOptions, Repeatable, Sent } from './contract.ts'
import type { Events } from './events.ts'
import { compact, type Json } from './json.ts'
import { type StoredMessage, type Stream, toWire } from './message.ts'
import { SlackFailure } from './request.ts'
import { BOT, type Channel, type User, type Workspace } from './workspace.ts'

export interface Draft {
  readonly author: User
  readonly channel: Channel
  readonly text: string
  readonly threadTs?: string | undefined
  readonly subtype?: PostOptions['subtype'] | 'bot_message' | undefined
  readonly userTeam?: string | undefined
  readonly blocks?: readonly Block[] | undefined
  readonly attachments?: readonly Json[] | undefined
  readonly metadata?: Json | undefined
  readonly stream?: Stream | undefined
}

export class Messages {
  readonly #workspace: Workspace
  readonly #events: Events
  readonly #changes: Changes
  readonly #clock: Clock
  readonly #streamLifetimeMs: number
  /** By `channel:ts`, in the order they were posted. */
  readonly #all = new Map<string, StoredMessage>()
  /** The same by channel: a workspace of ten thousand messages is read a thread at a time. */
  readonly #channels = new Map<string, Set<StoredMessage>>()

  constructor(deps: {
    workspace: Workspace
    events: Events
    changes: Changes
    clock: Clock
    streamLifetimeMs: number
  }) {
    this.#workspace = deps.workspace
    this.#events = deps.events
    this.#changes = deps.changes
    this.#clock = deps.clock
    this.#streamLifetimeMs = deps.streamLifetimeMs
  }

  post(draft: Draft): { readonly message: StoredMessage; readonly sent: Sent } {
    const { author, channel } = draft
    const message: StoredMessage = {
      channel: channel.id,
      ts: this.#workspace.nextTs(),
      threadTs: draft.threadTs,
      user: author.id,
      botId: author.botId,
      appId: author.appId,
      subtype: draft.subtype,
      username: author.botId === undefined ? undefined : author.name,
      userTeam: draft.userTeam,
      text: draft.text,
      blocks: this.#identified(draft.blocks ?? []),
      attachments: draft.attachments ?? [],
      metadata: draft.metadata,
      edited: undefined,
      stream: draft.stream,
      tombstone: false,
      reactions: new Map(),
    }
    this.#all.set(key(message), message)
    const others = this.#channels.get(message.channel)
    if (others === undefined) this.#channels.set(message.channel, new Set([message]))
    else others.add(message)
    const events = this.#postedEvents(message, channel)
    const repeats = events.map((event) => this.#events.publish(event, channel))
    this.#changes.signal()
    const { ts } = message
    return {
      message,
      sent: { channel: channel.id, ts, threadTs: draft.threadTs ?? ts, ...together(repeats) },
    }
  }

  /** Change a message and say so. `edited` marks it as a person's or app's edit; an unfurl leaves no mark. */
  change(message: StoredMessage, by: User | undefined, apply: (message: StoredMessage) => void): Repeatable {
    const before = toWire(message, true)
    apply(message)
    message.blocks = this.#identified(message.blocks)
    if (by !== undefined) message.edited = { user: by.id, ts: this.#workspace.nextTs() }
    return this.#announce(message, 'message_changed', {
      message: toWire(message, true),
      previous_message: before,
    })
  }

  remove(message: StoredMessage): Repeatable {
    const before = toWire(message, true)
    const hasReplies = this.replies(message.channel, message.ts).length > 1
    if (hasReplies && message.threadTs === undefined) message.tombstone = true
    else {
      this.#all.delete(key(message))
      this.#channels.get(message.channel)?.delete(message)
    }
    return this.#announce(message, 'message_deleted', { deleted_ts: message.ts, previous_message: before })
  }

  /** @throws SlackFailure `already_reacted` */
  react(message: StoredMessage, user: User, name: string): Repeatable {
    const users = message.reactions.get(name) ?? []
    if (users.includes(user.id)) throw new SlackFailure('already_reacted')
    message.reactions.set(name, [...users, user.id])
    return this.#reaction('reaction_added', message, user, name)
  }

  /** @throws SlackFailure `no_reaction` */
  unreact(message: StoredMessage, user: User, name: string): Repeatable {
    const users = message.reactions.get(name) ?? []
    if (!users.includes(user.id)) throw new SlackFailure('no_reaction')
    const rest = users.filter((id) => id !== user.id)
    if (rest.length > 0) message.reactions.set(name, rest)
    else message.reactions.delete(name)
    return this.#reaction('reaction_removed', message, user, name)
  }

  /** @throws SlackFailure `message_not_found` */
  find(channel: string, ts: string): StoredMessage {
    const message = this.#all.get(key({ channel, ts }))
    if (message === undefined || message.tombstone) throw new SlackFailure('message_not_found')
    this.#expire(message)
    return message
  }

  /** The root of the thread that a reply to `ts` goes into, or undefined when there is no such message. */
  rootOf(channel: string, ts: string): string | undefined {
    const message = this.#all.get(key({ channel, ts }))
    return message === undefined ? undefined : (message.threadTs ?? message.ts)
  }

  /** The root, deleted or not, and its replies, oldest first. Empty when the root never was or is gone. */
  replies(channel: string, rootTs: string): readonly StoredMessage[] {
    const messages = this.#of(channel)
    const root = messages.find(({ ts }) => ts === rootTs)
    return root === undefined
      ? []
      : messages.filter(({ ts, threadTs }) => ts === rootTs || threadTs === rootTs)
  }

  /** Top level, and broadcast replies; oldest first. */
  topLevel(channel: string): readonly StoredMessage[] {
    return this.#of(channel).filter(
      ({ threadTs, subtype }) => threadTs === undefined || subtype === 'thread_broadcast',
    )
  }

  #of(channel: string): readonly StoredMessage[] {
    const messages = [...(this.#channels.get(channel) ?? [])]
    for (const message of messages) this.#expire(message)
    return messages
  }

  /** The platform ends a stream some minutes after it began, appends or not. */
  #expire(message: StoredMessage): void {
    const { stream } = message
    if (stream?.state !== 'in_progress') return
    if (this.#clock.now() - stream.startedAt >= this.#streamLifetimeMs) stream.state = 'ended'
  }

  #identified(blocks: readonly Block[]): readonly Block[] {
    return withIds(blocks, () => this.#workspace.nextId('b'))
  }

  #postedEvents(message: StoredMessage, channel: Channel): readonly EventBody[] {
    const parent =
      message.threadTs === undefined ? undefined : this.#all.get(key({ ...message, ts: message.threadTs }))
    const common = compact({
      ...toWire(message, true),
      client_msg_id: message.botId === undefined ? `cm-${message.ts}` : undefined,
      parent_user_id: parent?.user,
      root:
        message.subtype === 'thread_broadcast' && parent !== undefined ? toWire(parent, false) : undefined,
      channel: channel.id,
      event_ts: message.ts,
    })
    const event = { ...common, type: 'message', channel_type: channel.kind }
    const mentioned = message.text.includes(`<@${BOT.userId}>`) && message.user !== BOT.userId
    if (!mentioned || channel.kind === 'im') return [event]
    const { subtype: _, ...mention } = common
    return [{ ...mention, type: 'app_mention' }, event]
  }

  #announce(message: StoredMessage, subtype: string, content: Json): Repeatable {
    const channel = this.#workspace.channel(message.channel)
    const ts = this.#workspace.nextTs()
    const envelope = {
      type: 'message',
      subtype,
      hidden: true,
      channel: channel.id,
      channel_type: channel.kind,
    }
    const repeat = this.#events.publish({ ...envelope, ts, event_ts: ts, ...content }, channel)
    this.#changes.signal()
    return repeat
  }

  #reaction(type: string, message: StoredMessage, user: User, name: string): Repeatable {
    const channel = this.#workspace.channel(message.channel)
    const event = {
      type,
      user: user.id,
      reaction: name,
      item: { type: 'message', channel: channel.id, ts: message.ts },
      item_user: message.user,
      event_ts: this.#workspace.nextTs(),
    }
    const repeat = this.#events.publish(event, channel)
    this.#changes.signal()
    return repeat
  }
}

type EventBody = Json & { readonly type: string }

const key = ({ channel, ts }: MessageRef): string => `${channel}:${ts}`

/** Several events of one message, delivered again as one. */
function together(repeats: readonly Repeatable[]): Repeatable {
  return {
    redeliver: async (times, options) => {
      await Promise.all(repeats.map((repeat) => repeat.redeliver(times, options)))
    },
  }
}
