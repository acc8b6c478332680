/** What an edit does to the words of a question (rule T6). Pure. */
import { naming, type Speaker } from '#core/thread.ts'
import type { Edit } from './request.ts'

interface Worded {
  readonly text: string
  readonly named?: readonly Speaker[]
  /** When the platform says that its text was edited last, milliseconds since the epoch. */
  readonly editedAt?: number
}

/**
 * True when a later edit of the same text is known already: a platform delivers again what nobody took in at first,
 * behind what was said since (rule T1).
 */
export const isLate = ({ at }: Edit, { editedAt }: Worded): boolean => editedAt !== undefined && at < editedAt

export function reword<Message extends Worded>(
  { named: _, ...message }: Message,
  { text, named = [], at }: Edit,
): Omit<Message, 'named'> & Worded {
  return { ...message, text, ...naming(named), editedAt: at }
}
