/**
 * The kinds of values that settings have. Each takes text, as the environment and `parley.yaml` give it, and makes
 * the value of it. The message of every check completes "expected …", so the limits and what people read agree.
 */
import { isIP } from 'node:net'
import * as z from 'zod'

export const text = z.string({ error: 'a text' })

/** It travels in an HTTP header: printable ASCII without blanks. */
export const token = ({ prefix = '', atLeast = 1 } = {}) => {
  const length = atLeast > 1 ? ` of at least ${atLeast} characters` : ''
  const error = `a token${length}${prefix && ` that begins with ${prefix}`}, without blanks`
  return z
    .string({ error })
    .regex(/^[!-~]+$/, { error })
    .startsWith(prefix, { error })
    .min(Math.max(atLeast, prefix.length + 1), { error })
}

export const whole = (from: number, to: number, unit = '') => {
  const error = `a whole number ${unit && `of ${unit} `}from ${from} to ${to}`
  return numberIn(z.string({ error }).regex(/^\d{1,12}$/, { error }), from, to, error)
}

export const decimal = (from: number, to: number) => {
  const error = `a number from ${from} to ${to}`
  return numberIn(z.string({ error }).regex(/^\d{1,6}(\.\d{1,12})?$/, { error }), from, to, error)
}

const numberIn = (digits: z.ZodString, from: number, to: number, error: string) =>
  digits.transform(Number).pipe(z.number().min(from, { error }).max(to, { error }))

export const choice = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  z.enum(words, { error: `one of ${words.join(', ')}` })

export const onOff = choice('on', 'off').transform((word) => word === 'on')

const DAY = { error: 'a day of the calendar, written like 2026-11-23' }

/** Kept as it is written: a day has no time zone. */
export const day = z
  .string(DAY)
  .regex(/^\d{4}-\d{2}-\d{2}$/, DAY)
  .refine((text) => {
    const time = Date.parse(`${text}T00:00:00Z`)
    return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
  }, DAY)

const PLACE = { error: 'slack, discord or web, a colon and a channel, for example slack:C0123' }

/** A channel of a platform. */
export const channel = z
  .string(PLACE)
  .regex(/^(slack|discord|web):\S+$/, PLACE)
  .transform((text) => {
    const [platform = '', ...rest] = text.split(':')
    return { platform, channel: rest.join(':') }
  })

const KEYS = { error: 'one key or several, separated by commas, each of 64 hexadecimal digits' }

/** AES-256: 32 bytes each. The first one is used from now on. */
export const encryptionKeys = z
  .union([z.array(z.string(KEYS), KEYS), z.string(KEYS).transform((list) => list.split(','))], KEYS)
  .transform((list) => list.map((key) => key.trim().toLowerCase()))
  .pipe(z.array(z.string().regex(/^[0-9a-f]{64}$/, KEYS)).min(1, KEYS))

const LIST = { error: 'names, separated by commas' }

/** `a, b` in the environment; that or a list in the file. */
export const names = z
  .union([z.array(z.string(LIST), LIST), z.string(LIST).transform((list) => list.split(','))], LIST)
  .transform((list) => list.map((name) => name.trim()))
  .pipe(z.array(z.string().min(1, LIST)).min(1, LIST))

const WORKSPACES = {
  error: 'workspaces by their id, each with lists of emoji: good, bad or neutral',
}

const meaning = z
  .strictObject({ good: names.optional(), bad: names.optional(), neutral: names.optional() }, WORKSPACES)
  .transform(({ good, bad, neutral }) => ({
    ...(good && { good }),
    ...(bad && { bad }),
    ...(neutral && { neutral }),
  }))

/** A map in the file; the same as JSON in the environment. */
export const emojiOfWorkspaces = z
  .union(
    [z.record(z.string(), z.unknown(), WORKSPACES), z.string(WORKSPACES).transform(parsedJson)],
    WORKSPACES,
  )
  .pipe(z.record(z.string().min(1, WORKSPACES), meaning, WORKSPACES))

function parsedJson(json: string, context: z.core.$RefinementCtx): unknown {
  try {
    return JSON.parse(json)
  } catch {
    context.addIssue({ code: 'custom', message: WORKSPACES.error })
    return z.NEVER
  }
}

export const httpUrl = z.string({ error: 'an address that begins with http:// or https://' }).refine(
  (address) => {
    const url = URL.parse(address)
    return url !== null && /^https?:$/.test(url.protocol) && !/\s/.test(address)
  },
  { error: 'an address that begins with http:// or https://' },
)

const HOST = { error: 'a host name or an IP address, without a port' }
const LABEL = '[a-z\\d](?:[\\w-]{0,61}[a-z\\d])?'
const HOST_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, 'i')

export const host = z
  .string(HOST)
  .max(253, HOST)
  .refine((name) => isIP(name) !== 0 || (HOST_NAME.test(name) && /[a-z]/i.test(name)), HOST)

const STORE = {
  error: 'sqlite: and the path of a file, postgres:// and the address of a database, or memory:',
}

/** What a URL can name is known here only as far as people must be told; `src/store` opens it. */
export const store = z
  .string(STORE)
  .regex(/^(memory:|sqlite:.+|postgres(ql)?:\/\/.+)$/, STORE)
  .refine((url) => !url.startsWith('postgres') || URL.canParse(url), STORE)
