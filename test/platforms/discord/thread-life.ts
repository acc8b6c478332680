/** How a thread begins, goes to sleep and wakes. */
import { refuse } from './api-error.ts'
import { emit, guildEvent, messageEvent, threadEvent } from './events.ts'
import { threadMemberJson } from './payloads.ts'
import { botMay } from './permissions.ts'
import { type Channel, ChannelKind, createChannel, type Message, type State, type User } from './state.ts'

/** Active threads of one guild (facts page, section 5). */
const ACTIVE_THREADS = 1000
const HAS_THREAD = 1 << 5

export interface ThreadDraft {
  readonly owner: User
  readonly name: string
  readonly autoArchiveMinutes?: number
  readonly private?: boolean
  readonly invitable?: boolean
}

export const activeThreads = (state: State): readonly Channel[] =>
  [...state.channels.values()].filter(({ thread }) => thread !== undefined && !thread.archived)

/**
 * @param starter the message it grows from: the thread takes its id.
 * @throws ApiError 160004 when the message has a thread, 160006 when the guild is full, 50024 in a thread or DM.
 */
export function openThread(state: State, parent: Channel, draft: ThreadDraft, starter?: Message): Channel {
  if (parent.type !== ChannelKind.text) refuse(50024)
  if (starter !== undefined && state.channels.has(starter.id)) refuse(160004)
  if (activeThreads(state).length >= (state.options.activeThreadLimit ?? ACTIVE_THREADS)) refuse(160006)
  const now = state.clock.now()
  const type = draft.private === true ? ChannelKind.privateThread : ChannelKind.publicThread
  const thread = createChannel(state, type, draft.name, {
    ...(starter !== undefined && { id: starter.id }),
    thread: {
      parentId: parent.id,
      ownerId: draft.owner.id,
      members: new Set([draft.owner.id]),
      createdAt: now,
      archived: false,
      archiveChangedAt: now,
      locked: false,
      invitable: draft.invitable ?? true,
      autoArchiveMinutes: draft.autoArchiveMinutes ?? 1440,
      lastActivityAt: now,
      sent: 0,
      count: 0,
    },
  })
  emit(state, threadEvent(state, 'THREAD_CREATE', thread, { newly_created: true }))
  if (starter !== undefined) {
    starter.threadId = thread.id
    starter.flags |= HAS_THREAD
    emit(state, messageEvent(state, 'MESSAGE_UPDATE', starter))
  }
  return thread
}

/** Posting joins; only the bot hears of memberships, and only of its own. */
export function joinThread(state: State, channel: Channel, userId: string): void {
  const { thread } = channel
  if (thread === undefined || thread.members.has(userId)) return
  thread.members.add(userId)
  if (userId !== state.bot.id) return
  if (channel.type === ChannelKind.privateThread) emit(state, threadEvent(state, 'THREAD_CREATE', channel))
  const event = guildEvent('THREAD_MEMBERS_UPDATE', {
    id: channel.id,
    guild_id: state.guild.id,
    member_count: thread.members.size,
    added_members: [threadMemberJson(channel, userId)],
  })
  emit(state, event)
}

export function setArchived(state: State, channel: Channel, archived: boolean): void {
  const { thread } = channel
  if (thread === undefined || thread.archived === archived) return
  thread.archived = archived
  thread.archiveChangedAt = state.clock.now()
  thread.lastActivityAt = state.clock.now()
  emit(state, threadEvent(state, 'THREAD_UPDATE', channel))
  if (archived || !thread.members.has(state.bot.id)) return
  const member = { ...threadMemberJson(channel, state.bot.id), guild_id: state.guild.id }
  emit(state, guildEvent('THREAD_MEMBER_UPDATE', member))
}

/** A message wakes an archived thread; a locked one stays as it is. */
export function unarchive(state: State, channel: Channel): void {
  setArchived(state, channel, false)
}

/** @throws ApiError 160005 for a locked thread, unless the author may manage threads. */
export function requireUnlocked(state: State, channel: Channel, author: User): void {
  const { thread } = channel
  if (thread?.locked !== true) return
  if (author !== state.bot || !botMay(state, channel, 'ManageThreads')) refuse(160005)
}

/** @throws ApiError 50083 */
export function requireActive(channel: Channel): void {
  if (channel.thread?.archived === true) refuse(50083)
}

/** Threads in which nothing happened for their auto-archive time go to sleep. */
export function archiveStale(state: State): void {
  for (const channel of activeThreads(state)) {
    const { thread } = channel
    if (thread === undefined) continue
    const idleMs = state.clock.now() - thread.lastActivityAt
    if (idleMs >= thread.autoArchiveMinutes * 60_000) setArchived(state, channel, true)
  }
}
