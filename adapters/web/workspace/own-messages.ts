import type { Clock } from '#core/clock.ts'
import type { MessageView, PersonView, WireEvent } from '../protocol.ts'
import type { Messages } from './messages.ts'
import { type MessageRecord, readMessageId, summary, type ThreadRecord, threadView } from './records.ts'

/** What a thread is called whose first question is gone. */
export const UNTITLED = 'A deleted question'

/** Tells the core; called before the change is kept, so that none is lost, and again when it failed. */
type Tell = (message: MessageRecord, channel: string, at: number) => Promise<void>

export interface OwnMessages {
  edit(
    message: string,
    change: { readonly person: PersonView; readonly text: string },
    tell: Tell,
  ): Promise<MessageView | 'unknown' | 'foreign'>
  remove(message: string, person: PersonView, tell: Tell): Promise<'done' | 'unknown' | 'foreign'>
}

/** What people do about their own messages after they were sent (rule T6). */
export function createOwnMessages(deps: {
  readonly messages: Messages
  readonly clock: Clock
  readonly publish: (event: WireEvent) => void
}): OwnMessages {
  const { messages, clock, publish } = deps
  const changing = messages.queue('changes')

  const saveHead = async (before: ThreadRecord, after: ThreadRecord): Promise<void> => {
    if (JSON.stringify(before) === JSON.stringify(after)) return
    await messages.saveHead(after)
    publish({ type: 'thread', thread: threadView(after) })
  }

  // The core is told outside the thread's own order: whatever it does about a change may write to this thread.
  return {
    edit: (id, { person, text }, tell) =>
      changing.run(id, async () => {
        const message = await messages.find(id)
        const head = await messages.head(readMessageId(id)?.thread ?? id)
        if (message === undefined || head === undefined) return 'unknown'
        if (message.author?.id !== person.id) return 'foreign'
        if (message.text === text) return messages.view(message)
        const at = clock.now()
        await tell(message, head.channel, at)
        return await messages.inThread(head.id, async () => {
          const [now, thread] = [await messages.find(id), await messages.head(head.id)]
          if (now === undefined || thread === undefined) return 'unknown'
          const after = { ...now, text, edited: at, rev: now.rev + 1 }
          await messages.amend(after)
          publish({ type: 'message', message: messages.view(after) })
          await saveHead(thread, renamed(thread, after))
          return messages.view(after)
        })
      }),

    remove: (id, person, tell) =>
      changing.run(id, async () => {
        const message = await messages.kept(id)
        const head = await messages.head(readMessageId(id)?.thread ?? id)
        if (message === undefined || head === undefined) return 'unknown'
        const isOwn = message.author?.id === person.id
        if (message.deleted) return isOwn ? 'done' : 'unknown'
        if (!isOwn) return 'foreign'
        await tell(message, head.channel, clock.now())
        return await messages.inThread(head.id, async () => {
          const [now, thread] = [await messages.find(id), await messages.head(head.id)]
          if (now === undefined || thread === undefined) return 'unknown'
          const { edited: _, ...rest } = now
          await messages.amend({ ...rest, text: '', reactions: [], rev: now.rev + 1, deleted: true })
          publish({ type: 'removed', thread: head.id, message: id })
          await saveHead(thread, without(thread, now))
          return 'done'
        })
      }),
  }
}

/** The list says the new words, where it said the old ones. */
function renamed(head: ThreadRecord, { seq, text }: MessageRecord): ThreadRecord {
  if (seq === 0) return { ...head, title: summary(text) || 'A question' }
  return seq === head.next - 1 ? { ...head, preview: summary(text) } : head
}

/** The list repeats nothing of a deleted message. */
function without(head: ThreadRecord, { seq, text }: MessageRecord): ThreadRecord {
  const counted = { ...head, deleted: (head.deleted ?? 0) + 1 }
  if (seq === 0) return { ...counted, title: UNTITLED }
  return head.preview === summary(text) ? { ...counted, preview: '' } : counted
}
