import type Keyv from 'keyv'
import type { Messages } from './messages.ts'
import type { MessageRecord, ThreadRecord } from './records.ts'

interface Deps {
  readonly store: Keyv
  readonly messages: Messages
}

/** Where a channel's list of threads ends, and the thread of this id if the list counts it. */
export async function listed(
  { store, messages }: Deps,
  channel: string,
  id: string,
): Promise<{ readonly end: number; readonly head: ThreadRecord | undefined }> {
  const end = (await store.get<number>(`channel/${channel}`)) ?? 0
  const head = await messages.head(id)
  if (head === undefined || head.number >= end) return { end, head: undefined }
  const there = await store.get<string>(`channel/${channel}/${head.number}`)
  return { end, head: there === id ? head : undefined }
}

/** Puts a thread at the end of its channel's list. The count goes last: a torn write is as if it had never been. */
export async function enlist(
  { store, messages }: Deps,
  head: ThreadRecord,
  first: MessageRecord,
): Promise<void> {
  const { channel, number, id } = head
  await messages.append(head, first, [{ key: `channel/${channel}/${number}`, value: id }])
  await store.set(`channel/${channel}`, number + 1)
}
