/** Who people are: names to call them by, and whether they are people at all. */
import { z } from 'zod'
import type { Clock } from '#core/clock.ts'
import type { SlackApi } from './api.ts'
import { SlackCallError } from './fault.ts'

export interface People {
  /** Display names by id. Somebody we cannot look up is missing: a name never holds a message up. */
  names(ids: readonly string[]): Promise<ReadonlyMap<string, string>>
  /**
   * True when this account is a bot's (rule F2). False when Slack will not say.
   * @throws SlackCallError when Slack did not answer: asking again may help.
   */
  isBot(id: string): Promise<boolean>
}

interface Person {
  readonly name: string
  readonly bot: boolean
}

const personSchema = z.object({
  name: z.string().nullish(),
  real_name: z.string().nullish(),
  is_bot: z.boolean().nullish(),
  profile: z.object({ display_name: z.string().nullish(), real_name: z.string().nullish() }).nullish(),
})

/** People rename themselves now and then. */
const FRESH_MS = 60 * 60_000
/** Keeps memory small in a large workspace: about a megabyte. */
const MAX_PEOPLE = 5_000
/** `users.info` is 100 a minute: one message that mentions a crowd must not use that up. */
const MAX_AT_ONCE = 20

export function createPeople(api: Pick<SlackApi, 'person'>, clock: Clock): People {
  // In order of asking, so the first entry is the oldest.
  const known = new Map<string, { readonly at: number; readonly person: Promise<Person | undefined> }>()

  async function ask(id: string): Promise<Person | undefined> {
    try {
      return personOf(await api.person(id))
    } catch (thrown) {
      // A refusal stays one for a while; anything else is forgotten, so that the next message asks again.
      if (thrown instanceof SlackCallError && thrown.fault.kind === 'refused') return undefined
      known.delete(id)
      throw thrown
    }
  }

  function person(id: string): Promise<Person | undefined> {
    const cached = known.get(id)
    if (cached !== undefined && clock.now() - cached.at < FRESH_MS) return cached.person
    const asked = ask(id)
    known.delete(id)
    known.set(id, { at: clock.now(), person: asked })
    const [oldest] = known.keys()
    if (known.size > MAX_PEOPLE && oldest !== undefined) known.delete(oldest)
    return asked
  }

  return {
    async names(ids) {
      const some = ids.slice(0, MAX_AT_ONCE)
      const found = await Promise.allSettled(some.map(person))
      return new Map(
        found.flatMap((result, at) => {
          const id = some[at]
          const name = result.status === 'fulfilled' ? result.value?.name : undefined
          return id === undefined || name === undefined ? [] : [[id, name] as const]
        }),
      )
    },
    isBot: async (id) => (await person(id))?.bot ?? false,
  }
}

function personOf(answer: unknown): Person | undefined {
  const read = personSchema.safeParse(answer)
  if (!read.success) return undefined
  const { name, real_name, is_bot, profile } = read.data
  const called = profile?.display_name || profile?.real_name || real_name || name
  return called ? { name: called, bot: is_bot === true } : undefined
}
