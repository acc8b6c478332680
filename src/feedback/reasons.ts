/** Why a reply was bad: what is asked of it, and what is kept. Pure. */
import { aboutReply } from './about-reply.ts'
import { LONGEST_REASON, REASON_TAGS, type Reason } from './desk.ts'
import type { EventOf } from './event.ts'
import type { JudgedReply } from './judged-reply.ts'
import { recordId } from './record-id.ts'
import { SAYINGS, tooLong } from './sayings.ts'

/** What is wrong with it, in a sentence for the person; undefined when it can be kept. */
export function faultOf({ tags, text }: Reason): string | undefined {
  if (text.length > LONGEST_REASON) return tooLong('What you wrote', text.length, LONGEST_REASON)
  return tags.length === 0 && text.trim() === '' ? SAYINGS.noReason : undefined
}

/**
 * A changed mind is a further event; the newest of a person and reply counts (rule F1). Tags are in the form's order.
 *
 * @param rater pseudonym.
 */
export const recordedReason = (reason: Reason, judged: JudgedReply, rater: string): EventOf<'reason'> => ({
  ...{ kind: 'reason', id: recordId(reason.at, reason.id), at: reason.at },
  ...aboutReply(judged, reason.by, rater),
  tags: REASON_TAGS.filter((tag) => reason.tags.includes(tag)),
  text: reason.text.trim(),
})
