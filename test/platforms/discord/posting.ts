/** A message appears, changes or goes: the same for people, the bot, webhooks and interaction answers. */
import type { SeenComponent } from './contract.ts'
import {
  emit,
  type GatewayEvent,
  messageDeleted,
  messageEvent,
  messagesDeleted,
  threadEvent,
} from './events.ts'
import { botMay } from './permissions.ts'
import { type AllowedMentions, mentionsOf, pingsOf } from './pings.ts'
import {
  type Attachment,
  type Channel,
  ChannelKind,
  type Json,
  type Message,
  type State,
  type User,
} from './state.ts'
import { joinThread, unarchive } from './thread-life.ts'
import { endTyping } from './typing.ts'

export const MessageKind = {
  plain: 0,
  nameChange: 4,
  pin: 6,
  threadCreated: 18,
  reply: 19,
  command: 20,
  threadStarter: 21,
  contextCommand: 23,
} as const

export interface Draft {
  readonly author: User
  readonly content: string
  readonly type?: number
  readonly flags?: number
  readonly embeds?: readonly Json[]
  readonly components?: readonly SeenComponent[]
  readonly attachments?: readonly Attachment[]
  readonly replyTo?: Message
  readonly reference?: { readonly channelId: string; readonly messageId?: string }
  readonly allowedMentions?: AllowedMentions
  readonly nonce?: string | number
  readonly interaction?: Message['interaction']
}

/** Everything a reader sees as text: content, and the text displays of components. */
export const shownText = (content: string, components: readonly SeenComponent[]): string =>
  [content, ...components.map(componentText)].filter((text) => text !== '').join('\n')

const componentText = (component: SeenComponent): string =>
  shownText(component.type === 10 ? (component.content ?? '') : '', component.components ?? [])

/** Makes the message, without showing it anywhere: ephemeral answers end here. */
export function compose(state: State, channel: Channel, draft: Draft): Message {
  const { author, content, replyTo, components = [], flags = 0 } = draft
  const text = shownText(content, components)
  const mentions = mentionsOf(text, draft.allowedMentions, replyTo?.author.id)
  const audience = {
    authorId: author.id,
    members: membersOf(state, channel),
    rolesById: state.roles,
    mayMentionEveryone: author === state.bot ? botMay(state, channel, 'MentionEveryone') : true,
  }
  const reference = replyTo === undefined ? draft.reference : { channelId: channel.id, messageId: replyTo.id }
  return {
    id: state.nextId(),
    channelId: channel.id,
    type: draft.type ?? (replyTo === undefined ? MessageKind.plain : MessageKind.reply),
    author,
    createdAt: state.clock.now(),
    content,
    flags,
    embeds: draft.embeds ?? [],
    components,
    attachments: draft.attachments ?? [],
    pinned: false,
    mentions: mentions.users,
    mentionRoles: mentions.roles,
    mentionEveryone: mentions.everyone && audience.mayMentionEveryone,
    pings: pingsOf(mentions, audience),
    reactions: [],
    ...(reference !== undefined && { reference }),
    ...(draft.nonce !== undefined && { nonce: draft.nonce }),
    ...(draft.interaction !== undefined && { interaction: draft.interaction }),
  }
}

/** Shows it in the channel: an archived thread comes back first, and the author's typing sign goes. */
export function publish(
  state: State,
  channel: Channel,
  draft: Draft,
): { message: Message; event?: GatewayEvent } {
  unarchive(state, channel)
  const message = compose(state, channel, draft)
  channel.messages.set(message.id, message)
  channel.lastMessageId = message.id
  if (channel.thread !== undefined) {
    channel.thread.lastActivityAt = state.clock.now()
    if (message.type !== MessageKind.threadStarter) {
      channel.thread.sent += 1
      channel.thread.count += 1
    }
    joinThread(state, channel, draft.author.id)
  }
  endTyping(state, channel, draft.author)
  const event = emit(state, messageEvent(state, 'MESSAGE_CREATE', message))
  return { message, ...(event !== undefined && { event }) }
}

export interface Change {
  readonly content?: string
  readonly embeds?: readonly Json[]
  readonly components?: readonly SeenComponent[]
  readonly flags?: number
  readonly attachments?: readonly Attachment[]
  readonly allowedMentions?: AllowedMentions
}

/** An edit recomputes mentions and notifies nobody. Flags alone do not make a message "edited". */
export function revise(state: State, message: Message, change: Change): GatewayEvent | undefined {
  const { content, embeds, components, attachments, flags } = change
  if (content !== undefined) message.content = content
  if (embeds !== undefined) message.embeds = embeds
  if (components !== undefined) message.components = components
  if (attachments !== undefined) message.attachments = attachments
  if (flags !== undefined) message.flags = flags
  if (content !== undefined || components !== undefined) {
    const text = shownText(message.content, message.components)
    const mentions = mentionsOf(text, change.allowedMentions, mentionedByReply(state, message))
    message.mentions = mentions.users
    message.mentionRoles = mentions.roles
  }
  if ([content, embeds, components, attachments].some((part) => part !== undefined)) {
    message.editedAt = state.clock.now()
  }
  if (state.ephemeral.has(message.id)) {
    state.changed()
    return undefined
  }
  return emit(state, messageEvent(state, 'MESSAGE_UPDATE', message))
}

/** The author replied to, if the reply had its ping on. */
function mentionedByReply(state: State, { reference, mentions }: Message): string | undefined {
  if (reference?.messageId === undefined) return undefined
  const author = state.channels.get(reference.channelId)?.messages.get(reference.messageId)?.author.id
  return author !== undefined && mentions.includes(author) ? author : undefined
}

export function remove(state: State, channel: Channel, message: Message): GatewayEvent | undefined {
  forget(channel, message)
  return emit(state, messageDeleted(state, channel, message.id))
}

/** Many at once, told in one event. */
export function removeMany(
  state: State,
  channel: Channel,
  messages: readonly Message[],
): GatewayEvent | undefined {
  for (const message of messages) forget(channel, message)
  const ids = messages.map(({ id }) => id)
  return emit(state, messagesDeleted(state, channel, ids))
}

function forget(channel: Channel, message: Message): void {
  channel.messages.delete(message.id)
  if (channel.thread !== undefined) channel.thread.count -= 1
}

/** Renaming a thread is said in it. */
export function announceName(state: State, thread: Channel, author: User): void {
  publish(state, thread, { author, content: thread.name, type: MessageKind.nameChange })
  emit(state, threadEvent(state, 'THREAD_UPDATE', thread))
}

function membersOf(state: State, channel: Channel): readonly string[] {
  if (channel.recipient !== undefined) return [channel.recipient.id, state.bot.id]
  if (channel.type === ChannelKind.privateThread) return [...(channel.thread?.members ?? [])]
  return [...state.users.values()].filter((user) => !user.webhook).map((user) => user.id)
}
