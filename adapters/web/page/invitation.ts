import type { MessageView } from '../protocol.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { Markdown } from './markdown.ts'
import { hashOf } from './route.ts'
import type { Store } from './store.ts'

interface Props {
  readonly message: MessageView
  readonly task: string
  readonly store: Store
}

/** A comparison that is offered to whoever reads this channel. */
export const InvitationCard = ({ message, task, store }: Props) => {
  const { channel } = store.state.route
  return html`<div class="invitation-card">
    <${Markdown} text=${message.text} growing=${false} />
    <a class="primary" href=${hashOf({ channel, thread: message.thread, at: 'rank', item: task })}>
      <${Icon} name="compare" /> ${store.state.session?.words.ballot.invited}
    </a>
  </div>`
}
