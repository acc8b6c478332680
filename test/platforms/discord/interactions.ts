/** Interactions as people start them: the dispatch, and what became of it. */
import { randomBytes } from 'node:crypto'
import type { Interacted, InteractionAnswer } from './contract.ts'
import { emit, type GatewayEvent } from './events.ts'
import { ATTACHMENT_BYTES } from './messages-api.ts'
import { channelJson, memberJson, messageJson, userJson } from './payloads.ts'
import { bits, grantedBits } from './permissions.ts'
import { seenMessage } from './seen.ts'
import type { Channel, Json, Message, State, User } from './state.ts'
import type { Watch } from './watch.ts'

export const InteractionKind = { command: 2, component: 3, modal: 5 } as const

export type Modal = NonNullable<InteractionAnswer['modal']>

export interface InteractionRecord {
  readonly id: string
  readonly token: string
  readonly kind: 2 | 3 | 5
  readonly user: User
  readonly channel: Channel
  readonly createdAt: number
  /** The message whose component it came from. */
  readonly source?: Message
  /** Message type of an answer: 20 for slash commands, 23 for message commands, 19 below a component. */
  readonly answerType: number
  answer?: {
    readonly type: number
    readonly ephemeral: boolean
    readonly modal?: Modal
    readonly message?: Message
  }
  readonly followUps: Message[]
}

export interface Start {
  readonly kind: 2 | 3 | 5
  readonly user: User
  readonly channel: Channel
  readonly data: Json
  readonly answerType: number
  readonly source?: Message
}

export interface Interactions {
  start(start: Start): Interacted
  byToken(token: string): InteractionRecord | undefined
}

export function createInteractions(state: State, watch: Watch): Interactions {
  const records = new Map<string, InteractionRecord>()
  return {
    byToken: (token) => records.get(token),
    start({ data, ...start }) {
      const record: InteractionRecord = {
        ...start,
        id: state.nextId(),
        token: randomBytes(24).toString('base64url'),
        createdAt: state.clock.now(),
        followUps: [],
      }
      records.set(record.token, record)
      const event = emit(state, interactionEvent(state, record, data))
      return interacted(state, watch, record, event)
    },
  }
}

/** Every session gets it, whatever its intents. */
function interactionEvent(state: State, record: InteractionRecord, data: Json): GatewayEvent {
  const { id, token, kind, user, channel, source } = record
  const inGuild = channel.recipient === undefined
  return {
    t: 'INTERACTION_CREATE',
    intents: 0,
    d: {
      id,
      application_id: state.bot.id,
      type: kind,
      token,
      version: 1,
      channel_id: channel.id,
      channel: channelJson(state, channel),
      locale: 'en-US',
      app_permissions: grantedBits,
      entitlements: [],
      authorizing_integration_owners: { 0: state.guild.id },
      context: inGuild ? 0 : 1,
      attachment_size_limit: state.options.attachmentSizeLimit ?? ATTACHMENT_BYTES,
      data,
      ...(source !== undefined && { message: messageJson(state, source, true) }),
      ...(inGuild
        ? {
            guild_id: state.guild.id,
            guild_locale: 'en-US',
            guild: { id: state.guild.id, locale: 'en-US', features: [] },
            member: { ...memberJson(state, user), user: userJson(user), permissions: bits(['SendMessages']) },
          }
        : { user: userJson(user) }),
    },
  }
}

function interacted(
  state: State,
  watch: Watch,
  record: InteractionRecord,
  event: GatewayEvent | undefined,
): Interacted {
  const answer = (): InteractionAnswer | undefined => {
    if (record.answer === undefined) return undefined
    const { type, ephemeral, modal, message } = record.answer
    return {
      type,
      ephemeral,
      ...(modal !== undefined && { modal }),
      ...(message !== undefined && { message: seenMessage(message) }),
    }
  }
  return {
    interactionId: record.id,
    channelId: record.channel.id,
    messageId: record.source?.id ?? '',
    redeliver(times = 1) {
      for (let time = 0; time < times; time += 1) emit(state, event)
    },
    answer,
    answered: (withinMs) => watch.until(answer, withinMs),
    followUps: () => record.followUps.map(seenMessage),
  }
}
