/** Shortcuts, commands and closed modals, read into what forms need. Pure (rule S6). */
import { z } from 'zod'
import { type Self, slackId, timestamp } from '../inbound.ts'
import { formOf } from './view.ts'

/** `callback_id` of the message shortcut in the manifest. */
export const CORRECT_SHORTCUT = 'parley_correct'

export interface HeardShortcut {
  readonly user: string
  readonly trigger: string
  readonly channel: string
  /** `ts` of the message it was chosen on. */
  readonly message: string
  readonly root: string | undefined
}

const shortcutSchema = z.object({
  type: z.literal('message_action'),
  callback_id: z.literal(CORRECT_SHORTCUT),
  trigger_id: z.string(),
  user: z.object({ id: slackId }),
  channel: z.object({ id: slackId }),
  message_ts: timestamp,
  message: z.object({ thread_ts: timestamp.nullish() }).nullish(),
})

/** Source: docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload. */
export function readShortcut(body: unknown, self: Self): HeardShortcut | undefined {
  const read = shortcutSchema.safeParse(body)
  if (!read.success || read.data.user.id === self.user) return undefined
  const { user, trigger_id: trigger, channel, message_ts, message } = read.data
  return {
    user: user.id,
    trigger,
    channel: channel.id,
    message: message_ts,
    root: message?.thread_ts ?? undefined,
  }
}

/** The command in the manifest. */
export const COMMAND = '/parley'

export interface HeardCommand {
  readonly user: string
  readonly trigger: string
  readonly channel: string
  readonly asks: 'help' | 'privacy'
}

const commandSchema = z.object({
  user_id: slackId,
  trigger_id: z.string(),
  channel_id: slackId,
  text: z.string().nullish(),
})

/** Source: docs.slack.dev/interactivity/implementing-slash-commands. */
export function readCommand(body: unknown): HeardCommand | undefined {
  const read = commandSchema.safeParse(body)
  if (!read.success) return undefined
  const { user_id: user, trigger_id: trigger, channel_id: channel, text } = read.data
  const [word] = (text ?? '').trim().toLowerCase().split(/\s+/)
  return { user, trigger, channel, asks: word === 'privacy' ? 'privacy' : 'help' }
}

const closedSchema = z.object({
  type: z.literal('view_closed'),
  view: z.object({ id: slackId, callback_id: z.string() }),
})

/** @returns the id of the view. */
export function readClosed(body: unknown): string | undefined {
  const read = closedSchema.safeParse(body)
  return read.success && formOf(read.data.view.callback_id) !== undefined ? read.data.view.id : undefined
}
