/**
 * What a person did with a button, a menu, a form or a command, as the gateway reports it. Pure (rule S6).
 *
 * @see https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
 */
import { ApplicationCommandType, InteractionType } from 'discord.js'
import { z } from 'zod'
import type { PersonRef } from '#core/person.ts'
import type { Speaker } from '#core/thread.ts'
import type { Interaction } from '../api.ts'
import { nameOf, nickname, snowflake, timeOf, user } from '../message.ts'
import { interactionToken } from '../press.ts'

/** What was typed or chosen in one field. */
export type FieldValue = string | readonly string[] | boolean

export type Act =
  | { readonly kind: 'pressed'; readonly customId: string }
  | { readonly kind: 'chosen'; readonly customId: string; readonly values: readonly string[] }
  /** A form; its fields by their custom_id. */
  | {
      readonly kind: 'submitted'
      readonly customId: string
      readonly fields: ReadonlyMap<string, FieldValue>
    }
  | { readonly kind: 'command'; readonly name: string; readonly sub: string | undefined }
  /** A command on a message. */
  | { readonly kind: 'message command'; readonly name: string; readonly target: string }

export interface HeardInteraction extends Interaction {
  readonly act: Act
  readonly by: Speaker
  readonly person: PersonRef
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly guild: string | undefined
  readonly channel: string
  /** The message that was pressed; a form has it when a press on one opened it. */
  readonly message: PressedMessage | undefined
  /** Bytes of a file that may be sent here. */
  readonly fileLimit: number
}

export interface PressedMessage {
  readonly id: string
  readonly components: readonly unknown[]
}

/** Where Discord does not say: what every server takes. */
const FILE_LIMIT_BYTES = 10 * 1024 * 1024

const common = z.object({
  id: snowflake,
  application_id: snowflake,
  token: interactionToken,
  guild_id: snowflake.optional().catch(undefined),
  channel_id: snowflake,
  /** In a server; `user` is there in direct messages instead. */
  member: z.object({ user, nick: z.string().nullish() }).optional(),
  user: user.optional(),
  message: z
    .object({ id: snowflake, components: z.array(z.unknown()).default([]) })
    .optional()
    .catch(undefined),
  attachment_size_limit: z.int().positive().default(FILE_LIMIT_BYTES).catch(FILE_LIMIT_BYTES),
})

const component = z
  .object({
    type: z.literal(InteractionType.MessageComponent),
    data: z.object({ custom_id: z.string(), values: z.array(z.string()).optional() }),
  })
  .transform(
    ({ data: { custom_id: customId, values } }): Act =>
      values === undefined ? { kind: 'pressed', customId } : { kind: 'chosen', customId, values },
  )

const field = z
  .object({
    custom_id: z.string(),
    value: z.union([z.string(), z.boolean()]).nullish(),
    values: z.array(z.string()).optional(),
  })
  .transform(({ custom_id, value, values }): readonly [string, FieldValue] => [
    custom_id,
    value ?? values ?? '',
  ])

/** A label has one field; what is text only has none. */
const label = z.object({ component: field.optional() })

const submission = z
  .object({
    type: z.literal(InteractionType.ModalSubmit),
    data: z.object({ custom_id: z.string(), components: z.array(label) }),
  })
  .transform(
    ({ data }): Act => ({
      kind: 'submitted',
      customId: data.custom_id,
      fields: new Map(data.components.flatMap((each) => (each.component ? [each.component] : []))),
    }),
  )

const command = z
  .object({
    type: z.literal(InteractionType.ApplicationCommand),
    data: z.object({
      type: z.literal(ApplicationCommandType.ChatInput),
      name: z.string(),
      options: z.array(z.object({ name: z.string() })).default([]),
    }),
  })
  .transform(({ data }): Act => ({ kind: 'command', name: data.name, sub: data.options[0]?.name }))

const messageCommand = z
  .object({
    type: z.literal(InteractionType.ApplicationCommand),
    data: z.object({
      type: z.literal(ApplicationCommandType.Message),
      name: z.string(),
      target_id: snowflake,
    }),
  })
  .transform(({ data }): Act => ({ kind: 'message command', name: data.name, target: data.target_id }))

const act = z.union([component, submission, command, messageCommand])

/** @returns undefined for what cannot be read. */
export function readInteraction(raw: unknown): HeardInteraction | undefined {
  const read = common.safeParse(raw)
  const done = act.safeParse(raw)
  if (!read.success || !done.success) return undefined
  const { id, token, member, guild_id: guild, channel_id: channel, message } = read.data
  const somebody = member?.user ?? read.data.user
  if (somebody === undefined) return undefined
  return {
    ...{ id, token, guild, channel, message, act: done.data },
    application: read.data.application_id,
    by: { id: somebody.id, name: nameOf(somebody, nickname.parse(member)) },
    person: { platform: 'discord', id: somebody.id },
    at: timeOf(id),
    fileLimit: read.data.attachment_size_limit,
  }
}

/** Names what a person did, in every request that follows from it: the same for every delivery (rule F1). */
export const requestId = ({ id }: Pick<HeardInteraction, 'id'>): string => `discord:${id}`
