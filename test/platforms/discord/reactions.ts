/** Reactions, by people and over REST. */
import { z } from 'zod'
import { refuse } from './api-error.ts'
import { REACTIONS } from './buckets.ts'
import { emit, type GatewayEvent, reactionEvent } from './events.ts'
import { parseForm } from './message-body.ts'
import { userJson } from './payloads.ts'
import { botMay, botSees, requirePermissions } from './permissions.ts'
import { type ApiRequest, noContent, ok, param, type Route } from './route.ts'
import { isNewer } from './snowflake.ts'
import {
  type Channel,
  channelOf,
  type Emoji,
  type Message,
  messageOf,
  type State,
  type User,
  userOf,
} from './state.ts'
import { requireActive } from './thread-life.ts'

/** Different emoji on one message. */
const MOST_EMOJI = 20

interface Target {
  readonly channel: Channel
  readonly message: Message
}

/** @throws ApiError 10014 for what is neither a Unicode emoji nor one of the guild. */
export function emojiOf(state: State, text: string): Emoji {
  const custom = /^(?:a:)?(\w+):(\d{17,20})$/.exec(text)
  if (custom !== null) return state.emojis.get(custom[2] ?? '') ?? refuse(10014)
  if (!/^(?:\p{RGI_Emoji}|\p{Extended_Pictographic}\p{Emoji_Modifier}?)$/v.test(text)) refuse(10014)
  return { id: null, name: text }
}

export const sameEmoji = (a: Emoji, b: Emoji): boolean =>
  a.id === b.id && (a.id !== null || a.name === b.name)

/** Undefined when that reaction is there already: nothing happens then. */
export function addReaction(
  state: State,
  { channel, message }: Target,
  user: User,
  emoji: Emoji,
): GatewayEvent | undefined {
  requireActive(channel)
  const there = message.reactions.find((one) => sameEmoji(one.emoji, emoji))
  if (there?.users.includes(user.id)) return undefined
  if (there === undefined && message.reactions.length >= MOST_EMOJI) refuse(30010)
  if (there === undefined) message.reactions.push({ emoji, users: [user.id] })
  else there.users = [...there.users, user.id]
  return emit(state, reactionEvent(state, 'ADD', { channel, message, user, emoji }))
}

export function removeReaction(
  state: State,
  { channel, message }: Target,
  user: User,
  emoji: Emoji,
): GatewayEvent | undefined {
  requireActive(channel)
  const there = message.reactions.find((one) => sameEmoji(one.emoji, emoji))
  if (there?.users.includes(user.id) !== true) return undefined
  there.users = there.users.filter((id) => id !== user.id)
  if (there.users.length === 0) message.reactions.splice(message.reactions.indexOf(there), 1)
  return emit(state, reactionEvent(state, 'REMOVE', { channel, message, user, emoji }))
}

export function clearReactions(
  state: State,
  { channel, message }: Target,
  emoji?: Emoji,
): GatewayEvent | undefined {
  requireActive(channel)
  const kept = emoji === undefined ? [] : message.reactions.filter((one) => !sameEmoji(one.emoji, emoji))
  message.reactions.splice(0, message.reactions.length, ...kept)
  return emoji === undefined
    ? emit(state, reactionEvent(state, 'REMOVE_ALL', { channel, message }))
    : emit(state, reactionEvent(state, 'REMOVE_EMOJI', { channel, message, emoji }))
}

const reactorsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(25),
  after: z.string().optional(),
})

export function reactionRoutes(state: State): readonly Route[] {
  const path = '/channels/:channel/messages/:message/reactions'
  const target = (request: ApiRequest): Target => {
    const channel = channelOf(state, param(request, 'channel'))
    if (!botSees(state, channel) || !botMay(state, channel, 'ReadMessageHistory')) refuse(50001)
    return { channel, message: messageOf(channel, param(request, 'message')) }
  }
  const emoji = (request: ApiRequest): Emoji => emojiOf(state, param(request, 'emoji'))
  const asModerator = (request: ApiRequest): Target => {
    const found = target(request)
    requirePermissions(state, found.channel, 'ManageMessages')
    return found
  }
  return [
    {
      at: `PUT ${path}/:emoji/@me`,
      bucket: REACTIONS,
      handle: (request) => {
        const found = target(request)
        const wanted = emoji(request)
        const isNew = !found.message.reactions.some((one) => sameEmoji(one.emoji, wanted))
        if (isNew) requirePermissions(state, found.channel, 'AddReactions')
        addReaction(state, found, state.bot, wanted)
        return noContent
      },
    },
    {
      at: `DELETE ${path}/:emoji/@me`,
      bucket: REACTIONS,
      handle: (request) => {
        removeReaction(state, target(request), state.bot, emoji(request))
        return noContent
      },
    },
    {
      at: `DELETE ${path}/:emoji/:user`,
      bucket: REACTIONS,
      handle: (request) => {
        const found = asModerator(request)
        removeReaction(state, found, userOf(state, param(request, 'user')), emoji(request))
        return noContent
      },
    },
    {
      at: `GET ${path}/:emoji`,
      handle: (request) => {
        const { message } = target(request)
        const wanted = emoji(request)
        const { limit, after } = parseForm(reactorsQuery, request.query)
        const ids = message.reactions.find((one) => sameEmoji(one.emoji, wanted))?.users ?? []
        const page = ids.filter((id) => after === undefined || isNewer(id, after)).slice(0, limit)
        return ok(page.map((id) => userJson(userOf(state, id))))
      },
    },
    {
      at: `DELETE ${path}/:emoji`,
      handle: (request) => {
        clearReactions(state, asModerator(request), emoji(request))
        return noContent
      },
    },
    {
      at: `DELETE ${path}`,
      handle: (request) => {
        clearReactions(state, asModerator(request))
        return noContent
      },
    },
  ]
}
