/**
 * What people may ask about themselves: view, export, erase, consent. Rules S2 and S3.
 *
 * Everything that remembers people is a `PersonalData`, named to this by the composition root. A step that fails
 * leaves the others done, and all of it is safe to repeat, also after a crash in the middle.
 */
import type { Logger } from 'pino'
import { reasonOf } from '#core/errors.ts'
import type { PersonRef } from '#core/person.ts'
import type { Consents } from './consent.ts'
import type { PersonalData } from './personal-data.ts'
import type { PrivacyDesk } from './privacy-desk.ts'
import { unnamer } from './unname.ts'

export interface PrivacyDeps {
  readonly consents: Consents
  /** In the order in which they are erased. Consent is the desk's own and needs not be among them. */
  readonly sources: readonly PersonalData[]
  /** Takes what was erased out of the store's files as well. */
  readonly settle: () => Promise<void>
  readonly log: Logger
}

/** What could not be erased, for whoever asked: a repetition goes on where this ended. */
export class ErasureError extends Error {
  override readonly name = 'ErasureError'
  /** What `PersonalData.holds` says. */
  readonly left: readonly string[]

  constructor(failures: readonly { readonly holds: string; readonly error: unknown }[]) {
    const reasons = failures.map(({ holds, error }) => `${holds} (${reasonOf(error)})`)
    super(`Not everything was erased; still there: ${reasons.join(', ')}. Erase again.`, {
      cause: failures[0]?.error,
    })
    this.left = failures.map(({ holds }) => holds)
  }
}

export function createPrivacy({ consents, sources, settle, log }: PrivacyDeps): PrivacyDesk {
  const everything: readonly PersonalData[] = [...sources, consents]
  return {
    async view(person) {
      const kept: { what: string; count: number }[] = []
      for (const source of sources) kept.push({ what: source.holds, count: await source.count(person) })
      const choice = await consents.of(person)
      return { consent: { training: choice?.training ?? false, since: choice?.at }, kept: together(kept) }
    },

    async *export(person) {
      for (const source of everything)
        for await (const row of source.export(person))
          yield `${JSON.stringify({ kept: source.holds, ...row })}\n`
    },

    async erase(person, at) {
      // First, so that a dataset that is built meanwhile has nothing of theirs.
      const { training } = (await consents.of(person)) ?? { training: false }
      if (training) await consents.set(person, false, at)
      const failures = await unnamed(person, everything)
      const isNamed = failures.length > 0
      let erased = 0
      for (const source of everything) {
        // What they were called stays known until it is nowhere else: a repetition needs it.
        if (isNamed && source.traces !== undefined) {
          if (!failures.some(({ holds }) => holds === source.holds))
            failures.push({ holds: source.holds, error: failures[0]?.error })
          continue
        }
        try {
          erased += await source.erase(person)
        } catch (error) {
          failures.push({ holds: source.holds, error })
        }
      }
      await settle()
      const about = { platform: person.platform, erased, failed: failures.map(({ holds }) => holds) }
      log.info(about, 'a person was erased')
      if (failures.length > 0) throw new ErasureError(failures)
      return erased
    },

    consent: (person: PersonRef, training, at) => consents.set(person, training, at),
  }
}

interface Failure {
  readonly holds: string
  readonly error: unknown
}

/** Takes them out of what others wrote where they were. @returns what it could not be taken out of. */
async function unnamed(person: PersonRef, sources: readonly PersonalData[]): Promise<Failure[]> {
  const failures: Failure[] = []
  const tried = async (source: PersonalData, work: () => Promise<void> | undefined): Promise<void> => {
    try {
      await work()
    } catch (error) {
      failures.push({ holds: source.holds, error })
    }
  }
  for (const teller of sources) {
    await tried(teller, async () => {
      const traces = await teller.traces?.(person)
      if (traces === undefined) return
      const unname = unnamer([...traces.names, ''].map((name) => ({ id: person.id, name })))
      for (const source of sources) await tried(source, () => source.unname?.(traces.threads, unname))
    })
  }
  return failures
}

/** Sources that hold the same kind of thing are one line. */
const together = (kept: readonly { readonly what: string; readonly count: number }[]) =>
  [...Map.groupBy(kept, ({ what }) => what)].map(([what, lines]) => ({
    what,
    count: lines.reduce((sum, { count }) => sum + count, 0),
  }))
