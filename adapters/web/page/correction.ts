import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { CorrectionView, WordsView } from '../protocol.ts'
import { Changes } from './changes.ts'
import { client } from './client.ts'
import { newKey } from './drafts.ts'
import { html } from './html.ts'
import { fieldsOf, forget, keep, readKept } from './kept.ts'
import { Markdown } from './markdown.ts'
import { Segments } from './segments.ts'
import { useSending } from './sending.ts'
import type { Store } from './store.ts'

interface Draft {
  readonly open: boolean
  readonly text: string
  /** Of the reply that it began as. */
  readonly version: string
  /** Set when sending it was tried: the same goes with the same key, so that it is one correction. */
  readonly key?: string
}

export const readCorrection = (name: string): Draft | undefined =>
  readKept(name, (value) => {
    const { open, text, version, key } = fieldsOf(value)
    if (typeof open !== 'boolean' || typeof text !== 'string' || typeof version !== 'string') return undefined
    return typeof key === 'string' ? { open, text, version, key } : { open, text, version }
  })

type View = 'write' | 'preview' | 'changes'
const VIEWS: readonly { readonly value: View; readonly label: string }[] = [
  { value: 'write', label: 'Write' },
  { value: 'preview', label: 'Preview' },
  { value: 'changes', label: 'Changes' },
]

interface Props {
  /** Under which it is kept. */
  readonly name: string
  readonly message: string
  readonly reply: string
  readonly words: WordsView['correction']
  readonly store: Store
  readonly close: () => void
}

/** A better reply, written in the place of the reply. What is typed stays until it is sent, whatever happens. */
export function CorrectionForm({ name, message, reply, words, store, close }: Props) {
  const [draft, setDraft] = useState(() => readCorrection(name))
  const [original, setOriginal] = useState<CorrectionView>()
  const [view, setView] = useState<View>('write')
  const [setAside, setSetAside] = useState<string>()
  const { busy, problem, say, send } = useSending(store)
  const field = useRef<HTMLTextAreaElement>(null)

  const change = (next: Draft) => {
    setDraft(next)
    keep(name, next)
  }
  const read = () =>
    send(async () => {
      const found = await client.correction(message, reply)
      setOriginal(found)
      const { version } = found
      change({ text: found.text, ...readCorrection(name), open: true, version })
    })
  useEffect(() => void read(), [name])

  const isReady = draft !== undefined
  useLayoutEffect(() => {
    const area = field.current
    if (area === null) return
    area.style.height = 'auto'
    area.style.height = `${area.scrollHeight + 2}px`
  }, [draft?.text, view])
  // As high as its text by now, so that it comes into sight as a whole.
  useLayoutEffect(() => {
    const area = field.current
    if (area === null) return
    area.focus({ preventScroll: true })
    area.closest('form')?.scrollIntoView({ block: 'nearest' })
  }, [isReady])

  const isChanged = draft !== undefined && draft.text.trim() !== original?.text.trim()
  const isTooLong = draft !== undefined && draft.text.length > words.longest
  const leave = () => {
    close()
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>(`[data-message="${message}"] .write-better`)?.focus(),
    )
  }
  const cancel = () => {
    if (draft !== undefined && original !== undefined && !isChanged) forget(name)
    else if (draft !== undefined) {
      keep(name, { ...draft, open: false })
      store.say(message, 'What you wrote is kept for when you open it again.')
    }
    leave()
  }
  const submit = async () => {
    if (draft === undefined || !isChanged || isTooLong) return
    const tried = { ...draft, key: draft.key ?? newKey() }
    change(tried)
    const { text, version, key } = tried
    if (!(await send(() => client.correct(message, { reply, text, version, key })))) return
    forget(name)
    store.say(message, words.done)
    leave()
  }
  const startOver = () => {
    if (draft === undefined || original === undefined) return
    setSetAside(draft.text)
    change({ open: true, text: original.text, version: draft.version })
    setView('write')
  }

  return html`<form
    class="judging correction"
    aria-label=${words.title}
    onSubmit=${(event: Event) => {
      event.preventDefault()
      void submit()
    }}
    onKeyDown=${(event: KeyboardEvent) => {
      if (event.isComposing) return
      if (event.key === 'Escape') {
        event.stopPropagation()
        cancel()
      } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault()
        void submit()
      }
    }}
  >
    <div class="judging-head">
      <h3>${words.title}</h3>
      <${Segments} name=${`view-${name}`} label="Show" value=${view} options=${VIEWS} choose=${setView} />
    </div>
    ${view === 'write' && html`<p class="muted">${words.intro}</p>`}
    ${
      draft !== undefined &&
      view === 'write' &&
      html`<textarea
        ref=${field}
        dir="auto"
        rows="4"
        aria-label=${words.text}
        value=${draft.text}
        readonly=${busy}
        onInput=${({ currentTarget }: Event) => {
          if (!(currentTarget instanceof HTMLTextAreaElement)) return
          say('')
          change({ open: true, text: currentTarget.value, version: draft.version })
        }}
      ></textarea>`
    }
    ${draft !== undefined && view === 'preview' && html`<div class="shown-text"><${Markdown} text=${draft.text} growing=${false} /></div>`}
    ${draft !== undefined && original !== undefined && view === 'changes' && html`<${Changes} before=${original.text} after=${draft.text} />`}
    ${draft === undefined && problem === '' && html`<p class="muted" role="status">One moment…</p>`}
    ${isTooLong && html`<p class="problem" role="alert">${draft.text.length - words.longest} characters too many. Please shorten it.</p>`}
    ${problem !== '' && html`<p class="problem" role="alert">${problem} ${original === undefined && html`<button type="button" class="link" onClick=${() => void read()}>Try again</button>`}</p>`}
    <p class="choices">
      <button type="submit" class="primary" disabled=${busy || !isChanged || isTooLong}>${words.send}</button>
      <button type="button" class="quiet small-button" onClick=${cancel}>${words.close}</button>
      ${
        setAside !== undefined && !isChanged
          ? html`<button
              type="button"
              class="quiet small-button"
              onClick=${() => {
                if (draft !== undefined) change({ open: true, text: setAside, version: draft.version })
                setSetAside(undefined)
              }}
            >
              Bring my text back
            </button>`
          : isChanged &&
            original !== undefined &&
            html`<button type="button" class="quiet small-button" onClick=${startOver}>Start over</button>`
      }
      <span class="muted keys-hint"><kbd>Ctrl</kbd> <kbd>Enter</kbd> sends</span>
    </p>
  </form>`
}
