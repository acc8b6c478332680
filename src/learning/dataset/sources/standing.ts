import type { JudgedReply } from '#core/feedback/judged-reply.ts'
import type { Turn } from '../dataset.ts'

/** A reply as it stands now. */
export interface Said extends JudgedReply {
  /** When the oldest message of its prompt was said, milliseconds since the epoch. */
  readonly since: number
}

/** What `Replies` finds, and since when. */
export type FindReply = (reply: string) => Promise<Said | 'unknown' | 'deleted'>

/**
 * Whether a record's copy of a prompt is still what was said: nothing of it was edited or deleted since (rule T6). A
 * conversation that is not there any more was erased.
 *
 * @param turns the copy; its system prompt may be an older one
 */
export function standing(
  turns: readonly Turn[],
  found: JudgedReply | 'unknown' | 'deleted',
): 'stands' | 'deleted' | 'changed' {
  if (found === 'deleted' || found === 'unknown') return 'deleted'
  const said = turns.filter(({ role }) => role !== 'system')
  const now = found.prompt.turns
  const same =
    said.length === now.length &&
    said.every(({ role, content }, nth) => role === now[nth]?.role && content === now[nth]?.content)
  return same ? 'stands' : 'changed'
}
