import { z } from 'zod'
import { REASON_TAGS } from '#core/feedback/desk.ts'
import { key, reply, wellFormed } from './shapes.ts'

/** What people send of a form. How long it may be, and whether it is complete, the core says in words for them. */

export const reason = z.strictObject({
  ...{ reply, key, text: wellFormed },
  tags: z
    .array(z.enum(REASON_TAGS, { error: 'expected a reason of the form' }))
    .max(REASON_TAGS.length, 'each reason once'),
})

export const correction = z.strictObject({
  ...{ reply, key, text: wellFormed },
  version: z.string({ error: 'expected a text' }).regex(/^[\w-]{1,64}$/, 'expected the name of a version'),
})

export const comparison = z.strictObject({
  ...{ reply, key },
  answers: z.int({ error: 'expected a whole number' }).optional(),
})

/** Answers are called by one letter each, and there are at most nine; a few more get a sentence from the core. */
const MOST_SLOTS = 26
const slot = z.string({ error: 'expected a letter' }).regex(/^[A-Z]$/, 'expected a letter')
/** A day; nobody looks longer. */
const LONGEST_LOOK_MS = 86_400_000

export const ranking = z.strictObject({
  key,
  order: z.array(z.array(slot).max(MOST_SLOTS)).max(MOST_SLOTS),
  allBad: z.boolean({ error: 'expected true or false' }),
  reason: wellFormed.optional(),
  spentMs: z.number().min(0).max(LONGEST_LOOK_MS).optional(),
})

export const consent = z.strictObject({ training: z.boolean({ error: 'expected true or false' }) })

/** Nobody erases by a slip: the page asks first. */
export const erasure = z.strictObject({
  confirmed: z.literal(true, { error: 'expected true: it cannot be undone' }),
})
