import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { RequestError } from './client.ts'
import { type Draft, keepDraft, newKey, readDraft } from './drafts.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { ownNewest } from './model.ts'
import { HOME, type Route } from './route.ts'
import type { Store } from './store.ts'

/** UTF-16 code units that the server takes; the field takes no more. */
const TEXT_SIZE = 30_000

interface Props {
  readonly store: Store
  readonly route: Route
  readonly label: string
  /** The reply of this thread that is being written. */
  readonly underWay: string | null
}

/** Where one writes. The text is kept until the server has it, through failures and reloads. */
export function Composer({ store, route, label, underWay }: Props) {
  const place = route.thread === null || route.thread === 'new' ? `new:${route.channel}` : route.thread
  const [draft, setDraft] = useState<Draft>(() => readDraft(place))
  const [sending, setSending] = useState(false)
  const [problem, setProblem] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)

  useEffect(() => {
    // On a phone the keyboard would cover what one came to read.
    if (matchMedia('(min-width: 721px)').matches) field.current?.focus()
  }, [])

  useLayoutEffect(() => {
    const area = field.current
    if (area === null) return
    area.style.height = 'auto'
    area.style.height = `${area.scrollHeight}px`
  }, [draft.text])

  const keep = (next: Draft) => {
    setDraft(next)
    keepDraft(place, next)
  }

  const send = async () => {
    if (sending || draft.text.trim() === '') return
    // As on the other platforms.
    if (draft.text.trim() === '/parley privacy') {
      keep({ text: '' })
      return store.go({ ...HOME, at: 'privacy' })
    }
    const tried = { text: draft.text, key: draft.key ?? newKey() }
    keep(tried)
    setSending(true)
    setProblem('')
    try {
      await store.send(route, tried)
      keep({ text: '' })
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      setProblem(thrown.message)
    } finally {
      setSending(false)
      field.current?.focus()
    }
  }

  return html`<form
    class="composer"
    onSubmit=${(event: Event) => {
      event.preventDefault()
      void send()
    }}
  >
    ${problem !== '' && html`<p class="problem" role="alert">${problem} <button type="submit" class="link">Send again</button></p>`}
    <div class="field">
      <textarea
        ref=${field}
        id="composer"
        dir="auto"
        rows="1"
        maxlength=${TEXT_SIZE}
        aria-label=${label}
        placeholder=${label}
        value=${draft.text}
        readonly=${sending}
        onInput=${({ currentTarget }: Event) => {
          if (currentTarget instanceof HTMLTextAreaElement) keep({ text: currentTarget.value })
        }}
        onKeyDown=${(event: KeyboardEvent) => {
          if (event.key === 'ArrowUp' && draft.text === '') {
            const own = ownNewest(store.state)
            if (own === undefined) return
            event.preventDefault()
            store.edit(own.id)
            return
          }
          // While an input method composes, Enter chooses a candidate.
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
          event.preventDefault()
          void send()
        }}
      ></textarea>
      ${
        underWay !== null &&
        html`<button
          type="button"
          class="send stop"
          aria-label="Stop the answer"
          title="Stop the answer (Esc)"
          onClick=${() => {
            // The button goes with the answer; the focus must not.
            field.current?.focus()
            void store.stop()
          }}
        >
          <${Icon} name="stop" filled />
        </button>`
      }
      ${
        (underWay === null || draft.text.trim() !== '') &&
        html`<button type="submit" class="send" aria-label="Send" disabled=${sending || draft.text.trim() === ''}>
          <${Icon} name="send" />
        </button>`
      }
    </div>
    <p class="hint">${underWay !== null && html`<kbd>Esc</kbd> stops the answer, `}<kbd>Enter</kbd> sends, <kbd>Shift</kbd> <kbd>Enter</kbd> makes a new line, <kbd>?</kbd> shows all keys</p>
  </form>`
}
