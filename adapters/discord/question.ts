import type { Question } from '#core/dialogue/question.ts'
import type { ThreadRef } from '#core/thread.ts'
import type { HeardMessage } from './message.ts'
import type { Place } from './place.ts'
import { threadName } from './thread-name.ts'

/** What a channel is, as far as a conversation cares. */
export type Where =
  | { readonly kind: 'direct' }
  | { readonly kind: 'thread'; readonly parent: string }
  /** Threads can be opened here. */
  | { readonly kind: 'text' }
  /** Messages, but no threads: the chat of a voice channel. */
  | { readonly kind: 'flat' }

/** `@me` is Discord's own name for "no guild". */
export const DIRECT_WORKSPACE = '@me'

/** @see https://docs.discord.com/developers/resources/channel#channel-object-channel-types */
export function kindOf(channelType: number): Where['kind'] {
  if (channelType === 1 || channelType === 3) return 'direct'
  if (channelType >= 10 && channelType <= 12) return 'thread'
  return channelType === 0 || channelType === 5 ? 'text' : 'flat'
}

/** The conversation a message belongs to, or would begin. */
export function threadOf(message: HeardMessage, where: Where): ThreadRef {
  const { channel, id } = message
  const at = { platform: 'discord', workspace: message.guild ?? DIRECT_WORKSPACE }
  switch (where.kind) {
    case 'direct':
      return { ...at, channel, root: channel }
    case 'thread':
      return { ...at, channel: where.parent, root: channel }
    // A thread that starts from a message has the message's id: the same key as for its follow-ups.
    case 'text':
    case 'flat':
      return { ...at, channel, root: id }
  }
}

/** Names the question that is in a message, or would be (rule T1). */
export const questionId = (channel: string, message: string): string => `discord:${channel}:${message}`

/** @param owned whether the assistant was in this thread before. */
export function questionOf(message: HeardMessage, where: Where, text: string, owned: boolean): Question {
  const hasPast = pastBefore(message, where, owned)
  return {
    id: questionId(message.channel, message.id),
    thread: threadOf(message, where),
    speaker: { id: message.author.id, name: message.author.name },
    text,
    sentAt: message.sentAt,
    place: placeOf(message, where, text),
    ...(hasPast && { hasPast }),
    ...(message.author.roles && { roles: message.author.roles }),
  }
}

function pastBefore(message: HeardMessage, where: Where, owned: boolean): boolean {
  switch (where.kind) {
    case 'direct':
      return false
    case 'thread':
      // The first post of a forum thread has the thread's own id: nothing came before it.
      return !owned && message.id !== message.channel
    case 'text':
    case 'flat':
      return message.about !== undefined
  }
}

function placeOf(message: HeardMessage, where: Where, text: string): Place {
  const workspace = message.guild ?? DIRECT_WORKSPACE
  const at = { workspace, channel: message.channel, message: message.id }
  const about = message.about ?? null
  switch (where.kind) {
    case 'direct':
    case 'thread':
      return { to: 'channel', ...at }
    case 'text':
      return { to: 'new thread', ...at, name: threadName(text), about }
    case 'flat':
      return { to: 'reply', ...at, about }
  }
}
