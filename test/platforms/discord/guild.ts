/** The furniture of the guild: channels, roles, emoji, and what the bot may do in a channel. */
import { GatewayIntentBits } from 'discord.js'
import type { BotPermission, DiscordPerson, Place } from './contract.ts'
import { emit, guildEvent } from './events.ts'
import { channelJson, emojiJson, roleJsons, threadMemberJson } from './payloads.ts'
import { botSees } from './permissions.ts'
import { type Channel, ChannelKind, channelOf, createChannel, parentOf, type State } from './state.ts'
import { activeThreads } from './thread-life.ts'

/** The text channel of that name, made when it is not there yet. */
export function openChannel(state: State, name: string): { readonly id: string; readonly name: string } {
  const known = [...state.channels.values()].find((one) => one.type === ChannelKind.text && one.name === name)
  if (known !== undefined) return { id: known.id, name }
  const channel = createChannel(state, ChannelKind.text, name)
  emit(state, guildEvent('CHANNEL_CREATE', channelJson(state, channel)))
  return { id: channel.id, name }
}

export function addRole(
  state: State,
  name: string,
  members: readonly DiscordPerson[],
  mentionable: boolean,
): { readonly id: string } {
  const role = { id: state.nextId(), name, mentionable, members: members.map(({ id }) => id) }
  state.roles.set(role.id, role)
  const json = roleJsons(state).find(({ id }) => id === role.id)
  emit(state, guildEvent('GUILD_ROLE_CREATE', { guild_id: state.guild.id, role: json }))
  return { id: role.id }
}

export function addEmoji(state: State, name: string): string {
  const id = state.nextId()
  state.emojis.set(id, { id, name })
  const emojis = [...state.emojis.values()].map(emojiJson)
  const d = { guild_id: state.guild.id, emojis }
  emit(state, { t: 'GUILD_EMOJIS_UPDATE', d, intents: GatewayIntentBits.GuildExpressions })
  return `${name}:${id}`
}

/** As an overwrite on the channel, or on a thread's parent. Coming into sight brings the active threads along. */
export function changePermissions(
  state: State,
  place: Place,
  permissions: readonly BotPermission[],
  allow: boolean,
): void {
  const channel = parentOf(state, channelOf(state, place))
  const wasVisible = botSees(state, channel)
  for (const permission of permissions) {
    channel.allowed[allow ? 'add' : 'delete'](permission)
    channel.denied[allow ? 'delete' : 'add'](permission)
  }
  emit(state, guildEvent('CHANNEL_UPDATE', channelJson(state, channel)))
  if (!wasVisible && botSees(state, channel)) emit(state, threadListSync(state, channel))
}

function threadListSync(state: State, channel: Channel) {
  const threads = activeThreads(state).filter(
    (one) => one.thread?.parentId === channel.id && botSees(state, one),
  )
  return guildEvent('THREAD_LIST_SYNC', {
    guild_id: state.guild.id,
    channel_ids: [channel.id],
    threads: threads.map((thread) => channelJson(state, thread)),
    members: threads
      .filter(({ thread }) => thread?.members.has(state.bot.id))
      .map((thread) => threadMemberJson(thread, state.bot.id)),
  })
}
