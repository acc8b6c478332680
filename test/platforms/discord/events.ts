/** Gateway events, with the intents that let a session have them. */
import { GatewayIntentBits as Intent } from 'discord.js'
import { channelJson, emojiJson, memberJson, messageJson, userJson } from './payloads.ts'
import { botSees } from './permissions.ts'
import {
  type Channel,
  ChannelKind,
  channelOf,
  type Emoji,
  type Json,
  type Message,
  type State,
  type User,
} from './state.ts'

export interface GatewayEvent {
  readonly t: string
  readonly d: Json
  /** The same for sessions without the MessageContent intent; absent when it makes no difference. */
  readonly hidden?: Json
  /** A session needs one of these bits; 0 means everybody gets it. */
  readonly intents: number
}

const isDirect = (channel: Channel): boolean => channel.type === ChannelKind.direct

/** Where it happened, as every channel event says it. */
const location = (state: State, channel: Channel): Json => ({
  channel_id: channel.id,
  ...(!isDirect(channel) && { guild_id: state.guild.id }),
})

/** Undefined when the bot does not see the channel: nothing is sent then. */
export function messageEvent(
  state: State,
  t: 'MESSAGE_CREATE' | 'MESSAGE_UPDATE',
  message: Message,
): GatewayEvent | undefined {
  const channel = channelOf(state, message.channelId)
  if (!botSees(state, channel)) return undefined
  const { author } = message
  const extras = {
    ...location(state, channel),
    ...(!isDirect(channel) && !author.webhook && { member: memberJson(state, author) }),
    channel_type: channel.type,
  }
  return {
    t,
    d: { ...messageJson(state, message, true), ...extras },
    hidden: { ...messageJson(state, message, false), ...extras },
    intents: isDirect(channel) ? Intent.DirectMessages : Intent.GuildMessages,
  }
}

export function messageDeleted(state: State, channel: Channel, id: string): GatewayEvent | undefined {
  if (!botSees(state, channel)) return undefined
  const intents = isDirect(channel) ? Intent.DirectMessages : Intent.GuildMessages
  return { t: 'MESSAGE_DELETE', d: { id, ...location(state, channel) }, intents }
}

export function messagesDeleted(
  state: State,
  channel: Channel,
  ids: readonly string[],
): GatewayEvent | undefined {
  if (!botSees(state, channel)) return undefined
  const intents = isDirect(channel) ? Intent.DirectMessages : Intent.GuildMessages
  return { t: 'MESSAGE_DELETE_BULK', d: { ids, ...location(state, channel) }, intents }
}

export function reactionEvent(
  state: State,
  change: 'ADD' | 'REMOVE' | 'REMOVE_ALL' | 'REMOVE_EMOJI',
  at: { readonly channel: Channel; readonly message: Message; readonly user?: User; readonly emoji?: Emoji },
): GatewayEvent | undefined {
  const { channel, message, user, emoji } = at
  if (!botSees(state, channel)) return undefined
  const byOne = change === 'ADD' || change === 'REMOVE'
  return {
    t: `MESSAGE_REACTION_${change}`,
    d: {
      message_id: message.id,
      ...location(state, channel),
      ...(user !== undefined && { user_id: user.id }),
      ...(emoji !== undefined && { emoji: emojiJson(emoji) }),
      ...(byOne && { burst: false, type: 0 }),
      // Who wrote the message and who reacted come with ADD only.
      ...(change === 'ADD' && { message_author_id: message.author.id }),
      ...(change === 'ADD' &&
        user !== undefined &&
        !isDirect(channel) && { member: { ...memberJson(state, user), user: userJson(user) } }),
    },
    intents: isDirect(channel) ? Intent.DirectMessageReactions : Intent.GuildMessageReactions,
  }
}

export function typingEvent(state: State, channel: Channel, user: User): GatewayEvent | undefined {
  if (!botSees(state, channel)) return undefined
  return {
    t: 'TYPING_START',
    d: {
      ...location(state, channel),
      user_id: user.id,
      timestamp: Math.floor(state.clock.now() / 1000),
      ...(!isDirect(channel) && { member: { ...memberJson(state, user), user: userJson(user) } }),
    },
    intents: isDirect(channel) ? Intent.DirectMessageTyping : Intent.GuildMessageTyping,
  }
}

/** Channels, threads and roles: all of them need the Guilds intent. */
export const guildEvent = (t: string, d: Json): GatewayEvent => ({ t, d, intents: Intent.Guilds })

export function threadEvent(
  state: State,
  t: 'THREAD_CREATE' | 'THREAD_UPDATE' | 'THREAD_DELETE',
  thread: Channel,
  more: Json = {},
): GatewayEvent | undefined {
  if (!botSees(state, thread)) return undefined
  const { id, type } = thread
  const short = { id, type, guild_id: state.guild.id, parent_id: thread.thread?.parentId }
  return guildEvent(t, t === 'THREAD_DELETE' ? short : { ...channelJson(state, thread), ...more })
}

/** Sends it if there is something to send, and gives it back for a redelivery. */
export function emit(state: State, event: GatewayEvent | undefined): GatewayEvent | undefined {
  if (event !== undefined) state.emit(event)
  state.changed()
  return event
}
