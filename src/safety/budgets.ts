/**
 * How many answers a person, a channel and a workspace may have a day (rule S7). The same over all replicas: counts
 * are in the store, and one thing is counted at a time.
 *
 * Counts name nobody (people by their pseudonyms), are kept for a day more, and belong to no export. A day is one of
 * UTC: people of one workspace live in several.
 */
import type { Clock } from '#core/clock.ts'
import type { PersonRef } from '#core/person.ts'
import type { Namespace } from '#core/store/namespaces.ts'
import type { Pseudonyms } from './pseudonyms.ts'

/** Answers a day. What is left out is not limited. */
export interface Limits {
  readonly person?: number | undefined
  readonly channel?: number | undefined
  readonly workspace?: number | undefined
}

export type Scope = keyof Limits

/** Whose answers for today are used up, and how many those were. */
export interface UsedUp {
  readonly of: Scope
  readonly limit: number
}

export interface BudgetsDeps {
  readonly limits: Limits
  readonly counts: Namespace
  readonly pseudonyms: Pseudonyms
  readonly clock: Clock
}

export interface Asked {
  /** `threadKey` of the thread. */
  readonly thread: string
  /** Who asked: one answer may be to several people. */
  readonly people: readonly PersonRef[]
}

/** What is counted: one of the scopes, on one day. */
interface Count {
  readonly of: Scope
  readonly limit: number
  readonly key: string
}

/** Longer than the day that it counts, wherever in it that begins. */
const KEPT_MS = 2 * 24 * 3_600_000

export class Budgets {
  readonly #deps: BudgetsDeps

  constructor(deps: BudgetsDeps) {
    this.#deps = deps
  }

  /**
   * Counts one answer. @returns what forbids it, if anything does; then nothing is counted.
   * @throws Error when the store does not answer.
   */
  async spend(asked: Asked): Promise<UsedUp | undefined> {
    const wanted = this.#counts(asked)
    if (wanted.length === 0) return undefined
    const { counts } = this.#deps
    return counts.exclusively('spend', async () => {
      const had = await counts.getMany<number>(wanted.map(({ key }) => key))
      const known = wanted.map((count, nth) => ({ ...count, had: had[nth] ?? 0 }))
      const refused = usedUp(known)
      if (refused !== undefined) return refused
      const charged = known.filter(hasRoom)
      await counts.setMany(charged.map(({ key, had }) => ({ key, value: had + 1, ttl: KEPT_MS })))
      return undefined
    })
  }

  #counts({ thread, people }: Asked): readonly Count[] {
    const { limits, pseudonyms, clock } = this.#deps
    const day = new Date(clock.now()).toISOString().slice(0, 'yyyy-mm-dd'.length)
    const [platform = '', workspace = '', channel = ''] = thread.split(':')
    // Asked for only where there is a limit: each costs a digest, and most have none.
    const names: Readonly<Record<Scope, () => readonly string[]>> = {
      workspace: () => [pseudonyms.ofThing(`${platform}:${workspace}`)],
      channel: () => [pseudonyms.ofThing(`${platform}:${workspace}:${channel}`)],
      person: () => [...new Set(people.map((person) => pseudonyms.of(person)))],
    }
    return SCOPES.flatMap((of) => {
      const limit = limits[of]
      return limit === undefined
        ? []
        : names[of]().map((name) => ({ of, limit, key: `${day}/${of}/${name}` }))
    })
  }
}

/** The widest first: it is what a reader is told. */
const SCOPES = ['workspace', 'channel', 'person'] as const satisfies readonly Scope[]

const hasRoom = ({ had, limit }: { readonly had: number; readonly limit: number }): boolean => had < limit

/** Of several people who asked together one must have answers left: the others hear the answer as well. */
export function usedUp(
  counts: readonly (Omit<Count, 'key'> & { readonly had: number })[],
): UsedUp | undefined {
  for (const scope of SCOPES) {
    const some = counts.filter(({ of }) => of === scope)
    const [first] = some
    if (first !== undefined && !some.some(hasRoom)) return { of: scope, limit: first.limit }
  }
  return undefined
}
