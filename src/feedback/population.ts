/**
 * The replies of a day from which comparisons are drawn: all that are eligible, so that what is ranked stands for what
 * was said (rules F5, S2, T6).
 */
import type { Pseudonyms } from '#core/safety/pseudonyms.ts'
import type { JudgedReply, Replies } from './judged-reply.ts'
import { canBeCompared } from './new-task.ts'
import { Reservoir } from './reservoir.ts'
import { drawFrom } from './seeded-draw.ts'

/** First included, end excluded; milliseconds since the epoch. */
export interface Period {
  readonly start: number
  readonly end: number
}

export interface PopulationDeps {
  /** Every reply that was ever shown, in any order that stays the same. */
  readonly replyIds: () => AsyncIterable<string>
  readonly replies: Pick<Replies, 'find'>
  readonly pseudonyms: Pseudonyms
  /** Whether this person, by pseudonym, allows that others see and rank what was answered to them. */
  readonly allows: (pseudonym: string) => Promise<boolean>
}

/** @returns as many as `size`, or all of them where there are fewer, and how many there are. */
export async function drawReplies(
  period: Period,
  size: number,
  seed: string,
  deps: PopulationDeps,
): Promise<{ readonly drawn: readonly string[]; readonly populationSize: number }> {
  const reservoir = new Reservoir<string>(size, drawFrom(seed))
  for await (const reply of deps.replyIds()) {
    if (!mayBeOf(reply, period)) continue
    const judged = await deps.replies.find(reply)
    if (typeof judged === 'string' || !isOf(judged, period)) continue
    if (await isEligible(judged, deps)) reservoir.offer(reply)
  }
  return { drawn: reservoir.kept, populationSize: reservoir.seen }
}

/** What can be compared, still stands, and was said to people who all allow it. */
export async function isEligible(
  judged: JudgedReply,
  { pseudonyms, allows }: Pick<PopulationDeps, 'pseudonyms' | 'allows'>,
): Promise<boolean> {
  if (!canBeCompared(judged) || !stands(judged)) return false
  for (const person of judged.speakers) if (!(await allows(pseudonyms.of(person)))) return false
  return true
}

const isOf = ({ answer }: JudgedReply, { start, end }: Period): boolean =>
  answer.at >= start && answer.at < end

/** An answer that a newer one replaced is drawn with that one, and not once more by itself. */
const stands = ({ answer, alternatives }: JudgedReply): boolean =>
  alternatives.every(({ at, id }) => at < answer.at || (at === answer.at && id < answer.id))

/** A turn may take a while, also over a crash, between naming its reply and saying it. */
const LONGEST_TURN_MS = 86_400_000
const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7/
/** Hexadecimal digits of a version 7 UUID that are its time in milliseconds. */
const TIME_DIGITS = 12

/** Told by the name alone, so that the replies of other days are never read. */
function mayBeOf(reply: string, { start, end }: Period): boolean {
  if (!UUID_V7.test(reply)) return true
  const named = Number.parseInt(reply.replace('-', '').slice(0, TIME_DIGITS), 16)
  return named >= start - LONGEST_TURN_MS && named < end
}
