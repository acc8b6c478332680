/** From what the simulator remembers to the JSON that Discord sends. Absent means absent: discord.js asks with `in`. */
import { bits, grantedBits } from './permissions.ts'
import {
  type Attachment,
  type Channel,
  type Emoji,
  type Json,
  type Message,
  parentOf,
  type State,
  type User,
} from './state.ts'

const ATTACHMENT_LINK_LIVES_MS = 24 * 60 * 60_000
const SUPPRESS_EMBEDS = 1 << 2

export const iso = (ms: number): string => new Date(ms).toISOString()

export const userJson = (user: User): Json => ({
  id: user.id,
  username: user.name,
  global_name: user.bot ? null : user.name,
  discriminator: user.webhook ? '0000' : '0',
  avatar: null,
  public_flags: 0,
  ...(user.bot && { bot: true }),
})

export const memberJson = (state: State, user: User): Json => ({
  roles: [...state.roles.values()].filter((role) => role.members.includes(user.id)).map((role) => role.id),
  nick: null,
  avatar: null,
  joined_at: '2026-01-01T00:00:00.000Z',
  premium_since: null,
  pending: false,
  deaf: false,
  mute: false,
  flags: 0,
})

export const emojiJson = (emoji: Emoji): Json => ({ id: emoji.id, name: emoji.name })

export function channelJson(state: State, channel: Channel): Json {
  const { id, type, name, topic, lastMessageId, thread, recipient } = channel
  const common = { id, type, last_message_id: lastMessageId ?? null, flags: 0 }
  if (recipient !== undefined) return { ...common, recipients: [userJson(recipient)] }
  if (thread !== undefined) return { ...common, name, ...threadJson(state, channel, thread) }
  return {
    ...common,
    name,
    topic,
    guild_id: state.guild.id,
    position: 0,
    nsfw: false,
    rate_limit_per_user: 0,
    parent_id: null,
    permission_overwrites: [
      { id: state.bot.id, type: 1, allow: bits(channel.allowed), deny: bits(channel.denied) },
    ],
  }
}

function threadJson(state: State, channel: Channel, thread: NonNullable<Channel['thread']>): Json {
  return {
    guild_id: state.guild.id,
    parent_id: parentOf(state, channel).id,
    owner_id: thread.ownerId,
    message_count: thread.count,
    total_message_sent: thread.sent,
    member_count: Math.min(thread.members.size, 50),
    rate_limit_per_user: 0,
    thread_metadata: {
      archived: thread.archived,
      locked: thread.locked,
      auto_archive_duration: thread.autoArchiveMinutes,
      archive_timestamp: iso(thread.archiveChangedAt),
      create_timestamp: iso(thread.createdAt),
      ...(channel.type === 12 && { invitable: thread.invitable }),
    },
    ...(thread.members.has(state.bot.id) && { member: threadMemberJson(channel, state.bot.id) }),
  }
}

export const threadMemberJson = (channel: Channel, userId: string): Json => ({
  id: channel.id,
  user_id: userId,
  join_timestamp: iso(channel.thread?.createdAt ?? 0),
  flags: 1,
})

export function attachmentJson(state: State, { id, name, contentType, bytes, channelId }: Attachment): Json {
  const expires = Math.floor((state.clock.now() + ATTACHMENT_LINK_LIVES_MS) / 1000).toString(16)
  const url = `${state.origin}/attachments/${channelId}/${id}/${encodeURIComponent(name)}?ex=${expires}`
  return { id, filename: name, content_type: contentType, size: bytes.length, url, proxy_url: url }
}

/** May the bot read this message without the MessageContent intent? (Facts page, section 4.) */
function isReadable(state: State, message: Message): boolean {
  const direct = state.channels.get(message.channelId)?.recipient !== undefined
  return direct || message.author === state.bot || message.mentions.includes(state.bot.id)
}

/**
 * A message as REST answers it.
 *
 * @param content false for a reader without the MessageContent intent: what it may not read comes empty.
 */
