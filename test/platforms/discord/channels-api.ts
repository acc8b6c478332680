/** REST: who the bot is, its gateway, and channels as a whole. */
import { z } from 'zod'
import { refuse } from './api-error.ts'
import { emit, guildEvent, threadEvent } from './events.ts'
import { parseForm } from './message-body.ts'
import { channelJson, guildJson, userJson } from './payloads.ts'
import { botMay, botSees, requirePermissions } from './permissions.ts'
import { announceName } from './posting.ts'
import { type ApiReply, type ApiRequest, ok, param, type Route } from './route.ts'
import {
  type Channel,
  ChannelKind,
  channelOf,
  directChannel,
  type Json,
  type State,
  type User,
  userOf,
} from './state.ts'
import { setArchived } from './thread-life.ts'
import { threadForm } from './threads-api.ts'

/** GatewayMessageContentLimited: the portal's switch is on for an unverified app. */
const MESSAGE_CONTENT_SWITCH = 1 << 19

export const applicationJson = (state: State): Json => ({
  id: state.bot.id,
  flags: (state.options.messageContentIntent ?? true) ? MESSAGE_CONTENT_SWITCH : 0,
})

export function channelRoutes(state: State, identifiesLeft: () => number): readonly Route[] {
  return [
    {
      at: 'GET /gateway/bot',
      handle: () =>
        ok({
          url: `${state.origin.replace('http', 'ws')}/gateway`,
          shards: state.options.shards ?? 1,
          session_start_limit: {
            total: 1000,
            remaining: identifiesLeft(),
            reset_after: 86_400_000,
            max_concurrency: 1,
          },
        }),
    },
    { at: 'GET /users/@me', handle: () => ok(userJson(state.bot)) },
    { at: 'GET /users/:user', handle: (request) => ok(userJson(userOf(state, param(request, 'user')))) },
    {
      at: 'GET /applications/@me',
      handle: () =>
        ok({
          ...applicationJson(state),
          name: state.bot.name,
          description: '',
          bot: userJson(state.bot),
          icon: null,
        }),
    },
    {
      at: 'GET /guilds/:guild',
      handle: (request) => {
        if (param(request, 'guild') !== state.guild.id) refuse(10004)
        return ok(guildJson(state, [], []))
      },
    },
    {
      at: 'POST /users/@me/channels',
      handle: (request) => {
        const { recipient_id } = parseForm(z.object({ recipient_id: z.string() }), request.body)
        const user = userOf(state, recipient_id)
        if (user.bot) refuse(50007)
        return ok(channelJson(state, directChannel(state, user)))
      },
    },
    {
      at: 'GET /channels/:channel',
      handle: (request) => {
        const channel = channelOf(state, param(request, 'channel'))
        if (!botSees(state, channel)) refuse(50001)
        return ok(channelJson(state, channel))
      },
    },
    { at: 'PATCH /channels/:channel', handle: (request) => update(state, request) },
    {
      at: 'DELETE /channels/:channel',
      handle: (request) => {
        const channel = channelOf(state, param(request, 'channel'))
        requirePermissions(state, channel, channel.thread === undefined ? 'ManageChannels' : 'ManageThreads')
        dropChannel(state, channel)
        return ok(channelJson(state, channel))
      },
    },
  ]
}

const channelPatch = z.object({
  name: threadForm.name.optional(),
  topic: z.string().max(1024).nullish(),
  archived: z.boolean().optional(),
  locked: z.boolean().optional(),
  invitable: threadForm.invitable.optional(),
  auto_archive_duration: threadForm.auto_archive_duration.optional(),
  rate_limit_per_user: threadForm.rate_limit_per_user,
})

type ChannelPatch = z.infer<typeof channelPatch>

function update(state: State, request: ApiRequest): ApiReply {
  const channel = channelOf(state, param(request, 'channel'))
  if (channel.type === ChannelKind.direct) refuse(50024)
  const patch = parseForm(channelPatch, request.body)
  if (channel.thread !== undefined) updateThread(state, channel, patch, state.bot)
  else {
    requirePermissions(state, channel, 'ManageChannels')
    channel.name = patch.name ?? channel.name
    channel.topic = patch.topic === undefined ? channel.topic : patch.topic
    emit(state, guildEvent('CHANNEL_UPDATE', channelJson(state, channel)))
  }
  return ok(channelJson(state, channel))
}

/**
 * The owner may do all but lock; anyone who may send may wake an unlocked thread; the rest needs ManageThreads.
 * Nothing but waking is possible while it is archived.
 */
export function updateThread(state: State, channel: Channel, patch: ChannelPatch, by: User): void {
  const { thread } = channel
  if (thread === undefined) refuse(50024)
  if (!botSees(state, channel)) refuse(50001)
  const manages = by !== state.bot || botMay(state, channel, 'ManageThreads')
  const owns = thread.ownerId === by.id
  const onlyWakes = patch.archived === false && Object.keys(patch).length === 1
  if (!manages) {
    if (patch.locked !== undefined || (thread.locked && thread.archived)) refuse(50013)
    if (!owns && !(onlyWakes && botMay(state, channel, 'SendMessagesInThreads'))) refuse(50013)
  }
  if (thread.archived && patch.archived !== false) refuse(50083)
  const renamed = patch.name !== undefined && patch.name !== channel.name
  channel.name = patch.name ?? channel.name
  thread.locked = patch.locked ?? thread.locked
  thread.invitable = patch.invitable ?? thread.invitable
  thread.autoArchiveMinutes = patch.auto_archive_duration ?? thread.autoArchiveMinutes
  if (patch.archived === false) setArchived(state, channel, false)
  if (renamed) announceName(state, channel, by)
  else if (Object.keys(patch).some((field) => field !== 'archived')) {
    emit(state, threadEvent(state, 'THREAD_UPDATE', channel))
  }
  if (patch.archived === true) setArchived(state, channel, true)
}

/** Takes a channel's threads with it. */
export function dropChannel(state: State, channel: Channel): void {
  const event =
    channel.thread === undefined
      ? guildEvent('CHANNEL_DELETE', channelJson(state, channel))
      : threadEvent(state, 'THREAD_DELETE', channel)
  state.channels.delete(channel.id)
  for (const other of [...state.channels.values()]) {
    if (other.thread?.parentId === channel.id) state.channels.delete(other.id)
  }
  emit(state, event)
}
