/** What a test sees of the Discord simulator. */
import type { Clock } from '#core/clock.ts'

export interface DiscordSimulatorOptions {
  /** The portal's Message Content switch. Off: IDENTIFY with that bit closes 4014, and content is empty over REST too. */
  readonly messageContentIntent?: boolean
  /** Per-route buckets, 50 requests a second, sublimits; 429 with real headers. On by default, as on Discord. */
  readonly rateLimits?: boolean
  /** Every window of every limit ends this many times sooner, headers included: for replies that take minutes. */
  readonly limitSpeed?: number
  /** Decides timestamps, rate-limit windows, typing, auto-archive and interaction deadlines. */
  readonly clock?: Clock
  readonly token?: string
  /** HELLO's heartbeat_interval in milliseconds; Discord sends 41250. Shorter makes zombies show sooner. */
  readonly heartbeatIntervalMs?: number
  /** IDENTIFYs left of the day. Using more than these resets the token. */
  readonly identifyBudget?: number
  /** Active threads a guild holds before 160006. */
  readonly activeThreadLimit?: number
  /** How many shards Discord recommends, and takes; one by default. */
  readonly shards?: number
  /** Bytes of a file; 10 MiB by default. */
  readonly attachmentSizeLimit?: number
}

/** A channel or thread: its id, or anything that has one. */
export type Place = string | { readonly id: string }

export interface MessageAt {
  readonly channelId: string
  readonly messageId: string
}

/** Something a person did, that reached the gateway as one dispatch. */
export interface Sent extends MessageAt {
  /** The gateway sends the same dispatch again, as it does after a RESUME. */
  redeliver(times?: number): void
}

export interface SeenComponent {
  readonly type: number
  readonly id?: number
  readonly custom_id?: string
  readonly label?: string
  readonly style?: number
  readonly disabled?: boolean
  readonly content?: string
  readonly components?: readonly SeenComponent[]
  /** The button or picture beside a section. */
  readonly accessory?: SeenComponent
  /** Of a menu. */
  readonly options?: readonly {
    readonly label: string
    readonly value: string
    readonly default?: boolean
  }[]
}

/** A message as everybody in the channel sees it. */
export interface SeenMessage extends MessageAt {
  readonly id: string
  readonly type: number
  readonly authorId: string
  readonly content: string
  readonly edited: boolean
  readonly components: readonly SeenComponent[]
  readonly embeds: readonly Readonly<Record<string, unknown>>[]
  readonly flags: number
  readonly files: readonly { readonly name: string; readonly content: string }[]
  readonly replyTo?: string
  /** Emoji to the ids of those who put it there. */
  readonly reactions: Readonly<Record<string, readonly string[]>>
  /** Ids of the users whom this message notified when it was sent. An edit notifies nobody. */
  readonly pings: readonly string[]
}

export interface SeenThread {
  readonly id: string
  readonly parentId: string
  readonly ownerId: string
  readonly name: string
  readonly archived: boolean
  readonly locked: boolean
  readonly autoArchiveMinutes: number
  readonly private: boolean
}

export interface TypingSign {
  readonly channelId: string
  readonly userId: string
  readonly from: number
  /** When it went: a message of the same user, or ten seconds. Milliseconds on the simulator's clock. */
  readonly until: number
}

export interface Call {
  readonly method: string
  /** Below `/api/v10`, without the query. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
  /** Milliseconds on the simulator's clock. */
  readonly at: number
  /** Undefined until it is answered, and for a call whose connection was reset. */
  readonly status?: number
}

export type CallMatcher = string | RegExp | ((call: Call) => boolean)

export type Fault =
  | { readonly kind: 'error'; readonly status: number; readonly code: number; readonly message?: string }
  | {
      readonly kind: 'rateLimit'
      readonly retryAfterMs: number
      /** `user` by default. */
      readonly scope?: 'user' | 'shared' | 'global'
    }
  /** The connection breaks before the write, or after it took effect but before it is answered. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** Waits on the simulator's clock, then goes on as usual. `after`: the write takes effect at once. */
  | { readonly kind: 'delay'; readonly ms: number; readonly when?: 'before' | 'after' }
  /** Goes on as usual once `until` resolves. */
  | { readonly kind: 'hold'; readonly until: Promise<unknown> }

