import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { MessageView } from '../protocol.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import type { Store } from './store.ts'

interface Props {
  readonly message: MessageView
  readonly store: Store
}

/** Change or delete what one has said oneself. Deleting asks first, in its place. */
export function OwnMessage({ message, store }: Props) {
  const [asking, setAsking] = useState(false)
  const keep = useRef<HTMLButtonElement>(null)
  const bin = useRef<HTMLButtonElement>(null)
  const asked = useRef(false)

  useLayoutEffect(() => {
    if (asking) keep.current?.focus()
    else if (asked.current) bin.current?.focus()
    asked.current = asking
  }, [asking])

  if (!asking) {
    return html`<span class="own">
      <button type="button" class="quiet edit-own" aria-label="Change" title="Change" onClick=${() => store.edit(message.id)}>
        <${Icon} name="edit" />
      </button>
      <button type="button" ref=${bin} class="quiet" aria-label="Delete" title="Delete" onClick=${() => setAsking(true)}>
        <${Icon} name="bin" />
      </button>
    </span>`
  }
  return html`<span
    class="own asking"
    role="group"
    aria-label="Delete this message?"
    onKeyDown=${(event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      setAsking(false)
    }}
  >
    <span>Delete this message?</span>
    <button
      type="button"
      class="quiet small-button wrong"
      onClick=${async () => {
        setAsking(false)
        await store.remove(message)
        document.getElementById('composer')?.focus()
      }}
    >
      Delete
    </button>
    <button type="button" ref=${keep} class="quiet small-button" onClick=${() => setAsking(false)}>Keep</button>
  </span>`
}
