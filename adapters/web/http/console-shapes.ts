import { z } from 'zod'
import { key } from './shapes.ts'

/**
 * Autosave refuses nothing for a character: half an emoji, which a field may hold for a moment, is kept as what can be
 * kept, and so is everything around it. What is too long the core says in words for people.
 */
const typed = z
  .string({ error: 'expected a text' })
  .transform((text) => text.toWellFormed().replaceAll('\0', ''))

const whole = z.int({ error: 'expected a whole number' }).nonnegative('expected no number below 0')
/** A sentence about it comes from the core, so a few more pass. */
const MOST_TURNS = 1_000

const side = z.enum(['user', 'assistant'], { error: 'expected user or assistant' })
const turn = z.strictObject({
  side,
  text: typed,
  suggestion: z
    .strictObject({ id: z.string().max(80, 'expected the name of a suggestion'), text: typed, model: typed })
    .exactOptional(),
})
const script = { system: typed, turns: z.array(turn).max(MOST_TURNS, `at most ${MOST_TURNS}`) }

/** A dialogue's name, as the core gave it. */
export const dialogueName = z.string().regex(/^\d{13}-[0-9a-f]{32}$/, 'expected the name of a dialogue')

export const begun = z.strictObject({ key })
export const saved = z.strictObject({
  ...{ ...script, base: whole, nth: whole, tab: key },
  isVersion: z.boolean({ error: 'expected true or false' }),
})
export const step = z.strictObject({ revision: whole })
export const version = z.strictObject({ revision: whole, key })
export const review = z.strictObject({
  ...{ revision: whole, key, note: typed },
  verdict: z.enum(['accept', 'send_back'], { error: 'expected accept or send_back' }),
})
export const suggestion = z.strictObject({ ...script, side })
