/**
 * Lines of the ledger as earlier versions wrote them, read as if they had been written today. They are not written
 * again: the ledger is append only (rule F1).
 */
import * as z from 'zod'
import type { PersonRef } from '#core/person.ts'
import { EVENT_SCHEMA, type FeedbackEvent, feedbackEvent } from './event.ts'

/** Before schemas were counted: the platform's own id of the person, and no place among other events but the time. */
const unversioned = z.object({
  id: z.string(),
  platform: z.string().refine((name) => name.isWellFormed()),
  thread: z.string(),
  reply: z.string(),
  /** It becomes part of a key, which half a character cannot. */
  rater: z.string().refine((id) => id.isWellFormed()),
  kind: z.enum(['reaction_added', 'reaction_removed', 'vote']),
  value: z.string(),
  at: z.number(),
})

export type Read =
  | { readonly ok: true; readonly event: FeedbackEvent }
  /** Which field is wrong, and why. */
  | { readonly ok: false; readonly problem: string }

/** @param found a value of the ledger's namespace. What this version wrote was checked when it was written. */
export const readStored = (found: unknown, pseudonymOf: (person: PersonRef) => string): Read =>
  isOfToday(found) ? { ok: true, event: found } : readEvent(found, pseudonymOf)

const isOfToday = (found: unknown): found is FeedbackEvent =>
  isVersioned(found) && found.schema === EVENT_SCHEMA && 'kind' in found && KINDS.has(found.kind)

const KINDS: ReadonlySet<unknown> = new Set(
  feedbackEvent.options.flatMap(({ shape }) => [...shape.kind.values]),
)

const isVersioned = (found: unknown): found is { readonly schema: unknown } =>
  typeof found === 'object' && found !== null && 'schema' in found

/** @param found a line of an export. */
export function readEvent(found: unknown, pseudonymOf: (person: PersonRef) => string): Read {
  const read = feedbackEvent.safeParse(upgraded(found, pseudonymOf))
  return read.success ? { ok: true, event: read.data } : { ok: false, problem: problemOf(read.error) }
}

function upgraded(found: unknown, pseudonymOf: (person: PersonRef) => string): unknown {
  if (isVersioned(found)) return found
  const older = unversioned.safeParse(found)
  if (!older.success) return found
  const { platform, rater } = older.data
  return {
    ...older.data,
    schema: EVENT_SCHEMA,
    rater: pseudonymOf({ platform, id: rater }),
    requester: false,
    // A platform that is none of ours is told like every other wrong field.
    provenance: platform,
  }
}

/** The first field that is wrong; its value is not shown (rule S5). */
function problemOf({ issues: [issue] }: z.ZodError): string {
  const field = issue?.path.join('.') ?? ''
  return `${field}${field === '' ? '' : ': '}${issue?.message ?? 'wrong'}`
}
