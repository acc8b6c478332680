/**
 * Whether a body has the shape that Bolt takes for granted (rule S6). It looks into these fields before any listener
 * runs, and throws on `null`; what our own listeners need, they check themselves. Pure.
 */
import { z } from 'zod'

const anything = z.looseObject({})
const none = z.undefined().optional()
/** Bolt tells kinds apart by these fields, the first one first, and by the type only when all of them are missing. */
const noEvent = { event: none }
const noCommand = { ...noEvent, command: none, name: none }
const noAction = { ...noCommand, actions: none }
/** Bolt looks into the first of them, whatever the body is. */
const answered = { response_urls: z.array(anything).optional() }
const event = z.looseObject({
  type: z.string(),
  channel: z.union([z.string(), anything]).optional(),
  item: anything.optional(),
  message: anything.optional(),
  previous_message: anything.optional(),
  assistant_thread: anything.optional(),
})
const callback = z.looseObject({
  type: z.literal('event_callback'),
  ...answered,
  event,
  authorizations: z.array(anything).nullish(),
})
const press = z.looseObject({
  type: z.literal('block_actions'),
  ...{ ...noCommand, ...answered },
  user: anything,
  channel: anything.optional(),
  actions: z.array(z.looseObject({ type: z.string(), action_id: z.string() })).nonempty(),
})
const view = z.looseObject({
  type: z.enum(['view_submission', 'view_closed']),
  ...{ ...noAction, ...answered },
  user: anything,
  view: z.looseObject({ callback_id: z.string() }),
})
const shortcut = z.looseObject({
  type: z.enum(['message_action', 'shortcut']),
  ...{ ...noAction, ...answered },
  user: anything,
  callback_id: z.string(),
  channel: anything.optional(),
})
const KNOWN = new Set([
  'event_callback',
  'block_actions',
  'view_submission',
  'view_closed',
  'message_action',
  'shortcut',
  // Never asked for, and looked into by Bolt.
  'block_suggestion',
  'dialog_submission',
])
/** Has no type. Over HTTP it is a form of its own, and over Socket Mode an object like all others. */
const command = z.looseObject({ command: z.string(), type: none, ...noEvent, ...answered })
const other = z.looseObject({
  type: z.string().refine((type) => !KNOWN.has(type)),
  ...{ ...noAction, ...answered },
})
const body = z.union([callback, press, view, shortcut, command, other])

/** The event that a body tells of. @returns undefined when it tells of none, or of one that is malformed. */
export const eventOf = (parsed: unknown): unknown => callback.safeParse(parsed).data?.event

/** An object that says what it is: an event, a challenge or an interaction. */
export const isReadable = (parsed: unknown): boolean => body.safeParse(parsed).success
