import type { KnownPerson } from '#core/safety/deidentify/deidentify.ts'
import type { Transcripts } from '#core/store/transcripts.ts'

/**
 * Everybody who spoke in a thread or was mentioned there, by each name they had: their names are in what others said,
 * too (rule S4).
 *
 * @param thread `threadKey`
 */
export async function knownPeople(
  transcripts: Pick<Transcripts, 'range'>,
  thread: string,
): Promise<readonly KnownPerson[]> {
  const messages = await transcripts.range(thread, 0, Number.POSITIVE_INFINITY)
  const people = messages.flatMap((message) =>
    message.role === 'user' ? [message.speaker, ...(message.named ?? [])] : [],
  )
  return [...new Map(people.map((person) => [`${person.id}/${person.name}`, person])).values()]
}
