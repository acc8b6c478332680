/**
 * What became of a message that Slack had to tell of again: it was changed or taken back, and others answered it, when
 * nobody knew it yet, so that nobody kept that (rules T1, T2, T6). Only what comes late costs this look.
 */
import type { Clock } from '#core/clock.ts'
import type { SlackApi } from './api.ts'
import { type HeardDeletion, type HeardEdit, readDeletion, readEdit } from './change.ts'
import { SlackCallError } from './fault.ts'
import { compareTs } from './find.ts'
import { type Incoming, readSpoken, type Self } from './inbound.ts'

/** Pages of 200: what was said within the minutes that Slack sends an event again. */
const MAX_PAGES = 3
/** A message this old that its thread does not have is gone, and not on its way to be seen. */
const SEEN_BY_THEN_MS = 15_000

export interface Since {
  /** It reads otherwise by now. */
  readonly edit: HeardEdit | undefined
  /** It is there no more. */
  readonly deletion: HeardDeletion | undefined
  /** Messages of people below it, oldest first. */
  readonly later: readonly Incoming[]
}

export const NOTHING_SINCE: Since = { edit: undefined, deletion: undefined, later: [] }

export interface SinceDeps {
  readonly api: Pick<SlackApi, 'replies'>
  readonly self: Self
  readonly clock: Pick<Clock, 'now'>
}

/** @throws SlackCallError when Slack cannot be asked now. */
export async function since(incoming: Incoming, { api, self, clock }: SinceDeps): Promise<Since> {
  const { place, thread, sentAt } = incoming
  const told = { type: 'message', channel: thread.channel }
  const later: Incoming[] = []
  let edit: HeardEdit | undefined
  let stands = clock.now() - sentAt < SEEN_BY_THEN_MS
  let cursor: string | undefined
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const more = cursor === undefined ? {} : { cursor }
    const answer = await unlessRefused(api.replies(place, { oldest: place.ts, inclusive: true, ...more }))
    // Without the right to read, it is answered as it was told.
    if (answer === 'refused') stands = true
    if (typeof answer === 'string') break
    for (const message of answer.messages) {
      const spoken = readSpoken({ ...message, ...told }, self)
      if (spoken === undefined) continue
      const order = compareTs(spoken.place.ts, place.ts)
      if (order > 0) later.push(spoken)
      if (order !== 0) continue
      stands = true
      edit = readEdit({ ...told, subtype: 'message_changed', message }, self)
    }
    cursor = answer.cursor
    if (cursor === undefined) break
  }
  if (stands) return { edit, deletion: undefined, later }
  const gone = { ...told, subtype: 'message_deleted', deleted_ts: place.ts }
  return {
    edit,
    deletion: readDeletion({ ...gone, previous_message: { thread_ts: place.root } }, self),
    later,
  }
}

/** What Slack says of a thread whose first message is gone, and that has no others. */
const NO_THREAD = 'thread_not_found'

async function unlessRefused<T>(answer: Promise<T>): Promise<T | 'refused' | 'gone'> {
  try {
    return await answer
  } catch (thrown) {
    if (!(thrown instanceof SlackCallError) || thrown.fault.kind !== 'refused') throw thrown
    return thrown.code === NO_THREAD ? 'gone' : 'refused'
  }
}
