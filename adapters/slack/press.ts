import { z } from 'zod'
import { type Pressed, readValue } from './controls.ts'
import { milliseconds, type Self, slackId, timestamp } from './inbound.ts'

export type HeardPress = Pressed & PressedWhere

interface PressedWhere {
  /** The same for every delivery of one press. */
  readonly id: string
  /** Who pressed. */
  readonly user: string
  /** What Slack calls them, until we know better. */
  readonly name: string
  readonly channel: string
  /** The thread of the message below which it was pressed; none for one at the top of a channel. */
  readonly root: string | undefined
  /** Opens one form, within three seconds. */
  readonly trigger: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

const pressSchema = z.object({
  type: z.literal('block_actions'),
  trigger_id: z.string().nullish(),
  user: z.object({ id: slackId, name: z.string().nullish(), username: z.string().nullish() }),
  container: z.object({
    type: z.literal('message'),
    channel_id: slackId,
    message_ts: timestamp,
    thread_ts: timestamp.nullish(),
  }),
  message: z.object({ thread_ts: timestamp.nullish() }).nullish(),
  actions: z.tuple([z.object({ value: z.string(), action_ts: timestamp })], z.unknown()),
})

/**
 * A press on one of our buttons; `undefined` for every other interaction (rule S6). Pure.
 *
 * Source: docs.slack.dev/reference/interaction-payloads/block_actions-payload.
 */
export function readPress(body: unknown, self: Self): HeardPress | undefined {
  const read = pressSchema.safeParse(body)
  if (!read.success) return undefined
  const { user, container, message, actions, trigger_id } = read.data
  const [{ value, action_ts }] = actions
  const pressed = readValue(value)
  if (pressed === undefined || user.id === self.user) return undefined
  const { channel_id: channel, message_ts } = container
  return {
    id: ['slack', self.team, 'press', channel, message_ts, user.id, value, action_ts].join(':'),
    ...pressed,
    user: user.id,
    name: user.name || user.username || user.id,
    channel,
    root: container.thread_ts ?? message?.thread_ts ?? undefined,
    trigger: trigger_id ?? '',
    at: milliseconds(action_ts),
  }
}