export interface PostOptions {
  readonly replyTo?: MessageAt
  /** The @ switch beside a reply; on by default, as in the client. */
  readonly ping?: boolean
  readonly attachments?: readonly {
    readonly name: string
    readonly contentType: string
    readonly bytes: string
  }[]
}

/** How the application answered an interaction. */
export interface InteractionAnswer {
  /** The callback's type: 4 message, 5 deferred message, 6 deferred update, 7 update, 9 modal. */
  readonly type: number
  readonly ephemeral: boolean
  /** The message now shown as the answer, when there is one. */
  readonly message?: SeenMessage
  readonly modal?: {
    readonly custom_id: string
    readonly title: string
    readonly components: readonly unknown[]
  }
}

export interface Interacted extends Sent {
  readonly interactionId: string
  /** Undefined until the application has answered. */
  answer(): InteractionAnswer | undefined
  /** Resolves with the first answer; rejects after `withinMs` of real time. */
  answered(withinMs?: number): Promise<InteractionAnswer>
  /** Messages posted by follow-up, ephemeral ones included. */
  followUps(): readonly SeenMessage[]
}

export interface ModalFile {
  readonly name: string
  readonly contentType: string
  readonly bytes: string
}

export type ModalValues = Readonly<Record<string, string | readonly string[] | readonly ModalFile[]>>

export interface DiscordPerson {
  readonly id: string
  readonly name: string
  readonly bot: boolean
  /** Posts the text after a mention of the bot. */
  mention(place: Place, text: string, options?: PostOptions): Sent
  post(place: Place, text: string, options?: PostOptions): Sent
  directMessage(text: string, options?: PostOptions): Sent
  /** The direct message channel with the bot, made when it is not there yet. */
  directChannel(): Place & { readonly id: string }
  edit(message: MessageAt, text: string): Sent
  delete(message: MessageAt): Sent
  /** As a moderator's bot: many messages of one channel at once, told in one event. */
  deleteMany(place: Place, messageIds: readonly string[]): Sent
  pin(message: MessageAt): Sent
  react(place: Place, messageId: string, emoji: string): Sent
  unreact(place: Place, messageId: string, emoji: string): Sent
  /** As a moderator: all of one emoji, or all reactions. */
  clearReactions(place: Place, messageId: string, emoji?: string): Sent
  /** Presses a button. Throws when the message shows no enabled button of that custom_id. */
  click(message: MessageAt, customId: string): Interacted
  /** Picks from a string select menu. Throws for what its own options or counts do not allow. */
  select(message: MessageAt, customId: string, values: readonly string[]): Interacted
  /** A slash command that the application registered; a subcommand follows its name: `parley help`. */
  command(
    place: Place,
    name: string,
    options?: Readonly<Record<string, string | number | boolean>>,
  ): Interacted
  /** A message command (right click, Apps). */
  messageCommand(message: MessageAt, name: string): Interacted
  /**
   * Sends the modal that answered `opened`. Values by custom_id; an array for selects. A field that is left out keeps
   * what it was filled with. Throws for what the client's own form would not let through.
   */
  submitModal(opened: Interacted, values: ModalValues): Interacted
  /** From a message, or on its own in a channel. */
  startThread(
    from: MessageAt | { readonly id: string },
    name: string,
    options?: { readonly private?: boolean },
  ): SeenThread
  addToThread(thread: Place, userId: string): void
  typing(place: Place): void
  /** From now on 50007 for the bot. */
  refuseDirectMessages(refuse?: boolean): void
}

