/** Everything the simulated Discord remembers, and where its events go. */
import { type Clock, systemClock } from '#core/clock.ts'
import { refuse } from './api-error.ts'
import type { BotPermission, DiscordSimulatorOptions, Place, SeenComponent } from './contract.ts'
import type { GatewayEvent } from './events.ts'
import { createSnowflakes } from './snowflake.ts'

export type Json = Readonly<Record<string, unknown>>

export interface User {
  readonly id: string
  readonly name: string
  readonly bot: boolean
  readonly webhook: boolean
  refusesDirectMessages: boolean
}

export interface Emoji {
  readonly id: string | null
  readonly name: string
}

export interface Attachment {
  readonly id: string
  readonly name: string
  readonly contentType: string
  readonly bytes: Buffer
  readonly channelId: string
}

export interface Message {
  readonly id: string
  readonly channelId: string
  readonly type: number
  readonly author: User
  readonly createdAt: number
  content: string
  editedAt?: number
  flags: number
  embeds: readonly Json[]
  components: readonly SeenComponent[]
  attachments: readonly Attachment[]
  pinned: boolean
  mentions: readonly string[]
  mentionRoles: readonly string[]
  mentionEveryone: boolean
  readonly pings: readonly string[]
  readonly reference?: { readonly channelId: string; readonly messageId?: string }
  readonly nonce?: string | number
  readonly interaction?: { readonly id: string; readonly type: number; readonly user: User }
  threadId?: string
  readonly reactions: { readonly emoji: Emoji; users: readonly string[] }[]
}

export const ChannelKind = { text: 0, direct: 1, publicThread: 11, privateThread: 12 } as const
export type ChannelType = (typeof ChannelKind)[keyof typeof ChannelKind]

export interface Channel {
  readonly id: string
  readonly type: ChannelType
  name: string
  topic: string | null
  /** Direct messages: the person. */
  readonly recipient?: User
  readonly messages: Map<string, Message>
  /** What the bot posted under a nonce. Whether Discord forgets those that were deleted is not known: it does not here. */
  readonly nonces: Map<string, Message>
  /** Code units of a message of the bot; what the body's own limit allows otherwise. */
  contentLimit?: number
  lastMessageId?: string
  readonly allowed: Set<BotPermission>
  readonly denied: Set<BotPermission>
  /** Threads only. */
  readonly thread?: ThreadState
}

export interface ThreadState {
  readonly parentId: string
  readonly ownerId: string
  readonly members: Set<string>
  readonly createdAt: number
  archived: boolean
  archiveChangedAt: number
  locked: boolean
  invitable: boolean
  autoArchiveMinutes: number
  lastActivityAt: number
  sent: number
  count: number
}

export interface Role {
  readonly id: string
  readonly name: string
  readonly mentionable: boolean
  readonly members: readonly string[]
}

export interface State {
  readonly clock: Clock
  readonly options: DiscordSimulatorOptions
  readonly nextId: () => string
  readonly token: string
  tokenValid: boolean
  /** `http://127.0.0.1:port`, known once the server listens. */
  origin: string
  readonly bot: User
  readonly guild: { readonly id: string; readonly name: string }
  readonly users: Map<string, User>
  readonly channels: Map<string, Channel>
  readonly roles: Map<string, Role>
  readonly emojis: Map<string, Emoji>
  readonly attachments: Map<string, Attachment>
  /** Ephemeral messages: outside every channel, known by id to the interaction's token only. */
  readonly ephemeral: Map<string, Message>
  readonly blockedWords: Set<string>
  readonly typing: {
    readonly channelId: string
    readonly userId: string
    readonly from: number
    until: number
  }[]
  /** Sends to every gateway session that asked for it. Set by the gateway. */
  emit: (event: GatewayEvent) => void
  /** Something a test may wait for has changed. */
  changed: () => void
}

export function createState(options: DiscordSimulatorOptions): State {
  const clock = options.clock ?? systemClock
  const nextId = createSnowflakes(clock)
  const bot: User = { id: nextId(), name: 'parley', bot: true, webhook: false, refusesDirectMessages: false }
  const guild = { id: nextId(), name: 'workshop' }
  return {
    clock,
    options,
    nextId,
    token: options.token ?? 'simulated.discord.token',
    tokenValid: true,
    origin: '',
    bot,
    guild,
    users: new Map([[bot.id, bot]]),
    channels: new Map(),
    roles: new Map(),
    emojis: new Map(),
    attachments: new Map(),
    ephemeral: new Map(),
    blockedWords: new Set(),
    typing: [],
    emit: () => {},
    changed: () => {},
  }
}

export function createChannel(
  state: State,
  type: ChannelType,
  name: string,
  more: Partial<Channel> = {},
): Channel {
  const channel: Channel = {
    id: state.nextId(),
    type,
    name,
    topic: null,
    messages: new Map(),
    nonces: new Map(),
    allowed: new Set(),
    denied: new Set(),
    ...more,
  }
  state.channels.set(channel.id, channel)
  return channel
}

export function addUser(state: State, name: string, kind: { bot?: boolean; webhook?: boolean } = {}): User {
  const { bot = false, webhook = false } = kind
  const user: User = { id: state.nextId(), name, bot, webhook, refusesDirectMessages: false }
  state.users.set(user.id, user)
  return user
}

export const placeId = (place: Place): string => (typeof place === 'string' ? place : place.id)

/** @throws ApiError 10003 */
export const channelOf = (state: State, place: Place): Channel =>
  state.channels.get(placeId(place)) ?? refuse(10003)

/** @throws ApiError 10008 */
export const messageOf = (channel: Channel, id: string): Message => channel.messages.get(id) ?? refuse(10008)

/** @throws ApiError 10013 */
export const userOf = (state: State, id: string): User => state.users.get(id) ?? refuse(10013)

export const directChannel = (state: State, user: User): Channel =>
  [...state.channels.values()].find((channel) => channel.recipient === user) ??
  createChannel(state, ChannelKind.direct, user.name, { recipient: user })

/** The channel whose permissions count: a thread takes its parent's. */
export const parentOf = (state: State, channel: Channel): Channel =>
  channel.thread === undefined ? channel : channelOf(state, channel.thread.parentId)
