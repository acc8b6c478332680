/**
 * What was done with people's data, by whom and when: erasures, consents, copies, exports, datasets. Entries are only
 * ever added; people are pseudonyms in them, and stay so when they are erased: that somebody was erased must be shown
 * to have happened (rules S2, S3).
 */
import { randomUUID } from 'node:crypto'
import type { PersonRef } from '#core/person.ts'
import type { Namespace } from '#core/store/namespaces.ts'
import type { PrivacyDesk } from './privacy-desk.ts'
import type { Pseudonyms } from './pseudonyms.ts'

/** Of everybody's data, by an operator. */
export type OperatorAction =
  | 'feedback exported'
  | 'feedback backed up'
  | 'feedback imported'
  | 'dataset built'
  | 'instructions imported'

/** Of which model answers people. */
export type ModelAction =
  | 'model registered'
  | 'model promoted'
  | 'model set as canary'
  | 'model set as shadow'
  | 'model rolled back'
  | 'model rejected'

/** Of one person's data. */
export type PersonalAction = 'exported' | 'erased' | 'consent given' | 'consent withdrawn'

export interface AuditEntry {
  readonly schema: 1
  /** Milliseconds since the epoch, when it began. */
  readonly at: number
  readonly action: OperatorAction | PersonalAction | ModelAction
  /** `person`: they did it themselves, on a platform. `operator`: at the command line. `guardrail`: nobody did. */
  readonly by: 'person' | 'operator' | 'guardrail'
  /** The pseudonym of the person whose data it was. */
  readonly about?: string
  /** The name of the model, for what was done with one. */
  readonly model?: string
  /** Whoever did it with a model, in their words. */
  readonly why?: string
  /** It did not end well: an entry of its own, behind the one that says that it began. */
  readonly failed?: true
}

/** Milliseconds since the epoch have 13 digits until the year 2286; padding keeps keys sortable as text. */
const TIME_DIGITS = 13

export class Audit {
  readonly #store: Namespace

  constructor(store: Namespace) {
    this.#store = store
  }

  /** @throws when the store did not keep it: then what it tells of must not be done. */
  async add(entry: Omit<AuditEntry, 'schema'>): Promise<void> {
    // No two entries ever have one key, so none can take another's place; a failure stands behind its beginning.
    const key = `${String(entry.at).padStart(TIME_DIGITS, '0')}-${entry.failed ? 1 : 0}-${randomUUID()}`
    await this.#store.set(key, { schema: 1, ...entry } satisfies AuditEntry)
  }

  /** Oldest first. Held in memory: some hundred bytes an entry, and people do these things seldom. */
  async all(): Promise<readonly AuditEntry[]> {
    const found: [string, AuditEntry][] = []
    if (this.#store.iterator === undefined) return []
    for await (const [key, entry] of this.#store.iterator()) found.push([String(key), entry as AuditEntry])
    return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
  }
}

export interface AuditedDeps {
  readonly audit: Audit
  readonly pseudonyms: Pick<Pseudonyms, 'of'>
  readonly by: AuditEntry['by']
  /** For what is asked without a time. Milliseconds since the epoch. */
  readonly now: () => number
}

/** The same desk, which tells of everything that it gives away or changes before it does so. */
export function audited(desk: PrivacyDesk, { audit, pseudonyms, by, now }: AuditedDeps): PrivacyDesk {
  const told = async <T>(
    action: PersonalAction,
    { person, at }: { readonly person: PersonRef; readonly at: number },
    work: () => Promise<T>,
  ): Promise<T> => {
    const entry = { at, action, by, about: pseudonyms.of(person) }
    await audit.add(entry)
    try {
      return await work()
    } catch (error) {
      await audit.add({ ...entry, failed: true })
      throw error
    }
  }
  return {
    view: (person) => desk.view(person),
    async *export(person) {
      await audit.add({ at: now(), action: 'exported', by, about: pseudonyms.of(person) })
      yield* desk.export(person)
    },
    erase: (person, at) => told('erased', { person, at }, () => desk.erase(person, at)),
    consent: (person, training, at) =>
      told(training ? 'consent given' : 'consent withdrawn', { person, at }, () =>
        desk.consent(person, training, at),
      ),
  }
}
