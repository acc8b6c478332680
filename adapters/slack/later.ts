/**
 * What was said in a thread after a mention that came late: Slack had told of it before the thread was ours, so nobody
 * kept it (rules T1, T2). Only a mention that Slack sends again costs this look.
 */
import type { SlackApi } from './api.ts'
import { SlackCallError } from './fault.ts'
import { compareTs } from './find.ts'
import { type Incoming, readSpoken, type Self } from './inbound.ts'

/** Pages of 200: what was said within the minutes that Slack sends an event again. */
const MAX_PAGES = 3

/** Messages of people, oldest first. @throws SlackCallError when Slack cannot be asked now. */
export async function saidAfter(
  { place, thread }: Incoming,
  api: Pick<SlackApi, 'replies'>,
  self: Self,
): Promise<readonly Incoming[]> {
  const said: Incoming[] = []
  let cursor: string | undefined
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await unlessRefused(
      api.replies(place, { oldest: place.ts, ...(cursor === undefined ? {} : { cursor }) }),
    )
    if (answer === undefined) break
    for (const message of answer.messages) {
      const incoming = readSpoken({ ...message, type: 'message', channel: thread.channel }, self)
      if (incoming !== undefined && compareTs(incoming.place.ts, place.ts) > 0) said.push(incoming)
    }
    cursor = answer.cursor
    if (cursor === undefined) break
  }
  return said
}

/** Without the right to read, the mention is answered alone. */
async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (thrown) {
    if (thrown instanceof SlackCallError && thrown.fault.kind === 'refused') return undefined
    throw thrown
  }
}
