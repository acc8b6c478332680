import { z } from 'zod'

const placeSchema = z.object({
  channel: z.string(),
  /** The thread: `thread_ts ?? ts` of the question. */
  root: z.string(),
  /** The question's own `ts`. */
  ts: z.string(),
  /** Who asked: a native stream in a channel needs its recipient. */
  user: z.string(),
  /** The workspace of `user`; not ours when the channel is shared between companies (Slack Connect). */
  userTeam: z.string(),
  direct: z.boolean(),
})

/** Where a reply goes. Stored with the question as JSON, so it outlives the process. */
export type Place = Readonly<z.infer<typeof placeSchema>>

/** @throws Error when `place` was not stored by this adapter: a bug, nobody's setting. */
export function readPlace(place: unknown): Place {
  const read = placeSchema.safeParse(place)
  if (read.success) return read.data
  throw new Error(`This is not a place that the Slack adapter stored: ${z.prettifyError(read.error)}`)
}
