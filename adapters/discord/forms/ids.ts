/**
 * The `custom_id` of everything that belongs to a form: all that it needs to know is in there, so that it works after
 * a restart. Discord takes 100 characters. Pure (rules T3, F3).
 *
 * Buttons below replies have theirs in `../controls.ts`, with the same first word.
 */
import { z } from 'zod'
import { PRIVACY_ACTIONS, type PrivacyAction } from '#adapters/privacy.ts'
import { slotAt } from '#core/feedback/ballot.ts'
import { MOST_ANSWERS } from '#core/feedback/comparison-desk.ts'
import { REASON_TAGS, type ReasonTag } from '#core/feedback/desk.ts'

const PREFIX = 'parley'

/** What a rater has chosen so far. */
export interface Choices {
  readonly task: string
  /** One for each answer, A first; undefined where none is chosen. */
  readonly places: readonly (number | undefined)[]
  readonly allBad: boolean
  /** When the answers were shown; milliseconds since the epoch. */
  readonly since: number
}

export type FormId =
  /** Opens the form for a reason, with these tags chosen. */
  | { readonly is: 'why'; readonly reply: string; readonly tags: readonly ReasonTag[] }
  /** Opens the answers of a task. */
  | { readonly is: 'ballot'; readonly task: string }
  | { readonly is: 'place'; readonly slot: string; readonly choices: Choices }
  | { readonly is: 'all-bad'; readonly choices: Choices }
  | { readonly is: 'send'; readonly choices: Choices }
  | { readonly is: 'say'; readonly choices: Choices }
  | { readonly is: 'privacy'; readonly ask: PrivacyAction | 'erase_yes' | 'erase_no' }
  /** Forms that were sent. */
  | { readonly is: 'reason'; readonly reply: string }
  | { readonly is: 'correction'; readonly reply: string; readonly version: string }
  | { readonly is: 'ranking'; readonly choices: Choices }

export function formId(id: FormId): string {
  switch (id.is) {
    case 'why':
      return join(id.is, tagDigits(id.tags), id.reply)
    case 'ballot':
      return join(id.is, id.task)
    case 'place':
      return join(id.is, id.slot, ...choiceParts(id.choices))
    case 'all-bad':
    case 'send':
    case 'say':
    case 'ranking':
      return join(id.is, ...choiceParts(id.choices))
    case 'privacy':
      return join(id.is, id.ask)
    case 'reason':
      return join(id.is, id.reply)
    case 'correction':
      return join(id.is, id.version, id.reply)
  }
}

/** @returns undefined for what is none of ours. */
export function readFormId(customId: string): FormId | undefined {
  const [prefix, is, ...parts] = customId.split(':')
  if (prefix !== PREFIX) return undefined
  switch (is) {
    case 'why': {
      const [tags = '', ...reply] = parts
      return named(reply, (name) => ({ is, reply: name, tags: tagsIn(tags) }))
    }
    case 'ballot':
      return named(parts, (task) => ({ is, task }))
    case 'place': {
      const [slot, ...rest] = parts
      const choices = choicesIn(rest)
      const known = choices?.places.some((_, at) => slotAt(at) === slot)
      return choices && slot !== undefined && known ? { is, slot, choices } : undefined
    }
    case 'all-bad':
    case 'send':
    case 'say':
    case 'ranking': {
      const choices = choicesIn(parts)
      return choices && { is, choices }
    }
    case 'privacy': {
      const ask = asked.safeParse(parts[0])
      return ask.success ? { is, ask: ask.data } : undefined
    }
    case 'reason':
      return named(parts, (reply) => ({ is, reply }))
    case 'correction': {
      const [version = '', ...reply] = parts
      return named(reply, (name) => ({ is, version, reply: name }))
    }
    default:
      return undefined
  }
}

const join = (...parts: readonly string[]): string => [PREFIX, ...parts].join(':')

const asked = z.enum([...PRIVACY_ACTIONS, 'erase_yes', 'erase_no'])

/** The name stands last, and may have colons itself. */
function named(parts: readonly string[], make: (name: string) => FormId): FormId | undefined {
  const name = parts.join(':')
  return name === '' ? undefined : make(name)
}

const tagDigits = (tags: readonly ReasonTag[]): string =>
  REASON_TAGS.flatMap((tag, at) => (tags.includes(tag) ? [at] : [])).join('')

const tagsIn = (digits: string): readonly ReasonTag[] =>
  REASON_TAGS.filter((_, at) => digits.includes(String(at)))

/** A place is one digit. */
const NO_PLACE = '-'
const DIGITS = 36

const choiceParts = ({ task, places, allBad, since }: Choices): readonly string[] => [
  places.map((place) => place ?? NO_PLACE).join(''),
  allBad ? '1' : '0',
  since.toString(DIGITS),
  task,
]

const placesShape = z.string().regex(new RegExp(`^[-1-9]{1,${MOST_ANSWERS}}$`))

function choicesIn([places, allBad, since, ...rest]: readonly string[]): Choices | undefined {
  const digits = placesShape.safeParse(places)
  const at = Number.parseInt(since ?? '', DIGITS)
  const task = rest.join(':')
  if (!digits.success || !Number.isSafeInteger(at) || task === '') return undefined
  const chosen = [...digits.data].map((digit) => (digit === NO_PLACE ? undefined : Number(digit)))
  return { task, places: chosen, allBad: allBad === '1', since: at }
}
