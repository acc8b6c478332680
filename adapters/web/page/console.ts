/**
 * The trainer console: write dialogues, compare answers, review what others wrote. Nothing that is typed here is lost:
 * see `console-autosave.ts`.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ComparisonQueue, ConsoleView, PersonView, WordsView } from '../protocol.ts'
import { client, RequestError } from './client.ts'
import { DialoguePage } from './console-dialogue.ts'
import { Own, Queue, Waiting } from './console-lists.ts'
import { deliverLeftovers, endsOf } from './console-open.ts'
import { type ConsolePlace, consoleHash, readPlace } from './console-place.ts'
import { ReviewPage } from './console-review.ts'
import { newKey } from './drafts.ts'
import { html } from './html.ts'
import { PlaceFrame } from './place-frame.ts'
import { RankPage } from './rank.ts'
import { HOME, hashOf, type Route } from './route.ts'
import { useSending } from './sending.ts'
import type { Store } from './store.ts'

interface Props {
  readonly store: Store
  readonly self: PersonView
  readonly route: Route
  readonly words: WordsView['ballot']
}

interface Lists extends ConsoleView {
  readonly queue: ComparisonQueue
}

export function ConsolePage({ store, self, route, words }: Props) {
  const place = readPlace(route.item)
  const [lists, setLists] = useState<Lists>()
  const [delivered, setDelivered] = useState(0)
  const { busy, problem, send } = useSending(store)
  /** Kept when a text wanders into another dialogue: who writes it goes on writing. */
  const session = useRef({ item: route.item, nth: 0 })
  if (session.current.item !== route.item)
    session.current = { item: route.item, nth: session.current.nth + 1 }
  /** The same press is the same dialogue. */
  const begun = useRef(newKey())

  const read = () =>
    send(async () => {
      const saved = await deliverLeftovers(endsOf(self.id), Date.now()).catch(unlessAway)
      setDelivered((before) => before + saved)
      const [view, queue] = await Promise.all([client.console(), client.queue()])
      setLists({ ...view, queue })
    })
  useEffect(() => {
    if (place.at !== 'dialogue') void read()
  }, [route.item])

  const begin = () =>
    void send(async () => {
      const empty = lists?.own.find(
        ({ status, title, turns }) => status === 'draft' && title === '' && turns === 0,
      )
      const dialogue = empty?.id ?? (await client.beginDialogue(begun.current)).id
      begun.current = newKey()
      store.go({ ...HOME, at: 'console', item: dialogue })
    })
  const wandered = (dialogue: string) => {
    session.current = { ...session.current, item: dialogue }
    store.go({ ...HOME, at: 'console', item: dialogue })
  }

  switch (place.at) {
    case 'dialogue':
      return html`<${DialoguePage} key=${session.current.nth} id=${place.dialogue} ...${{ store, self, wandered }} />`
    case 'reviewed': {
      const next = lists?.waiting.find(({ id }) => id !== place.dialogue)?.id
      return html`<${ReviewPage} key=${place.dialogue} id=${place.dialogue} ...${{ store, self, next }} />`
    }
    case 'comparison': {
      const next = lists?.queue.find(({ task }) => task !== place.task)?.task
      return html`<${RankPage}
        ...${{ store, self, words }}
        route=${{ ...route, item: place.task }}
        back=${{ href: consoleHash({ at: 'compare' }), to: 'the console' }}
        next=${next === undefined ? undefined : consoleHash({ at: 'comparison', task: next })}
      />`
    }
    case 'write':
    case 'compare':
    case 'review':
      return html`<${PlaceFrame} title="Trainer console" about="Show the assistant how it is done" back=${hashOf(HOME)} backTo="the channels">
        <div class="console-column">
          <${Tabs} place=${place} lists=${lists} />
          ${delivered > 0 && html`<p class="aside-note" role="status">Text that was still in this browser is saved now.</p>`}
          ${problem !== '' && html`<p class="problem" role="alert">${problem} <button type="button" class="link" onClick=${() => void read()}>Try again</button></p>`}
          ${lists === undefined && problem === '' && html`<p class="muted" role="status">One moment…</p>`}
          ${lists !== undefined && place.at === 'write' && html`<${Own} lines=${lists.own} ...${{ busy, begin }} />`}
          ${lists !== undefined && place.at === 'review' && html`<${Waiting} lines=${lists.waiting} />`}
          ${lists !== undefined && place.at === 'compare' && html`<${Queue} tasks=${lists.queue} />`}
        </div>
      <//>`
  }
}

const TABS = [
  { at: 'write', label: 'Write' },
  { at: 'compare', label: 'Compare' },
  { at: 'review', label: 'Review' },
] as const

function Tabs({ place, lists }: { readonly place: ConsolePlace; readonly lists: Lists | undefined }) {
  const many = { write: 0, compare: lists?.queue.length ?? 0, review: lists?.waiting.length ?? 0 }
  return html`<nav class="tabs" aria-label="Console">
    ${TABS.map(
      ({
        at,
        label,
      }) => html`<a key=${at} href=${consoleHash({ at })} aria-current=${place.at === at ? 'page' : undefined}>
        ${label}${many[at] > 0 && html` <span class="tab-count">${many[at]}</span>`}
      </a>`,
    )}
  </nav>`
}

/** The lists can be had without it; it stays in this browser, and is tried again. */
function unlessAway(thrown: unknown): number {
  if (thrown instanceof RequestError && thrown.status !== 401) return 0
  throw thrown
}
