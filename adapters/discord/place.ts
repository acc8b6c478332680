import { z } from 'zod'

/** The question's own ids; the workspace is a guild or `@me`. */
const question = { workspace: z.string(), channel: z.string(), message: z.string() }

/**
 * Where a reply goes, as stored with its question.
 *
 * Discord names a thread after the message it starts from, so the thread of a mention is known before it exists:
 * the question is accepted first, and the surface opens the thread when it first writes (rule T1).
 */
const placeSchema = z.discriminatedUnion('to', [
  /** An existing thread, or a direct message channel. */
  z.object({ to: z.literal('channel'), ...question }),
  /** A thread that is to be opened from the question. */
  z.object({
    to: z.literal('new thread'),
    ...question,
    name: z.string(),
    /** The message that the question replies to. */
    about: z.string().nullable(),
  }),
  /** A channel that can hold no threads: every part of the reply is a Discord reply to the question. */
  z.object({ to: z.literal('reply'), ...question, about: z.string().nullable() }),
])

export type Place = Readonly<z.infer<typeof placeSchema>>

/** @throws Error when a stored place is none of ours: a bug of ours. */
export function readPlace(stored: unknown): Place {
  const read = placeSchema.safeParse(stored)
  if (read.success) return read.data
  throw new Error(`Not a Discord place: ${JSON.stringify(stored)}`)
}
