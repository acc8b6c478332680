import { z } from 'zod'

/**
 * UTF-16 code units, as the page's field counts; zod's own `max` counts code points. A body holds them whatever the
 * script (\`body.ts\`).
 */
const TEXT_SIZE = 30_000

/** What people type where one line is meant: no control characters, no marks that turn the text around. */
const line = (size: number) =>
  z
    .string({ error: 'expected a text' })
    .transform((text) => text.normalize('NFC').replace(/\s+/g, ' ').trim())
    .pipe(
      z
        .string()
        .min(1, 'must not be empty')
        .max(size, `at most ${size} characters`)
        .regex(/^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]*$/u, 'must not hold control characters'),
    )

/** Chosen by the client for each question and sent again with it. */
export const key = z
  .string({ error: 'expected a text' })
  .regex(/^[\w-]{8,64}$/, 'expected 8 to 64 letters, digits, - or _')

/** A text of any length up to the body's. */
export const wellFormed = z
  .string({ error: 'expected a text' })
  .refine((typed) => typed.isWellFormed() && !typed.includes('\0'), 'must be well-formed Unicode without NUL')

const text = z
  .string({ error: 'expected a text' })
  .refine(({ length }) => length <= TEXT_SIZE, `at most ${TEXT_SIZE} characters`)
  .refine((typed) => typed.trim() !== '', 'must not be empty')
  .refine((typed) => typed.isWellFormed() && !typed.includes('\0'), 'must be well-formed Unicode without NUL')

export const signIn = z.strictObject({
  name: line(40),
  token: z.string({ error: 'expected a text' }).max(512, 'at most 512 characters').optional(),
})

export const newChannel = z.strictObject({
  name: line(40)
    .transform((name) => name.toLowerCase().replace(/^#/, '').replace(/ /g, '-'))
    .pipe(
      z
        .string()
        .regex(
          /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*$/u,
          'only letters, digits, - and _, a letter or digit first',
        ),
    ),
  about: line(80).optional(),
})

export const question = z.strictObject({ text, key })

export const edit = z.strictObject({ text, key })

/** A reply's name, as the core gave it. */
export const reply = z
  .string({ error: 'expected a text' })
  .regex(/^[\w-]{1,64}$/, 'expected the name of a reply')

/** A comparison's name, as the core gave it. */
export const taskName = z.string().regex(/^[\w-]{1,80}$/, 'expected the name of a comparison')

export const stop = z.strictObject({ reply })
export const again = z.strictObject({ reply, key })
export const vote = z.strictObject({
  reply,
  value: z.enum(['good', 'bad'], { error: 'expected good or bad' }),
})

/** One emoji as Unicode defines it: a flag, a family and a skin tone are one each. */
export const emoji = z
  .string()
  .max(40, 'at most 40 characters')
  .regex(/^\p{RGI_Emoji}$/v, 'expected one emoji')
