/** What a test reads: messages and threads as a person sees them. */

import type { SeenMessage, SeenThread } from './contract.ts'
import { filesNamed } from './file-parts.ts'
import { MessageFlag } from './message-body.ts'
import { type Channel, ChannelKind, type Message, type State } from './state.ts'
import { archiveStale } from './thread-life.ts'

export function seenMessage(message: Message): SeenMessage {
  const { id, channelId, type, author, content, components, embeds, flags, pings, reference } = message
  const reactions = message.reactions.map(({ emoji, users }) => [
    emoji.id === null ? emoji.name : `${emoji.name}:${emoji.id}`,
    users,
  ])
  return {
    id,
    messageId: id,
    channelId,
    type,
    authorId: author.id,
    content,
    edited: message.editedAt !== undefined,
    components,
    embeds,
    flags,
    files: message.attachments
      .filter(({ name }) => (flags & MessageFlag.componentsV2) === 0 || filesNamed(components).includes(name))
      .map(({ name, bytes }) => ({ name, content: bytes.toString('utf8') })),
    reactions: Object.fromEntries(reactions),
    pings,
    ...(reference?.messageId !== undefined && { replyTo: reference.messageId }),
  }
}

export function seenThreads(state: State): readonly SeenThread[] {
  archiveStale(state)
  return [...state.channels.values()].flatMap((channel) => seenThread(channel) ?? [])
}

export function seenThread(channel: Channel): SeenThread | undefined {
  const { id, name, type, thread } = channel
  if (thread === undefined) return undefined
  const { parentId, ownerId, archived, locked, autoArchiveMinutes } = thread
  return {
    id,
    name,
    parentId,
    ownerId,
    archived,
    locked,
    autoArchiveMinutes,
    private: type === ChannelKind.privateThread,
  }
}
