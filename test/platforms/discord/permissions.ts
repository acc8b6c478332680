/** What the bot may do where. People may do everything here; only the bot's rights are under test. */
import { PermissionFlagsBits } from 'discord.js'
import { refuse } from './api-error.ts'
import type { BotPermission } from './contract.ts'
import { type Channel, ChannelKind, parentOf, type State } from './state.ts'

/** What the documented invite link asks for (309237763136). */
const GRANTED: ReadonlySet<BotPermission> = new Set<BotPermission>([
  'ViewChannel',
  'SendMessages',
  'SendMessagesInThreads',
  'CreatePublicThreads',
  'ReadMessageHistory',
  'AddReactions',
  'EmbedLinks',
  'AttachFiles',
])

export const bits = (permissions: Iterable<BotPermission>): string =>
  String([...permissions].reduce((sum, name) => sum | PermissionFlagsBits[name], 0n))

export const grantedBits = bits(GRANTED)

export function botMay(state: State, channel: Channel, permission: BotPermission): boolean {
  if (channel.type === ChannelKind.direct) return true
  const { allowed, denied } = parentOf(state, channel)
  return allowed.has(permission) || (GRANTED.has(permission) && !denied.has(permission))
}

/** False also for a private thread that the bot was not added to. */
export function botSees(state: State, channel: Channel): boolean {
  if (!botMay(state, channel, 'ViewChannel')) return false
  if (channel.type !== ChannelKind.privateThread) return true
  return channel.thread?.members.has(state.bot.id) === true || botMay(state, channel, 'ManageThreads')
}

/** @throws ApiError 50001 when the bot cannot see the channel, 50013 when it lacks one of the permissions. */
export function requirePermissions(
  state: State,
  channel: Channel,
  ...needed: readonly BotPermission[]
): void {
  if (!botSees(state, channel)) refuse(50001)
  if (needed.some((permission) => !botMay(state, channel, permission))) refuse(50013)
}

export const sendPermission = (channel: Channel): BotPermission =>
  channel.thread === undefined ? 'SendMessages' : 'SendMessagesInThreads'
