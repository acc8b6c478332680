/** REST: threads, from a message or on their own, their members and their lists. */
import { z } from 'zod'
import { refuse } from './api-error.ts'
import { emit, guildEvent } from './events.ts'
import { parseForm } from './message-body.ts'
import { channelJson, threadMemberJson } from './payloads.ts'
import { botMay, botSees, requirePermissions } from './permissions.ts'
import { MessageKind, publish } from './posting.ts'
import { type ApiReply, type ApiRequest, noContent, ok, param, type Route } from './route.ts'
import { type Channel, ChannelKind, channelOf, type Message, messageOf, type State, userOf } from './state.ts'
import { activeThreads, joinThread, openThread, requireActive, type ThreadDraft } from './thread-life.ts'

export const threadForm = {
  name: z.string().min(1).max(100),
  auto_archive_duration: z.union([z.literal(60), z.literal(1440), z.literal(4320), z.literal(10080)]),
  rate_limit_per_user: z.number().int().min(0).max(21600).nullish(),
  invitable: z.boolean(),
}

const fromMessage = z.object({
  name: threadForm.name,
  auto_archive_duration: threadForm.auto_archive_duration.optional(),
  rate_limit_per_user: threadForm.rate_limit_per_user,
})

const onItsOwn = z.object({
  ...fromMessage.shape,
  type: z.union([z.literal(11), z.literal(12)]).default(12),
  invitable: threadForm.invitable.optional(),
})

/** Opens it and says so: in the thread when it grew from a message, else in its parent. */
export function beginThread(state: State, parent: Channel, draft: ThreadDraft, starter?: Message): Channel {
  const thread = openThread(state, parent, draft, starter)
  const author = draft.owner
  if (starter !== undefined) {
    const reference = { channelId: parent.id, messageId: starter.id }
    publish(state, thread, { author, content: '', type: MessageKind.threadStarter, reference })
  } else if (thread.type === ChannelKind.publicThread) {
    const reference = { channelId: thread.id }
    publish(state, parent, { author, content: thread.name, type: MessageKind.threadCreated, reference })
  }
  return thread
}

export function threadRoutes(state: State): readonly Route[] {
  return [
    { at: 'POST /channels/:channel/messages/:message/threads', handle: (request) => start(state, request) },
    { at: 'POST /channels/:channel/threads', handle: (request) => startAlone(state, request) },
    {
      at: 'GET /guilds/:guild/threads/active',
      handle: (request) => {
        if (param(request, 'guild') !== state.guild.id) refuse(10004)
        return ok(
          listJson(
            state,
            activeThreads(state).filter((thread) => botSees(state, thread)),
          ),
        )
      },
    },
    {
      at: 'GET /channels/:channel/threads/archived/public',
      handle: (request) => archived(state, request, 11),
    },
    {
      at: 'GET /channels/:channel/threads/archived/private',
      handle: (request) => archived(state, request, 12),
    },
    {
      at: 'GET /channels/:channel/users/@me/threads/archived/private',
      handle: (request) => archived(state, request, 12, true),
    },
    ...memberRoutes(state),
  ]
}

function start(state: State, request: ApiRequest): ApiReply {
  const parent = channelOf(state, param(request, 'channel'))
  requirePermissions(state, parent, 'CreatePublicThreads')
  const starter = messageOf(parent, param(request, 'message'))
  const form = parseForm(fromMessage, request.body)
  const thread = beginThread(state, parent, { owner: state.bot, ...draftOf(form) }, starter)
  return { status: 201, body: channelJson(state, thread) }
}

function startAlone(state: State, request: ApiRequest): ApiReply {
  const parent = channelOf(state, param(request, 'channel'))
  const form = parseForm(onItsOwn, request.body)
  requirePermissions(state, parent, form.type === 12 ? 'CreatePrivateThreads' : 'CreatePublicThreads')
  const invitable = form.invitable === undefined ? {} : { invitable: form.invitable }
  const draft = { owner: state.bot, ...draftOf(form), private: form.type === 12, ...invitable }
  return { status: 201, body: channelJson(state, beginThread(state, parent, draft)) }
}

