/**
 * Text without the people in it (rule S4): what anything that leaves the store goes through.
 *
 * Finds the platforms' own mentions and ids, e-mail and IP addresses, telephone, card, bank account and social
 * security numbers, logins and queries of addresses, secrets, and the names of those who speak. Everything else stays
 * as it is: numbers, hashes, versions and times are what code is made of. A hostile megabyte takes no longer than an
 * honest one. `version.ts` names the rules, so that a dataset says by which it was made.
 */
import { findAddresses } from './addresses.ts'
import { findEmails } from './emails.ts'
import { findIds } from './ids.ts'
import { findMentions } from './mentions.ts'
import { nameRule } from './names.ts'
import { findCards, findIbans, findSsns } from './numbers.ts'
import { findPhones } from './phones.ts'
import { findSecrets } from './secrets.ts'
import { claim, type Kind, type KnownPerson, type Rule, type Span } from './span.ts'
import { findUrlParts } from './urls.ts'

export type { Kind, KnownPerson } from './span.ts'

/** What is most certain goes first; what overlaps it is part of it. People's names and ids of any kind come last. */
const RULES: readonly Rule[] = [
  findSecrets,
  findMentions,
  findUrlParts,
  findEmails,
  findIbans,
  findCards,
  findSsns,
  findAddresses,
  findPhones,
]

/**
 * One for each conversation: the same person, address or number gets the same placeholder all through it, and
 * another one in every other conversation.
 *
 * @example
 * const deidentifier = new Deidentifier([{ id: 'U012AB3CD', name: 'Jane' }])
 * deidentifier.text('<@U012AB3CD>: write to jane@example.com') // '[USER_1]: write to [EMAIL_1]'
 */
export class Deidentifier {
  readonly #rules: readonly Rule[]
  /** By what it stands for. Only grows, so that what was said once means the same to the end. */
  readonly #placeholders = new Map<string, string>()
  readonly #counts = new Map<Kind, number>()

  /** @param people those who speak in the conversation. */
  constructor(people: readonly KnownPerson[] = []) {
    this.#rules = [...RULES, nameRule(people), findIds]
  }

  /** Safe to repeat: placeholders stay as they are. */
  text(text: string): string {
    const pieces: string[] = []
    let read = 0
    for (const span of spansIn(text, this.#rules)) {
      pieces.push(text.slice(read, span.start), this.#placeholder(span))
      read = span.end
    }
    return read === 0 ? text : [...pieces, text.slice(read)].join('')
  }

  /** How many things of each kind were taken out so far. For the manifest. */
  get counts(): ReadonlyMap<Kind, number> {
    return this.#counts
  }

  #placeholder({ kind, key }: Span): string {
    // Whoever was first called by an id is the same person under their name.
    const name = key.startsWith('id:') ? key : `${kind}:${key}`
    const known = this.#placeholders.get(name)
    if (known !== undefined) return known
    const number = (this.#counts.get(kind) ?? 0) + 1
    const placeholder = `[${kind}_${number}]`
    this.#counts.set(kind, number)
    this.#placeholders.set(name, placeholder)
    return placeholder
  }
}

function spansIn(text: string, rules: readonly Rule[]): readonly Span[] {
  return rules.reduce<readonly Span[]>((taken, rule) => claim(taken, rule(text)), [])
}
