/**
 * A press on a button, as the gateway reports it.
 *
 * @see https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
 */
import { InteractionType } from 'discord.js'
import { z } from 'zod'
import type { Control } from '#core/delivery/surface.ts'
import type { Speaker } from '#core/thread.ts'
import { readCustomId } from './controls.ts'
import { nameOf, nickname, snowflake, timeOf, user } from './message.ts'

export interface HeardPress {
  /** The interaction's own id: the same for every delivery of one press. */
  readonly id: string
  /** What an answer has to name, for fifteen minutes. */
  readonly application: string
  readonly token: string
  readonly control: Control
  readonly reply: string
  readonly by: Speaker
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** It becomes part of a path: nothing that would lead elsewhere (rule S6). */
export const interactionToken = z.string().regex(/^[\w~=+-][\w.~=+-]*$/)

const pressSchema = z.object({
  id: snowflake,
  application_id: snowflake,
  token: interactionToken,
  type: z.literal(InteractionType.MessageComponent),
  data: z.object({ custom_id: z.string() }),
  /** In a server; `user` is there in direct messages instead. */
  member: z.object({ user, nick: z.string().nullish() }).optional(),
  user: user.optional(),
})

/** @returns undefined for every interaction that is not a press on a button of ours. */
export function readPress(raw: unknown): HeardPress | undefined {
  const read = pressSchema.safeParse(raw)
  if (!read.success) return undefined
  const { id, token, member, application_id: application, data } = read.data
  const pressed = readCustomId(data.custom_id)
  const person = member?.user ?? read.data.user
  if (pressed === undefined || person === undefined) return undefined
  const by = { id: person.id, name: nameOf(person, nickname.parse(member)) }
  return { id, application, token, ...pressed, by, at: timeOf(id) }
}
