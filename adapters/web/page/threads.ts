import type { PersonView } from '../protocol.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { moveInList } from './keys.ts'
import type { State } from './model.ts'
import { Places } from './places.ts'
import { hashOf } from './route.ts'
import { AddChannel, Self } from './sidebar.ts'
import type { Store } from './store.ts'
import { fullTime, isoTime, shortTime } from './time.ts'

interface Props {
  readonly state: State
  readonly self: PersonView
  readonly store: Store
  readonly showHelp: () => void
}

/** The threads of the open channel, the one with the newest message first. */
export function Threads({ state, self, store, showHelp }: Props) {
  const { route, lists, unread } = state
  const channel = state.channels.find(({ id }) => id === route.channel)
  const list = lists[route.channel]
  return html`<section class="threads" aria-label=${`Threads in ${route.channel}`}>
    <header class="bar">
      <div class="channel-choice">
        <select
          aria-label="Channel"
          value=${route.channel}
          onChange=${({ currentTarget }: Event) => {
            if (currentTarget instanceof HTMLSelectElement)
              store.go({ channel: currentTarget.value, thread: null })
          }}
        >
          ${state.channels.map(({ id }) => html`<option key=${id} value=${id}># ${id}</option>`)}
        </select>
      </div>
      <div class="bar-title">
        <h1><span class="sign">#</span>${route.channel}</h1>
        <p>${channel?.about ?? ''}</p>
      </div>
      <a class="new" href=${hashOf({ channel: route.channel, thread: 'new' })} aria-label="New thread" title="New thread (n)"><${Icon} name="plus" /></a>
    </header>
    <ul class="thread-list" onKeyDown=${moveInList}>
      ${list?.threads.map(
        (thread) => html`<li key=${thread.id}>
          <a
            href=${hashOf({ channel: route.channel, thread: thread.id })}
            aria-current=${route.thread === thread.id ? 'true' : undefined}
            class=${unread.has(thread.id) ? 'unread' : ''}
          >
            <span class="thread-title">${thread.title}</span>
            ${thread.preview !== '' && html`<span class="thread-preview">${thread.preview}</span>`}
            <span class="thread-meta">
              <span>${thread.startedBy.name}</span>
              <time datetime=${isoTime(thread.updatedAt)} title=${fullTime(thread.updatedAt)}>${shortTime(thread.updatedAt)}</time>
              <span>${thread.size === 1 ? '1 message' : `${thread.size} messages`}</span>
              ${unread.has(thread.id) && html`<span class="hidden">new</span>`}
            </span>
          </a>
        </li>`,
      )}
    </ul>
    ${list?.threads.length === 0 && html`<p class="empty-list">No threads here yet. Ask the first question.</p>`}
    ${list?.more && html`<button type="button" class="quiet more" onClick=${() => void store.moreThreads()}>Older threads</button>`}
    <div class="foot">
      <${AddChannel} store=${store} />
      <${Places} route=${route} />
      <${Self} ...${{ self, store, showHelp }} />
    </div>
  </section>`
}
