/** What was said in a thread before Parley was called into it (rule C1). Fetched once, by the core's leave. */
import { z } from 'zod'
import type { PastMessage } from '#core/dialogue/question.ts'
import { naming } from '#core/thread.ts'
import type { SlackApi } from './api.ts'
import { compareTs } from './find.ts'
import { milliseconds, namedIn, type Self, timestamp } from './inbound.ts'
import { mentionedIn, toMarkdown } from './mrkdwn.ts'
import { JOINER } from './neutral.ts'
import type { People } from './people.ts'
import type { Place } from './place.ts'

/** Ten pages of 200: Slack gives the oldest first, so the newest are only reached through all of them. */
const MAX_PAGES = 10
/** More than a context window takes, and little enough to look up its people. */
const MAX_MESSAGES = 400

const spokenSchema = z.object({
  ts: timestamp,
  subtype: z.string().optional(),
  user: z.string().nullish(),
  bot_id: z.string().nullish(),
  username: z.string().nullish(),
  bot_profile: z.object({ name: z.string().nullish() }).nullish(),
  text: z.string().min(1),
})
type Spoken = z.infer<typeof spokenSchema>

/** Joins, topics and tombstones are nobody's words. */
const SPOKEN = new Set([undefined, 'file_share', 'thread_broadcast', 'bot_message', 'me_message'])

export interface PastDeps {
  readonly api: SlackApi
  readonly people: People
  readonly self: Self
}

/** @throws SlackCallError */
export async function fetchPast(
  deps: PastDeps,
  place: Place,
  signal: AbortSignal,
): Promise<readonly PastMessage[]> {
  const { api, people, self } = deps
  let spoken: readonly Spoken[] = []
  let cursor: string | undefined
  for (let page = 0; page < MAX_PAGES; page += 1) {
    signal.throwIfAborted()
    const answer = await api.replies(place, { latest: place.ts, ...(cursor === undefined ? {} : { cursor }) })
    spoken = [...spoken, ...answer.messages.flatMap((message) => spokenOf(message, place))].slice(
      -MAX_MESSAGES,
    )
    cursor = answer.cursor
    if (cursor === undefined) break
  }
  signal.throwIfAborted()
  const ids = new Set(spoken.flatMap(({ user, text }) => [...(user ? [user] : []), ...mentionedIn(text)]))
  ids.delete(self.user)
  const names = await people.names([...ids])
  return spoken.map((message) => pastOf(message, self, names))
}

function spokenOf(message: unknown, place: Place): readonly Spoken[] {
  const read = spokenSchema.safeParse(message)
  if (!read.success || !SPOKEN.has(read.data.subtype)) return []
  return compareTs(read.data.ts, place.ts) < 0 ? [read.data] : []
}

function pastOf(message: Spoken, self: Self, names: ReadonlyMap<string, string>): PastMessage {
  const { ts, user, bot_id, username, bot_profile, text } = message
  const id = user || bot_id || 'unknown'
  return {
    id: ts,
    speaker: { id, name: names.get(id) ?? (username || bot_profile?.name || id) },
    own: user === self.user || (bot_id !== undefined && bot_id === self.bot),
    text: toMarkdown(text, { self: self.user, people: names }).replaceAll(JOINER, ''),
    ...naming(namedIn(text, { self, people: names })),
    sentAt: milliseconds(ts),
  }
}
