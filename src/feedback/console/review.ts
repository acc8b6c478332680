/** What becomes of a dialogue when somebody submits, takes back or reviews it. Pure; each step is a new revision. */
import { LONGEST_NOTE, type Review } from '../console-desk.ts'
import type { Demonstration } from '../demonstrations.ts'
import { tooLong } from '../sayings.ts'
import { incomplete } from './faults.ts'
import { CONSOLE_SAYINGS } from './sayings.ts'
import { scriptOf } from './turns.ts'

export type Next = { readonly record: Demonstration } | { readonly say: string }

export function submitted(record: Demonstration, at: number): Next {
  if (record.status !== 'draft') return { say: CONSOLE_SAYINGS.notDraft }
  const fault = incomplete(scriptOf(record))
  return fault === undefined ? { record: moved(record, 'submitted', at) } : { say: fault }
}

/** A note that came with it stays readable until it is submitted again. */
export function reopened(record: Demonstration, at: number): Next {
  if (record.status === 'draft') return { say: CONSOLE_SAYINGS.isDraft }
  return { record: moved(record, 'draft', at) }
}

/** @param reviewer pseudonym. */
export function reviewed(
  record: Demonstration,
  { verdict, note, at }: Pick<Review, 'verdict' | 'note' | 'at'>,
  reviewer: string,
): Next {
  if (record.trainer === reviewer) return { say: CONSOLE_SAYINGS.ownReview }
  if (record.status !== 'submitted') return { say: CONSOLE_SAYINGS.notWaiting }
  if (note.length > LONGEST_NOTE) return { say: tooLong('Your note', note.length, LONGEST_NOTE) }
  if (verdict === 'send_back' && note.trim() === '') return { say: CONSOLE_SAYINGS.noNote }
  const said = note.trim() === '' ? {} : { note: note.trim() }
  const next = moved(record, verdict === 'accept' ? 'reviewed' : 'rejected', at)
  return { record: { ...next, review: { by: reviewer, at, ...said } } }
}

/** A reviewer's own version was submitted: it takes the place of the one that it was made from. */
export function replaced(record: Demonstration, at: number, reviewer: string): Next {
  return reviewed(record, { verdict: 'send_back', note: CONSOLE_SAYINGS.replaced, at }, reviewer)
}

const moved = (record: Demonstration, status: Demonstration['status'], at: number): Demonstration => ({
  ...record,
  ...{ status, changedAt: at, revision: (record.revision ?? 0) + 1 },
})
