import { useMemo } from 'preact/hooks'
import type { MessageView, PersonView } from '../protocol.ts'
import { Avatar } from './avatar.ts'
import { html } from './html.ts'
import { copyText, Markdown } from './markdown.ts'
import { Reactions } from './reactions.ts'
import type { Store } from './store.ts'
import { clockTime, fullTime, isoTime } from './time.ts'

interface Props {
  readonly message: MessageView
  readonly self: PersonView
  readonly store: Store
}

/** One message. Drawn again only when it changed itself, whatever else happens on the page. */
export const Message = ({ message, self, store }: Props) =>
  useMemo(() => html`<${Drawn} message=${message} self=${self} store=${store} />`, [message, self, store])

function Drawn({ message, self, store }: Props) {
  const { author, text, at, finished } = message
  const name = author?.name ?? 'Parley'
  return html`<article class=${author === null ? 'message reply' : 'message'} aria-label=${`${name}, ${clockTime(at)}`} data-message=${message.id}>
    <${Avatar} person=${author} />
    <div class="message-main">
      <header>
        <span class="who">${name}</span>
        <time datetime=${isoTime(at)} title=${fullTime(at)}>${clockTime(at)}</time>
      </header>
      <${Markdown} text=${text} growing=${!finished} />
      ${
        author === null &&
        finished &&
        html`<div class="under">
          <${Reactions} message=${message} self=${self} store=${store} />
          <button
            type="button"
            class="quiet copy-reply"
            onClick=${({ currentTarget }: MouseEvent) => {
              if (currentTarget instanceof HTMLElement) void copyText(text, currentTarget)
            }}
          >
            Copy
          </button>
        </div>`
      }
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
