import { useEffect, useRef, useState } from 'preact/hooks'
import type { WordsView } from '../protocol.ts'
import { client } from './client.ts'
import { newKey } from './drafts.ts'
import { html } from './html.ts'
import { fieldsOf, forget, keep, readKept } from './kept.ts'
import { useSending } from './sending.ts'
import type { Store } from './store.ts'

type Tag = WordsView['reason']['choices'][number]['tag']

interface Draft {
  readonly open: boolean
  readonly tags: readonly string[]
  readonly text: string
  /** Set when sending it was tried: the same goes with the same key, so that it is one reason. */
  readonly key?: string
}

const EMPTY: Draft = { open: true, tags: [], text: '' }

export const readReason = (name: string): Draft | undefined =>
  readKept(name, (value) => {
    const { open, tags, text, key } = fieldsOf(value)
    if (typeof open !== 'boolean' || !Array.isArray(tags) || typeof text !== 'string') return undefined
    const draft = { open, tags: tags.filter((tag) => typeof tag === 'string'), text }
    return typeof key === 'string' ? { ...draft, key } : draft
  })

interface Props {
  /** Under which it is kept. */
  readonly name: string
  readonly message: string
  readonly reply: string
  readonly words: WordsView['reason']
  readonly store: Store
  readonly close: () => void
}

/** Why was it bad? The vote counts already; closing this loses nothing but the reason. */
export function ReasonForm({ name, message, reply, words, store, close }: Props) {
  const [draft, setDraft] = useState<Draft>(() => ({ ...(readReason(name) ?? EMPTY), open: true }))
  const { busy, problem, say, send } = useSending(store)
  const form = useRef<HTMLFormElement>(null)
  const isEmpty = draft.tags.length === 0 && draft.text.trim() === ''

  // Nobody is taken away from what they read, but on a small screen it must be seen that there is something.
  useEffect(() => form.current?.scrollIntoView({ block: 'nearest' }), [])

  const change = (next: Draft) => {
    setDraft(next)
    if (next.tags.length === 0 && next.text === '') forget(name)
    else keep(name, next)
  }
  const toggle = (tag: Tag) => {
    const chosen = draft.tags.includes(tag) ? draft.tags.filter((each) => each !== tag) : [...draft.tags, tag]
    change({ open: true, tags: chosen, text: draft.text })
  }
  const dismiss = () => {
    if (!isEmpty) keep(name, { ...draft, open: false })
    backToVotes(message, form.current)
    close()
  }
  const submit = async () => {
    if (isEmpty || draft.text.length > words.longest) return
    const tried = { ...draft, key: draft.key ?? newKey() }
    change(tried)
    const tags = words.choices.map(({ tag }) => tag).filter((tag) => tried.tags.includes(tag))
    if (!(await send(() => client.explain(message, { reply, tags, text: tried.text, key: tried.key }))))
      return
    forget(name)
    backToVotes(message, form.current)
    close()
    store.say(message, words.done)
  }

  const left = words.longest - draft.text.length
  return html`<form
    class="judging reason"
    ref=${form}
    aria-label=${words.title}
    onSubmit=${(event: Event) => {
      event.preventDefault()
      void submit()
    }}
    onKeyDown=${(event: KeyboardEvent) => {
      if (event.isComposing) return
      if (event.key === 'Escape') {
        event.stopPropagation()
        dismiss()
      } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault()
        void submit()
      }
    }}
  >
    <h3>${words.title}</h3>
    <p class="muted" role="status">${words.intro}</p>
    <div class="chips" role="group" aria-label=${words.tags}>
      ${words.choices.map(
        ({ tag, label }) => html`<button
          type="button"
          key=${tag}
          class="tag"
          aria-pressed=${draft.tags.includes(tag) ? 'true' : 'false'}
          onClick=${() => toggle(tag)}
        >
          ${label}
        </button>`,
      )}
    </div>
    <textarea
      dir="auto"
      rows="2"
      aria-label=${words.text}
      placeholder=${words.text}
      value=${draft.text}
      readonly=${busy}
      onInput=${({ currentTarget }: Event) => {
        if (!(currentTarget instanceof HTMLTextAreaElement)) return
        say('')
        change({ open: true, tags: draft.tags, text: currentTarget.value })
      }}
    ></textarea>
    ${left < 100 && html`<p class=${left < 0 ? 'problem' : 'muted'} role=${left < 0 ? 'alert' : undefined}>${left < 0 ? `${-left} characters too many. Please shorten it.` : `${left} characters left`}</p>`}
    ${problem !== '' && html`<p class="problem" role="alert">${problem}</p>`}
    <p class="choices">
      <button type="submit" class="primary" disabled=${busy || isEmpty || left < 0}>${words.send}</button>
      <button type="button" class="quiet small-button" onClick=${dismiss}>${words.close}</button>
    </p>
  </form>`
}

/** From the keyboard the focus goes back to where it came from; whoever reads on is left alone. */
function backToVotes(message: string, form: HTMLElement | null): void {
  if (form?.contains(document.activeElement))
    document.querySelector<HTMLElement>(`[data-message="${message}"] [data-vote="bad"]`)?.focus()
}
