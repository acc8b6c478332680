/**
 * Putting answers in order, best first: by drag, by keyboard, or by choosing a place above each. Ties and "all bad"
 * are allowed (rule F6). Knows nothing of where the answers come from and where the order goes.
 */
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { WordsView } from '../protocol.ts'
import { newKey } from './drafts.ts'
import { html } from './html.ts'
import { Markdown } from './markdown.ts'
import { startDrag } from './ranking-drag.ts'
import { type KeptRanking, keepRanking, keptRanking } from './ranking-kept.ts'
import { type Order, orderIn, type Places, placed, spoken, stepped } from './ranking-order.ts'
import { keyed, Shelf } from './ranking-shelf.ts'
import { Segments } from './segments.ts'
import { useSending } from './sending.ts'
import { useSpent } from './spent.ts'
import type { Store } from './store.ts'

/** What somebody chose. Answers without a place are missing in `order`. */
export interface Chosen {
  readonly order: Order
  readonly allBad: boolean
  readonly reason: string
  /** Milliseconds that the answers were looked at. */
  readonly spentMs: number
  /** The same when the same choice is sent again. */
  readonly key: string
}

interface Props {
  /** Under which the choice is kept until it is sent; of one person and one set of answers. */
  readonly name: string
  readonly answers: readonly { readonly slot: string; readonly text: string }[]
  readonly earlier?: { readonly order: Order; readonly allBad: boolean } | undefined
  readonly words: WordsView['ballot']
  readonly store: Store
  /** @throws RequestError when it did not arrive or was not taken; the choice stays. */
  readonly send: (chosen: Chosen) => Promise<void>
}

export function Ranking({ name, answers, earlier, words, store, send: give }: Props) {
  const slots = answers.map(({ slot }) => slot)
  const most = slots.length
  const [draft, setDraft] = useState<KeptRanking>(() => keptRanking(name, slots, earlier))
  const [said, setSaid] = useState('')
  const [looked, setLooked] = useState<string>()
  const spent = useSpent(draft.spentMs)
  const { busy, problem, say, send } = useSending(store)
  const form = useRef<HTMLFormElement>(null)
  /** A letter that goes to another place is another element: the focus goes with it. */
  const focused = useRef<string | undefined>(undefined)

  useLayoutEffect(() => {
    const slot = focused.current
    focused.current = undefined
    if (slot !== undefined) form.current?.querySelector<HTMLElement>(`[data-letter="${slot}"]`)?.focus()
  }, [draft.places])

  const change = (next: Omit<KeptRanking, 'key' | 'spentMs'>) => {
    const { places, allBad, reason } = next
    const kept = { places, allBad, reason, spentMs: spent() }
    setDraft(kept)
    keepRanking(name, kept)
    say('')
  }
  const put = (slot: string, places: Places) => {
    if (document.activeElement instanceof HTMLElement && document.activeElement.dataset.letter === slot)
      focused.current = slot
    change({ ...draft, places })
    setSaid(spoken(places, slot, most))
  }
  const place = (slot: string, to: number | undefined) => put(slot, placed(draft.places, slot, to))
  const step = (slot: string, by: 1 | -1) => put(slot, stepped(draft.places, slot, by, most))
  const look = (slot: string) => {
    setLooked(slot)
    form.current?.querySelector(`[data-answer="${slot}"]`)?.scrollIntoView({ block: 'start' })
  }
  const submit = () => {
    const tried = { ...draft, spentMs: spent(), key: draft.key ?? newKey() }
    setDraft(tried)
    keepRanking(name, tried)
    const { allBad, reason, spentMs, key } = tried
    void send(() => give({ order: orderIn(tried.places), allBad, reason, spentMs, key }))
  }

  const options = slots.map((_, index) => {
    const value = String(index + 1)
    return { value, label: value, spoken: index === 0 ? words.best : value }
  })
  const isEmpty = Object.keys(draft.places).length === 0 && !draft.allBad
  return html`<form
    class="ranking"
    ref=${form}
    onSubmit=${(event: Event) => {
      event.preventDefault()
      submit()
    }}
    onKeyDown=${(event: KeyboardEvent) => {
      if (event.key !== 'Enter' || event.isComposing || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      submit()
    }}
  >
    <p class="ranking-intro">${words.intro}</p>
    <div class="answers">
      ${answers.map(
        ({ slot, text }) => html`<article
          key=${slot}
          class=${looked === slot ? 'answer looked' : 'answer'}
          data-answer=${slot}
          data-place-now=${draft.places[slot]}
          aria-labelledby=${`answer-${slot}`}
        >
          <header
            onKeyDown=${(event: KeyboardEvent) => {
              const to = keyed(event, most)
              // Arrows are the radio buttons' own.
              if (typeof to !== 'number') return
              event.preventDefault()
              place(slot, to === 0 ? undefined : to)
            }}
          >
            <span
              class="letter"
              aria-hidden="true"
              data-slot=${slot}
              onPointerDown=${(event: PointerEvent) =>
                startDrag(event, { over: () => undefined, drop: (to) => place(slot, to ?? undefined) })}
            >${slot}</span>
            <h3 id=${`answer-${slot}`}>Answer ${slot}</h3>
            <${Segments}
              name=${`${name}-${slot}`}
              label=${`Place of answer ${slot}`}
              value=${draft.places[slot] === undefined ? undefined : String(draft.places[slot])}
              options=${options}
              choose=${(value: string) => place(slot, Number(value))}
            />
          </header>
          <div class="answer-text"><${Markdown} text=${text} growing=${false} /></div>
        </article>`,
      )}
    </div>
    <${Shelf} slots=${slots} places=${draft.places} place=${place} step=${step} look=${look} />
    <div class="ranking-end">
      <label class="check-line">
        <input
          type="checkbox"
          checked=${draft.allBad}
          onChange=${({ currentTarget }: Event) => {
            if (currentTarget instanceof HTMLInputElement) change({ ...draft, allBad: currentTarget.checked })
          }}
        />
        <span>${words.allBad} <span class="muted">${words.allBadHint}</span></span>
      </label>
      <label class="why">
        ${words.reason}
        <textarea
          dir="auto"
          rows="2"
          value=${draft.reason}
          readonly=${busy}
          onInput=${({ currentTarget }: Event) => {
            if (currentTarget instanceof HTMLTextAreaElement)
              change({ ...draft, reason: currentTarget.value })
          }}
        ></textarea>
      </label>
      ${problem !== '' && html`<p class="problem" role="alert">${problem}</p>`}
      <p class="choices">
        <button type="submit" class="primary" disabled=${busy || isEmpty}>${words.send}</button>
        <span class="muted keys-hint">With a letter in focus, <kbd>←</kbd> <kbd>→</kbd> and <kbd>1</kbd> to <kbd>${most}</kbd> move it. <kbd>Ctrl</kbd> <kbd>Enter</kbd> sends.</span>
      </p>
    </div>
    <div class="hidden" role="status" data-said="ranking">${said}</div>
  </form>`
}