export interface GatewayControl {
  /** Closes every connection with this code. Sessions live on where Discord lets them. */
  closeGateway(code: number, reason?: string): void
  /** Breaks every connection without a close frame (the client sees 1006). */
  dropConnections(): void
  /** Op 7. */
  requestReconnect(): void
  /** Op 9. */
  invalidateSession(resumable: boolean): void
  /** Heartbeats get no answer any more, until called with false. */
  silenceHeartbeats(silent?: boolean): void
  /** New connections are reset during the handshake, until called with false. */
  refuseConnections(refuse?: boolean): void
  /** Sessions without a connection are forgotten: the next RESUME gets op 9 d:false and what was missed is lost. */
  expireSessions(): void
  readonly identifies: number
  readonly resumes: number
  /** Open connections that have identified or resumed. */
  readonly connections: number
}

/** A permission of the bot in a channel, by Discord's own name. */
export type BotPermission =
  | 'ViewChannel'
  | 'SendMessages'
  | 'SendMessagesInThreads'
  | 'CreatePublicThreads'
  | 'CreatePrivateThreads'
  | 'ReadMessageHistory'
  | 'AddReactions'
  | 'EmbedLinks'
  | 'AttachFiles'
  | 'ManageThreads'
  | 'ManageMessages'
  | 'ManageChannels'
  | 'MentionEveryone'

export interface DiscordSimulator extends GatewayControl {
  /** `http://127.0.0.1:port/api`, for discord.js's `rest.api`. */
  readonly apiUrl: string
  readonly token: string
  readonly bot: { readonly id: string; readonly applicationId: string; readonly mention: string }
  readonly guild: { readonly id: string; readonly name: string }
  /** The text channel of that name, made when it is not there yet. */
  channel(name: string): { readonly id: string; readonly name: string }
  /** The person of that name, a member of the guild, made when not there yet. */
  person(name: string): DiscordPerson
  otherBot(name: string): DiscordPerson
  webhookPost(place: Place, name: string, text: string): Sent
  /** A link preview arrives: an update that changes embeds only. */
  unfurl(message: MessageAt): Sent
  /** A role; members get pinged by its mention when it is mentionable. */
  role(name: string, members: readonly DiscordPerson[], mentionable?: boolean): { readonly id: string }
  /** Adds a custom emoji to the guild. Returns `name:id`. */
  customEmoji(name: string): string
  messages(place: Place): readonly SeenMessage[]
  /** Undefined once it is deleted. */
  message(place: Place, messageId: string): SeenMessage | undefined
  threads(): readonly SeenThread[]
  archiveThread(thread: Place, options?: { readonly locked?: boolean }): void
  /** Also a thread. */
  deleteChannel(place: Place): void
  allow(place: Place, ...permissions: BotPermission[]): void
  deny(place: Place, ...permissions: BotPermission[]): void
  /** From now on messages of the bot may be this long only in this channel, 50035 otherwise. Discord says 2000. */
  limitContent(place: Place, codeUnits: number): void
  /** Messages of the bot that contain the word are refused with 200000. */
  blockWord(word: string): void
  readonly typingSigns: readonly TypingSign[]
  readonly calls: readonly Call[]
  /** 401, 403 and 429 answers so far, shared-scope ones aside; Discord bans an address at 10,000 in ten minutes. */
  readonly invalidRequests: number
  /**
   * The next `times` (1) calls that match meet this fault. A string matches `METHOD /path` with `:name` for one
   * path segment, for example `POST /channels/:id/messages`.
   */
  failNext(matcher: CallMatcher, fault: Fault, times?: number): void
  /** Faults that were ordered and have not happened will not. */
  failNoMore(): void
  /** 401 on every call, and 4004 at the gateway, from now on. */
  rejectToken(): void
  /** The token is good again. */
  acceptToken(): void
  /** Resolves with the first truthy value of `check`, tried after every change; rejects after `withinMs` of real time. */
  until<T>(check: () => T | undefined | null | false, withinMs?: number): Promise<T>
  close(): Promise<void>
}
