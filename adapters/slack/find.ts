/**
 * Finding a message again whose name was never heard: the answer to its first write was lost, or the process died
 * before it could be remembered (rules T1, D1). Pure but for the pages it is handed.
 */
import { z } from 'zod'
import { EVENT_TYPE, type FoundMessage, type SlackApi } from './api.ts'
import { type Self, timestamp } from './inbound.ts'
import type { Place } from './place.ts'

const markSchema = z.object({
  event_type: z.literal(EVENT_TYPE),
  event_payload: z.object({
    reply: z.string(),
    attempt: z.string(),
    part: z.coerce.number(),
    complete: z.coerce.boolean(),
  }),
})

const foundSchema = z.object({
  ts: timestamp,
  user: z.string().nullish(),
  bot_id: z.string().nullish(),
  metadata: z.unknown().optional(),
})

/** Pages of 200 that a search reads at most: it begins at the question, so the first one nearly always has it. */
const MAX_PAGES = 5

/** Our own messages in the thread that were written after the question, oldest first. */
export async function ownSince(api: SlackApi, place: Place, self: Self): Promise<readonly Candidate[]> {
  const found: Candidate[] = []
  let cursor: string | undefined
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await api.replies(place, { oldest: place.ts, ...(cursor === undefined ? {} : { cursor }) })
    found.push(...answer.messages.flatMap((message) => candidateOf(message, place, self)))
    cursor = answer.cursor
    if (cursor === undefined) break
  }
  return found
}

export interface Candidate {
  readonly ts: string
  /** A stream carries no mark until it ends. */
  readonly mark: z.infer<typeof markSchema>['event_payload'] | undefined
}

function candidateOf(message: FoundMessage, place: Place, self: Self): readonly Candidate[] {
  const read = foundSchema.safeParse(message)
  if (!read.success) return []
  const { ts, user, bot_id, metadata } = read.data
  const ours = user === self.user || (bot_id !== undefined && bot_id !== null && bot_id === self.bot)
  if (!ours || compareTs(ts, place.ts) <= 0) return []
  const marked = markSchema.safeParse(metadata)
  return [{ ts, mark: marked.success ? marked.data.event_payload : undefined }]
}

/** The message that this write made, if it made one. `taken` are messages that are known to be others. */
export function lostOne(
  candidates: readonly Candidate[],
  lost: { readonly how: 'stream' | 'post'; readonly attempt: string; readonly part: number },
  taken: ReadonlySet<string>,
): string | undefined {
  const free = candidates.filter(({ ts }) => !taken.has(ts))
  // Turns of a thread run one at a time (rule T2), so an unmarked message of ours after the question is our stream.
  const mine =
    lost.how === 'stream'
      ? free.filter(({ mark }) => mark === undefined)
      : free.filter(({ mark }) => mark?.attempt === lost.attempt && mark.part === lost.part)
  return mine.at(-1)?.ts
}

/**
 * What an earlier attempt wrote of this reply. Complete messages too: a process can die between the last write and
 * remembering it, and the answer must not be said twice (rule T1).
 */
export const written = (candidates: readonly Candidate[], reply: string): readonly string[] =>
  candidates.filter(({ mark }) => mark === undefined || mark.reply === reply).map(({ ts }) => ts)

/** `ts` are decimal strings of one scale; as numbers they would lose their last digits. */
export function compareTs(a: string, b: string): number {
  const [aSeconds = '', aRest = ''] = a.split('.')
  const [bSeconds = '', bRest = ''] = b.split('.')
  return Number(aSeconds) - Number(bSeconds) || Number(aRest) - Number(bRest)
}
