/** Slack's own Stop, which it shows while a session is in `processing` (rule T5). */
import type { Logger } from 'pino'
import { z } from 'zod'
import { SAYINGS } from '#adapters/press.ts'
import { reasonOf } from '#core/errors.ts'
import type { ThreadRef } from '#core/thread.ts'
import type { SlackApi } from './api.ts'
import { type Self, slackId, timestamp } from './inbound.ts'

export interface HeardStop {
  /** The same for every delivery of one press. */
  readonly id: string
  /** It names no reply. */
  readonly thread: ThreadRef
  /** Who pressed. */
  readonly user: string
}

const stopSchema = z.object({
  type: z.literal('agent_session_stopped'),
  channel: slackId,
  user: slackId,
  thread_ts: timestamp,
  event_ts: timestamp,
})

/**
 * `undefined` for everything else (rule S6). Pure.
 *
 * Source: docs.slack.dev/reference/events/agent_session_stopped.
 */
export function readStop(event: unknown, self: Self): HeardStop | undefined {
  const read = stopSchema.safeParse(event)
  if (!read.success) return undefined
  const { channel, user, thread_ts: root, event_ts } = read.data
  const id = ['slack', self.team, 'stop', channel, root, user, event_ts].join(':')
  return { id, thread: { platform: 'slack', workspace: self.team, channel, root }, user }
}

/**
 * Nothing is being written there. Slack leaves the session as it is, and a reply takes it out of `processing` with its
 * last words: where there is none, nobody else would. Never throws.
 */
export async function answerIdleStop(
  { thread, user }: HeardStop,
  { api, log }: { readonly api: Pick<SlackApi, 'whisper' | 'setSession'>; readonly log: Logger },
): Promise<void> {
  try {
    await api.setSession(thread, 'active')
    await api.whisper(thread, user, SAYINGS.nothingToStop)
  } catch (thrown) {
    log.debug({ reason: reasonOf(thrown) }, 'A stop of nothing could not be answered.')
  }
}
