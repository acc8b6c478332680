import { z } from 'zod'
import { slackId } from '../inbound.ts'

/** Where a person can be told something that only they see. A form has no place of its own, so it keeps this. */
export interface TellPlace {
  readonly channel: string
  /** The thread; none for what stands at the top of a channel. */
  readonly root?: string | undefined
}

/** The same, as part of what a form keeps. */
export const keptPlace = { channel: slackId, root: z.string().optional() }