export function messageJson(state: State, message: Message, content: boolean, depth = 0): Json {
  const hidden = !content && !isReadable(state, message)
  const users = message.mentions.flatMap((id) => state.users.get(id) ?? [])
  const { reference, interaction, threadId } = message
  const thread = threadId === undefined ? undefined : state.channels.get(threadId)
  return {
    id: message.id,
    channel_id: message.channelId,
    type: message.type,
    author: userJson(message.author),
    content: hidden ? '' : message.content,
    timestamp: iso(message.createdAt),
    edited_timestamp: message.editedAt === undefined ? null : iso(message.editedAt),
    tts: false,
    mention_everyone: message.mentionEveryone,
    mentions: users.map(userJson),
    mention_roles: message.mentionRoles,
    attachments: hidden ? [] : message.attachments.map((attachment) => attachmentJson(state, attachment)),
    embeds: hidden || (message.flags & SUPPRESS_EMBEDS) !== 0 ? [] : message.embeds,
    components: hidden ? [] : message.components,
    pinned: message.pinned,
    flags: message.flags,
    ...(message.nonce !== undefined && { nonce: message.nonce }),
    ...(message.author.webhook && { webhook_id: message.author.id }),
    ...(interaction !== undefined && {
      webhook_id: state.bot.id,
      application_id: state.bot.id,
      interaction_metadata: {
        id: interaction.id,
        type: interaction.type,
        user: userJson(interaction.user),
        authorizing_integration_owners: {},
      },
    }),
    ...(message.reactions.length > 0 && {
      reactions: message.reactions.map(({ emoji, users: by }) => ({
        emoji: emojiJson(emoji),
        count: by.length,
        count_details: { burst: 0, normal: by.length },
        burst_colors: [],
        me_burst: false,
        me: by.includes(state.bot.id),
      })),
    }),
    ...(reference !== undefined && referenceJson(state, reference, content, depth)),
    ...(thread !== undefined && { thread: channelJson(state, thread) }),
  }
}

function referenceJson(
  state: State,
  reference: NonNullable<Message['reference']>,
  content: boolean,
  depth: number,
): Json {
  const { channelId, messageId } = reference
  const link = { type: 0, channel_id: channelId, guild_id: state.guild.id }
  if (messageId === undefined) return { message_reference: link }
  const original = state.channels.get(channelId)?.messages.get(messageId)
  return {
    message_reference: { ...link, message_id: messageId },
    // One level only: Discord does not nest the reply's own reference.
    ...(depth === 0 && {
      referenced_message: original === undefined ? null : messageJson(state, original, content, 1),
    }),
  }
}

const NO_VOICE = { voice_states: [], stage_instances: [], guild_scheduled_events: [], soundboard_sounds: [] }

export function roleJsons(state: State): readonly Json[] {
  const role = { color: 0, colors: { primary_color: 0 }, hoist: false, managed: false, flags: 0 }
  return [
    {
      ...role,
      id: state.guild.id,
      name: '@everyone',
      permissions: grantedBits,
      position: 0,
      mentionable: false,
    },
    ...[...state.roles.values()].map(({ id, name, mentionable }, at) => ({
      ...role,
      id,
      name,
      permissions: '0',
      position: at + 1,
      mentionable,
    })),
  ]
}

export const guildJson = (state: State, channels: readonly Channel[], threads: readonly Channel[]): Json => ({
  ...NO_VOICE,
  id: state.guild.id,
  name: state.guild.name,
  icon: null,
  owner_id: state.guild.id,
  roles: roleJsons(state),
  emojis: [...state.emojis.values()].map((emoji) => ({
    ...emoji,
    roles: [],
    available: true,
    animated: false,
  })),
  features: [],
  channels: channels.map((channel) => channelJson(state, channel)),
  threads: threads.map((thread) => channelJson(state, thread)),
  // Without the members intent only the bot itself comes.
  members: [{ ...memberJson(state, state.bot), user: userJson(state.bot) }],
  member_count: state.users.size,
  presences: [],
  stickers: [],
  joined_at: '2026-01-01T00:00:00.000Z',
  large: false,
  unavailable: false,
  preferred_locale: 'en-US',
  verification_level: 0,
  premium_tier: 0,
  nsfw_level: 0,
  system_channel_id: null,
})