const draftOf = (form: z.infer<typeof fromMessage>): Pick<ThreadDraft, 'name' | 'autoArchiveMinutes'> => ({
  name: form.name,
  ...(form.auto_archive_duration !== undefined && { autoArchiveMinutes: form.auto_archive_duration }),
})

const archivedQuery = z.object({
  limit: z.coerce.number().int().min(2).max(100).default(50),
  before: z.string().optional(),
})

/** Most recently archived first. `before` is a time, for joined private threads an id. */
function archived(state: State, request: ApiRequest, type: 11 | 12, joined = false): ApiReply {
  const parent = channelOf(state, param(request, 'channel'))
  requirePermissions(
    state,
    parent,
    'ReadMessageHistory',
    ...(type === 12 && !joined ? ['ManageThreads' as const] : []),
  )
  const { limit, before } = parseForm(archivedQuery, request.query)
  const isBefore = (id: string, at: number): boolean => {
    if (before === undefined) return true
    return joined ? BigInt(id) < BigInt(before) : at < Date.parse(before)
  }
  const found = [...state.channels.values()]
    .flatMap((channel) => (channel.thread?.archived === true ? [{ channel, thread: channel.thread }] : []))
    .filter(({ channel, thread }) => thread.parentId === parent.id && channel.type === type)
    .filter(({ thread }) => !joined || thread.members.has(state.bot.id))
    .filter(({ channel, thread }) => isBefore(channel.id, thread.archiveChangedAt))
    .toSorted((a, b) => b.thread.archiveChangedAt - a.thread.archiveChangedAt)
  const page = found.slice(0, limit).map(({ channel }) => channel)
  return ok({ ...listJson(state, page), has_more: found.length > limit })
}

const listJson = (state: State, threads: readonly Channel[]) => ({
  threads: threads.map((thread) => channelJson(state, thread)),
  members: threads
    .filter(({ thread }) => thread?.members.has(state.bot.id))
    .map((thread) => threadMemberJson(thread, state.bot.id)),
})

function memberRoutes(state: State): readonly Route[] {
  const at = '/channels/:channel/thread-members'
  const threadOf = (request: ApiRequest): { channel: Channel; members: Set<string> } => {
    const channel = channelOf(state, param(request, 'channel'))
    if (!botSees(state, channel)) refuse(50001)
    if (channel.thread === undefined) refuse(50024)
    return { channel, members: channel.thread.members }
  }
  const leave = (channel: Channel, members: Set<string>, userId: string): void => {
    if (!members.delete(userId) || userId !== state.bot.id) return
    const d = {
      id: channel.id,
      guild_id: state.guild.id,
      member_count: members.size,
      removed_member_ids: [userId],
    }
    emit(state, guildEvent('THREAD_MEMBERS_UPDATE', d))
  }
  const member = (request: ApiRequest): string => {
    const user = param(request, 'user')
    return user === '@me' ? state.bot.id : userOf(state, user).id
  }
  return [
    {
      at: `GET ${at}`,
      handle: (request) => {
        const { channel, members } = threadOf(request)
        return ok([...members].map((id) => threadMemberJson(channel, id)))
      },
    },
    {
      at: `GET ${at}/:user`,
      handle: (request) => {
        const { channel, members } = threadOf(request)
        const id = member(request)
        return members.has(id) ? ok(threadMemberJson(channel, id)) : refuse(10013)
      },
    },
    {
      at: `PUT ${at}/:user`,
      handle: (request) => {
        const { channel } = threadOf(request)
        requireActive(channel)
        joinThread(state, channel, member(request))
        return noContent
      },
    },
    {
      at: `DELETE ${at}/:user`,
      handle: (request) => {
        const { channel, members } = threadOf(request)
        requireActive(channel)
        const id = member(request)
        const own = id === state.bot.id || channel.thread?.ownerId === state.bot.id
        if (!own && !botMay(state, channel, 'ManageThreads')) refuse(50013)
        leave(channel, members, id)
        return noContent
      },
    },
  ]
}
