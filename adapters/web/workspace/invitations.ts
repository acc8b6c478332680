import type Keyv from 'keyv'
import type { Clock } from '#core/clock.ts'
import { SurfaceError } from '#core/delivery/surface.ts'
import type { Invitation } from '#core/feedback/comparison-desk.ts'
import type { PersonView, WireEvent } from '../protocol.ts'
import type { Channels } from './channels.ts'
import type { Messages } from './messages.ts'
import { fingerprint, type MessageRecord, messageId, type ThreadRecord, threadView } from './records.ts'
import { enlist, listed } from './thread-list.ts'

/** Whoever posts what nobody asked for. */
const PARLEY: PersonView = { id: 'parley', name: 'Parley' }

/**
 * What was asked stays out of it: the card would keep the words of a person who has themselves erased (rule S3). It
 * is shown with the answers, for as long as it stands.
 */
const TITLE = 'Which answer is best?'
const TEXT = [
  `**${TITLE}**`,
  'A question was drawn at random, and there are several answers to it. Put them in order, so that the next model ' +
    'learns what a good answer is. It takes a minute or two.',
].join('\n\n')

/** Invitations to rank: a thread of their own in the channel that the operator named. */
export function createInvitations(deps: {
  readonly store: Keyv
  readonly messages: Messages
  readonly channels: Channels
  readonly clock: Clock
  readonly publish: (event: WireEvent) => void
}): (invitation: Invitation) => Promise<void> {
  const { messages, channels, clock, publish } = deps
  return async ({ task, channel: name }) => {
    const channel = name.replace(/^#/, '').toLowerCase()
    if (!(await channels.has(channel)))
      throw new SurfaceError({ kind: 'gone' }, `web: there is no channel ${name}; add it in the workspace`)
    await messages.inThread(`#${channel}`, async () => {
      // Named by what it invites to, so that one that is posted again is there already.
      const id = fingerprint('invitation', channel, task)
      const { end, head: known } = await listed(deps, channel, id)
      if (known !== undefined) return
      const at = clock.now()
      const said = { author: null, text: TEXT, at, rev: 1, finished: true, reactions: [], touched: at }
      const message: MessageRecord = { ...said, id: messageId(id, 0), thread: id, seq: 0, invitation: task }
      const head: ThreadRecord = {
        ...{ id, channel, number: end, next: 1, title: TITLE, preview: '' },
        ...{ startedBy: PARLEY, startedAt: at, updatedAt: at },
      }
      await enlist(deps, head, message)
      publish({ type: 'thread', thread: threadView(head) })
      publish({ type: 'message', message: messages.view(message) })
    })
  }
}
