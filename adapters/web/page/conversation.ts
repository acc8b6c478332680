import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { PersonView, SessionView, ThreadPage } from '../protocol.ts'
import { Composer } from './composer.ts'
import { html } from './html.ts'
import { Icon, Mark } from './icons.ts'
import { Message, Working } from './message.ts'
import { newestAnswer, type State, underWay } from './model.ts'
import { ModelChip } from './model-chip.ts'
import { HOME, hashOf } from './route.ts'
import type { Store } from './store.ts'
import { dayName, sameDay } from './time.ts'

/** Pixels from the end within which one still reads along. */
const NEAR_END = 120

const SUGGESTIONS = [
  'Compare SQLite and Postgres for a small team, in a table',
  'Write a Python function that finds duplicates in a list',
  'Draft a kind reply that says no to a meeting',
  'Explain how a monad works with a lunch example',
]

interface Props {
  readonly state: State
  readonly session: SessionView
  readonly self: PersonView
  readonly store: Store
}

/** One thread from end to end, or the invitation to begin one. */
export function Conversation({ state, session, self, store }: Props) {
  const { route } = state
  const fresh = route.thread === null || route.thread === 'new'
  const page = fresh ? undefined : state.pages[route.thread ?? '']
  return html`<main class="conversation" id="conversation" tabindex="-1" aria-label="Conversation">
    <header class="bar">
      <a class="quiet back" href=${hashOf({ channel: route.channel, thread: null })} aria-label="Back to the threads"><${Icon} name="back" /></a>
      <div class="bar-title">
        <h2>${fresh ? 'New thread' : (page?.thread.title ?? ' ')}</h2>
        <p><span class="sign">#</span>${route.channel}</p>
      </div>
      <${ModelChip} model=${session.model} />
    </header>
    ${
      state.missing !== null
        ? html`<${Missing} what=${state.missing} />`
        : fresh
          ? html`<${Invitation} state=${state} self=${self} />`
          : html`<${Messages} key=${route.thread} state=${state} page=${page} self=${self} store=${store} />`
    }
    ${state.missing === null && html`<${Composer} key=${`${route.channel}/${route.thread ?? ''}`} store=${store} route=${route} label=${fresh ? `Ask Parley in #${route.channel}` : 'Reply'} underWay=${underWay(state)} />`}
  </main>`
}

interface MessagesProps {
  readonly state: State
  readonly page: ThreadPage | undefined
  readonly self: PersonView
  readonly store: Store
}

function Messages({ state, page, self, store }: MessagesProps) {
  const { votes, editing, notice } = state
  const newest = newestAnswer(state)?.id
  const scroller = useRef<HTMLDivElement>(null)
  const [reading, setReading] = useState(false)
  const messages = page?.messages ?? []
  const grows = messages.at(-1)

  // Follow the newest words, unless the reader has gone up to read.
  useLayoutEffect(() => {
    if (!reading) toEnd(scroller.current)
  }, [grows, messages.length, page?.working, reading])

  return html`<div
    class="messages"
    ref=${scroller}
    tabindex="0"
    role="region"
    aria-label="Messages"
    onScroll=${({ currentTarget }: Event) => {
      if (currentTarget instanceof HTMLElement) setReading(fromEnd(currentTarget) > NEAR_END)
    }}
  >
    <div class="column">
      ${page?.more && html`<button type="button" class="quiet more" onClick=${() => void store.moreMessages()}>Older messages</button>`}
      ${messages.map((message, index) => {
        const before = messages[index - 1]
        const newDay = before === undefined || !sameDay(before.at, message.at)
        return html`
          ${newDay && html`<p class="day" key=${`day ${message.id}`}><span>${dayName(message.at)}</span></p>`}
          <${Message}
            key=${message.id}
            ...${{ message, self, store, votes }}
            editing=${editing === message.id}
            isNewest=${newest === message.id}
            notice=${notice?.message === message.id ? notice.text : undefined}
          />`
      })}
      ${page?.working && html`<${Working} key="working" />`}
    </div>
    ${
      reading &&
      html`<button type="button" class="to-end" onClick=${() => setReading(false)}><${Icon} name="down" /> Newest</button>`
    }
  </div>`
}

const fromEnd = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number =>
  scrollHeight - scrollTop - clientHeight

function toEnd(scroller: HTMLElement | null): void {
  if (scroller !== null) scroller.scrollTop = scroller.scrollHeight
}

/** The address leads nowhere: it was mistyped, or it is of another Parley. */
const Missing = ({ what }: { readonly what: 'channel' | 'thread' }) =>
  html`<div class="messages invitation" role="status">
    <div class="welcome">
      <${Mark} />
      <h3>There is no such ${what}.</h3>
      <p>Look at the address again, or <a href=${hashOf(HOME)}>go to #${HOME.channel}</a>.</p>
    </div>
  </div>`

function Invitation({ state, self }: Pick<Props, 'state' | 'self'>) {
  const [first] = self.name.split(' ')
  const ask = (text: string) => {
    const field = document.getElementById('composer')
    if (!(field instanceof HTMLTextAreaElement)) return
    field.value = text
    field.dispatchEvent(new Event('input', { bubbles: true }))
    field.focus()
  }
  return html`<div class="messages invitation">
    <div class="welcome">
      <${Mark} />
      <h3>What is on your mind, ${first}?</h3>
      <p>Ask in #${state.route.channel}. Everyone here can read along and join in.</p>
      <ul class="suggestions">
        ${SUGGESTIONS.map((text) => html`<li key=${text}><button type="button" onClick=${() => ask(text)}>${text}</button></li>`)}
      </ul>
    </div>
  </div>`
}
