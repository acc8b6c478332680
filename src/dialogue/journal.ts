import { z } from 'zod'
import type { AssistantMessage } from '#core/store/transcripts.ts'

/** How far a turn got, so that another attempt goes on from there and never answers twice (rules T1, T3). */
export interface Journal {
  /** Chosen by the first attempt; every attempt writes the same reply. */
  readonly reply: string
  /** Platform messages that show it already. */
  readonly shown: readonly string[]
  /** The attempt that last came further: a further message stands, or the reply is complete. */
  readonly furtherAt?: number
  /** Present once the reply is complete: a later attempt shows it and does not ask the model again. */
  readonly complete?: { readonly message: AssistantMessage; readonly visible: string }
}

const Shape = z.object({
  reply: z.string(),
  shown: z.array(z.string()),
  furtherAt: z.int().optional(),
  complete: z.object({ message: z.custom<AssistantMessage>(isMessage), visible: z.string() }).optional(),
})

/** @param written undefined on the first attempt, which begins a journal of its own. */
export function readJournal(written: string | undefined, begin: () => Journal): Journal {
  if (written === undefined) return begin()
  const { complete, furtherAt, ...begun } = Shape.parse(JSON.parse(written))
  return {
    ...begun,
    ...(furtherAt !== undefined && { furtherAt }),
    ...(complete !== undefined && { complete }),
  }
}

/** How many attempts have come no further since one did. */
export function inVain(attempts: number, written: string | undefined): number {
  return attempts - (written === undefined ? 0 : (Shape.parse(JSON.parse(written)).furtherAt ?? 0))
}

/** The reply that a turn with this journal writes. */
export const replyIn = (written: string): string => Shape.parse(JSON.parse(written)).reply

function isMessage(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'role' in value && value.role === 'assistant'
}
