import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { MessageView } from '../protocol.ts'
import { RequestError } from './client.ts'
import { newKey } from './drafts.ts'
import { html } from './html.ts'
import type { Store } from './store.ts'

/** UTF-16 code units that the server takes. */
const TEXT_SIZE = 30_000

interface Props {
  readonly message: MessageView
  readonly store: Store
}

/** One's own message, being changed in its place. What came before has the focus again afterwards. */
export function Editor({ message, store }: Props) {
  const [text, setText] = useState(message.text)
  const [saving, setSaving] = useState(false)
  const [problem, setProblem] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  /** The same words, tried again, are the same change. */
  const tried = useRef({ text: '', key: '' })
  const cameFrom = useRef(document.activeElement?.id)

  useLayoutEffect(() => {
    const area = field.current
    if (area === null) return
    area.focus()
    area.setSelectionRange(area.value.length, area.value.length)
  }, [])

  useLayoutEffect(() => {
    const area = field.current
    if (area === null) return
    area.style.height = 'auto'
    area.style.height = `${area.scrollHeight}px`
  }, [text])

  const backToWhere = () => {
    const origin = cameFrom.current === 'composer' ? '#composer' : `[data-message="${message.id}"] .edit-own`
    requestAnimationFrame(() => document.querySelector<HTMLElement>(origin)?.focus())
  }
  const cancel = () => {
    store.edit(null)
    backToWhere()
  }
  const save = async () => {
    if (saving || text.trim() === '') return
    if (text === message.text) return cancel()
    if (tried.current.text !== text) tried.current = { text, key: newKey() }
    setSaving(true)
    setProblem('')
    try {
      await store.saveEdit(message.id, tried.current)
      backToWhere()
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      setProblem(thrown.message)
      setSaving(false)
    }
  }

  return html`<form
    class="editor"
    onSubmit=${(event: Event) => {
      event.preventDefault()
      void save()
    }}
    onKeyDown=${(event: KeyboardEvent) => {
      if (event.isComposing) return
      if (event.key === 'Escape') {
        // It ends the change, and neither a running answer nor the view.
        event.stopPropagation()
        cancel()
      } else if (event.key === 'Enter' && !event.shiftKey && event.target === field.current) {
        event.preventDefault()
        void save()
      }
    }}
  >
    <div class="field">
      <textarea
        ref=${field}
        dir="auto"
        rows="1"
        maxlength=${TEXT_SIZE}
        aria-label="Change your message"
        value=${text}
        readonly=${saving}
        onInput=${({ currentTarget }: Event) => {
          if (currentTarget instanceof HTMLTextAreaElement) setText(currentTarget.value)
        }}
      ></textarea>
    </div>
    ${problem !== '' && html`<p class="problem" role="alert">${problem}</p>`}
    <p class="choices">
      <button type="submit" class="primary" disabled=${saving || text.trim() === ''}>Save</button>
      <button type="button" class="quiet small-button" onClick=${cancel}>Cancel</button>
    </p>
  </form>`
}
