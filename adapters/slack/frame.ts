/**
 * Whether a frame of Socket Mode is one that Slack's client can take (rule S6). It looks into an envelope before
 * anybody listens, in a promise that nobody handles, and tells of it under the name that the envelope gives: a missing
 * payload would end the process, and an event called `close` would end the connection. Pure.
 *
 * Source: docs.slack.dev/apis/events-api/using-socket-mode.
 */
import { z } from 'zod'

/** What the client tells its own listeners, beside the names of events. */
const OWN_NAMES: ReadonlySet<string> = new Set([
  ...['connecting', 'authenticated', 'connected', 'reconnecting', 'disconnecting', 'disconnected'],
  ...['ws_message', 'outgoing_message', 'slack_event', 'close', 'error'],
])

const envelope_id = z.string().min(1)
const payload = z.looseObject({})
const event = z.looseObject({ type: z.string().refine((type) => !OWN_NAMES.has(type)) })
const frame = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('hello') }),
  z.looseObject({ type: z.literal('disconnect') }),
  z.looseObject({ type: z.literal('events_api'), envelope_id, payload: z.looseObject({ event }) }),
  z.looseObject({ type: z.literal('interactive'), envelope_id, payload }),
  z.looseObject({ type: z.literal('slash_commands'), envelope_id, payload }),
])

/** @param data as it came: a text, or bytes, which Slack never sends. */
export function isFrame(data: unknown): boolean {
  if (typeof data !== 'string') return false
  try {
    return frame.safeParse(JSON.parse(data)).success
  } catch {
    return false
  }
}
