/** People and other bots: what they do becomes state, and one dispatch that can be delivered again. */
import type { Commands } from './commands.ts'
import type { DiscordPerson, MessageAt, Place, PostOptions, Sent } from './contract.ts'
import { emit, type GatewayEvent, messageEvent } from './events.ts'
import { createInteractionActs } from './interaction-acts.ts'
import type { Interactions } from './interactions.ts'
import { type Draft, MessageKind, publish, remove, removeMany, revise } from './posting.ts'
import { addReaction, clearReactions, emojiOf, removeReaction } from './reactions.ts'
import { seenThread } from './seen.ts'
import {
  type Channel,
  channelOf,
  directChannel,
  type Message,
  messageOf,
  type State,
  type User,
} from './state.ts'
import { archiveStale, joinThread, requireActive, requireUnlocked } from './thread-life.ts'
import { beginThread } from './threads-api.ts'
import { startTyping } from './typing.ts'

export interface PeopleParts {
  readonly state: State
  readonly interactions: Interactions
  readonly commands: Commands
}

export function sentAs(state: State, at: MessageAt, event: GatewayEvent | undefined): Sent {
  return {
    channelId: at.channelId,
    messageId: at.messageId,
    redeliver(times = 1) {
      for (let time = 0; time < times; time += 1) emit(state, event)
    },
  }
}

/** Posts as anybody who is not our bot. */
export function postAs(state: State, channel: Channel, draft: Draft): Sent {
  requireUnlocked(state, channel, draft.author)
  const { message, event } = publish(state, channel, draft)
  return sentAs(state, { channelId: channel.id, messageId: message.id }, event)
}

/** A person's methods throw what Discord would answer them with. */
export function createPerson(parts: PeopleParts, user: User): DiscordPerson {
  const { state } = parts
  /** The channel as it is by now: a quiet thread may have gone to sleep. */
  const enter = (place: Place): Channel => {
    archiveStale(state)
    return channelOf(state, place)
  }
  const target = (place: Place, messageId: string): { channel: Channel; message: Message } => {
    const channel = enter(place)
    return { channel, message: messageOf(channel, messageId) }
  }
  const find = ({ channelId, messageId }: MessageAt) => target(channelId, messageId)
  const own = (at: MessageAt): { channel: Channel; message: Message } => {
    const found = find(at)
    if (found.message.author !== user) throw new Error(`${user.name} did not write message ${at.messageId}.`)
    requireActive(found.channel)
    return found
  }
  const post = (place: Place, content: string, options: PostOptions = {}): Sent => {
    const channel = enter(place)
    return postAs(state, channel, {
      author: user,
      content,
      ...replyDraft(options),
      ...filesOf(channel, options),
    })
  }
  const replyDraft = ({ replyTo, ping = true }: PostOptions): Partial<Draft> => {
    if (replyTo === undefined) return {}
    const allowed = { parse: ['users', 'roles', 'everyone'] as const, replied_user: ping }
    return { replyTo: find(replyTo).message, allowedMentions: allowed }
  }
  const filesOf = (channel: Channel, { attachments = [] }: PostOptions): Partial<Draft> => ({
    attachments: attachments.map(({ name, contentType, bytes }) => {
      const attachment = {
        id: state.nextId(),
        name,
        contentType,
        bytes: Buffer.from(bytes),
        channelId: channel.id,
      }
      state.attachments.set(attachment.id, attachment)
      return attachment
    }),
  })
  const reacted = (place: Place, messageId: string, event: GatewayEvent | undefined): Sent =>
    sentAs(state, { channelId: channelOf(state, place).id, messageId }, event)

  return {
    id: user.id,
    name: user.name,
    bot: user.bot,
    post,
    mention: (place, text, options) => post(place, `<@${state.bot.id}> ${text}`, options),
    directMessage: (text, options) => post(directChannel(state, user).id, text, options),
    directChannel: () => ({ id: directChannel(state, user).id }),
    edit(at, content) {
      return sentAs(state, at, revise(state, own(at).message, { content }))
    },
    delete(at) {
      const { channel, message } = find(at)
      return sentAs(state, at, remove(state, channel, message))
    },
    deleteMany(place, messageIds) {
      const channel = enter(place)
      const messages = messageIds.map((id) => messageOf(channel, id))
      return sentAs(
        state,
        { channelId: channel.id, messageId: messageIds[0] ?? '' },
        removeMany(state, channel, messages),
      )
    },
    pin(at) {
      const { channel, message } = find(at)
      message.pinned = true
      const event = emit(state, messageEvent(state, 'MESSAGE_UPDATE', message))
      const reference = { channelId: channel.id, messageId: message.id }
      publish(state, channel, { author: user, content: '', type: MessageKind.pin, reference })
      return sentAs(state, at, event)
    },
    react(place, messageId, emoji) {
      const event = addReaction(state, target(place, messageId), user, emojiOf(state, emoji))
      return reacted(place, messageId, event)
    },
    unreact(place, messageId, emoji) {
      const event = removeReaction(state, target(place, messageId), user, emojiOf(state, emoji))
      return reacted(place, messageId, event)
    },
    clearReactions(place, messageId, emoji) {
      const only = emoji === undefined ? undefined : emojiOf(state, emoji)
      return reacted(place, messageId, clearReactions(state, target(place, messageId), only))
    },
    startThread(from, name, options = {}) {
      const draft = { owner: user, name, private: options.private ?? false }
      const thread =
        'messageId' in from
          ? beginThread(state, channelOf(state, from.channelId), draft, find(from).message)
          : beginThread(state, channelOf(state, from.id), draft)
      const seen = seenThread(thread)
      if (seen === undefined) throw new Error('The new channel is no thread.')
      return seen
    },
    addToThread(thread, userId) {
      const channel = channelOf(state, thread)
      requireActive(channel)
      joinThread(state, channel, userId)
    },
    typing(place) {
      startTyping(state, channelOf(state, place), user)
    },
    refuseDirectMessages(refuse = true) {
      user.refusesDirectMessages = refuse
    },
    ...createInteractionActs(parts, user),
  }
}

/** A change of embeds only, as when a link preview arrives. */
export function unfurl(state: State, at: MessageAt): Sent {
  const message = messageOf(channelOf(state, at.channelId), at.messageId)
  message.embeds = [...message.embeds, { type: 'link', url: 'https://example.com/', title: 'Example' }]
  return sentAs(state, at, emit(state, messageEvent(state, 'MESSAGE_UPDATE', message)))
}
