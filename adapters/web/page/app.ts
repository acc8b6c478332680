import { useEffect, useRef } from 'preact/hooks'
import type { PersonView, SessionView, WordsView } from '../protocol.ts'
import { ConsolePage } from './console.ts'
import { Conversation } from './conversation.ts'
import { Help } from './help.ts'
import { html } from './html.ts'
import { InsightsPage } from './insights.ts'
import { handleKey } from './keys.ts'
import type { State } from './model.ts'
import { PrivacyPage } from './privacy.ts'
import { RankPage } from './rank.ts'
import type { Place } from './route.ts'
import { Sidebar } from './sidebar.ts'
import { type Store, useStore } from './store.ts'
import { Threads } from './threads.ts'
import { Welcome } from './welcome.ts'

export function App({ store }: { readonly store: Store }) {
  const state = useStore(store)
  const help = useRef<HTMLDialogElement>(null)
  const showHelp = () => help.current?.showModal()

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (store.state.session?.person) handleKey(event, store, showHelp)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [store])

  const { session, route, link } = state
  const title = titleOf(state)
  useEffect(() => {
    document.title = session?.person ? `${title} · Parley` : 'Parley'
  }, [title, session])

  if (session === null)
    return html`<p class="away" role="status">${link === 'away' ? 'Parley is not answering. Trying again.' : ''}</p>`
  if (session.person === null)
    return html`<${Welcome} session=${session} store=${store} farewell=${state.farewell} />`
  const self = session.person
  return html`
    <a class="skip" href="#composer" onClick=${skip}>Skip to the ${route.at === undefined ? 'conversation' : 'page'}</a>
    <div class="workspace" data-pane=${route.at !== undefined ? 'place' : route.thread === null ? 'threads' : 'conversation'}>
      <${Sidebar} state=${state} self=${self} store=${store} showHelp=${showHelp} />
      <${Pane} ...${{ state, session, self, store, showHelp }} />
    </div>
    ${link === 'away' && html`<p class="away" role="status">Parley is not answering. Trying again. What you write is kept.</p>`}
    <div class="hidden" aria-live="polite">${state.announcement}</div>
    <${Help} dialog=${help} />`
}

interface PaneProps {
  readonly state: State
  readonly session: SessionView
  readonly self: PersonView
  readonly store: Store
  readonly showHelp: () => void
}

/** What the address names: a page of its own, or the conversations. */
function Pane({ state, session, self, store, showHelp }: PaneProps) {
  const { route } = state
  const { words } = session
  switch (route.at) {
    case 'console':
      return html`<${ConsolePage} ...${{ store, self, route }} words=${words.ballot} />`
    case 'insights':
      return html`<${InsightsPage} />`
    case 'privacy':
      return html`<${PrivacyPage} store=${store} words=${words.privacy} />`
    case 'rank':
      return html`<${RankPage} ...${{ store, self, route }} words=${words.ballot} />`
    case undefined:
      return html`<${Threads} ...${{ state, self, store, showHelp }} />
        <${Conversation} ...${{ state, session, self, store }} />`
  }
}

const titleOf = ({ route, pages, session }: State): string =>
  route.at === undefined
    ? (pages[route.thread ?? '']?.thread.title ?? `#${route.channel}`)
    : placeTitle(route.at, session?.words)

function placeTitle(at: Place, words: WordsView | undefined): string {
  switch (at) {
    case 'console':
      return 'Trainer console'
    case 'insights':
      return 'Insights'
    case 'privacy':
      return words?.privacy.title ?? ''
    case 'rank':
      return words?.ballot.title ?? ''
  }
}

/** The address names what is open, so this link moves the focus by itself. */
function skip(event: MouseEvent): void {
  event.preventDefault()
  document.querySelector('main')?.focus()
}
