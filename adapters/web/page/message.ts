import { useMemo } from 'preact/hooks'
import type { MessageView, PersonView } from '../protocol.ts'
import { Avatar } from './avatar.ts'
import { Editor } from './editor.ts'
import { html } from './html.ts'
import { InvitationCard } from './invitation.ts'
import { Markdown } from './markdown.ts'
import type { State } from './model.ts'
import { OwnMessage } from './own-message.ts'
import { Reply } from './reply.ts'
import type { Store } from './store.ts'
import { clockTime, fullTime, isoTime } from './time.ts'

interface Props {
  readonly message: MessageView
  readonly self: PersonView
  readonly store: Store
  readonly votes: State['votes']
  readonly editing: boolean
  /** It can be done again: nothing has been said since. */
  readonly isNewest: boolean
  /** What came of pressing something below it. */
  readonly notice: string | undefined
}

/** One message. Drawn again only when something of its own changed, whatever else happens on the page. */
export const Message = (props: Props) => {
  const { message, self, store, votes, editing, isNewest, notice } = props
  const own = [message, self, store, votes, editing, isNewest, notice]
  return useMemo(() => html`<${Drawn} ...${props} />`, own)
}

function Drawn({ message, self, store, votes, editing, isNewest, notice }: Props) {
  const { author, text, at } = message
  const name = author?.name ?? 'Parley'
  const isOwn = author?.id === self.id
  return html`<article class=${author === null ? 'message reply' : 'message'} aria-label=${`${name}, ${clockTime(at)}`} data-message=${message.id}>
    <${Avatar} person=${author} />
    <div class="message-main">
      <header>
        <span class="who">${name}</span>
        <time datetime=${isoTime(at)} title=${fullTime(at)}>${clockTime(at)}</time>
        ${message.edited && html`<span class="edited">edited</span>`}
        ${isOwn && !editing && html`<${OwnMessage} message=${message} store=${store} />`}
      </header>
      ${
        message.invitation !== undefined
          ? html`<${InvitationCard} message=${message} task=${message.invitation} store=${store} />`
          : author === null
            ? html`<${Reply} ...${{ message, self, store, votes, isNewest }} />`
            : editing
              ? html`<${Editor} message=${message} store=${store} />`
              : html`<${Markdown} text=${text} growing=${false} />`
      }
      ${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
    </div>
  </article>`
}

/** The assistant has taken the question and has no word yet. */
export const Working = () =>
  html`<div class="message reply working" role="status">
    <${Avatar} person=${null} />
    <div class="message-main">
      <header><span class="who">Parley</span></header>
      <div class="dots" aria-label="Parley is working"><i></i><i></i><i></i></div>
    </div>
  </div>`
