import { useEffect, useRef, useState } from 'preact/hooks'
import type { PersonView } from '../protocol.ts'
import { Avatar } from './avatar.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { HOME, hashOf } from './route.ts'
import type { Store } from './store.ts'

/** Oneself: what is kept of one, and the way out. */
export function PersonMenu({ self, store }: { readonly self: PersonView; readonly store: Store }) {
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const menu = useRef<HTMLDivElement>(null)

  useEffect(() => {
    if (open) menu.current?.querySelector('a')?.focus()
  }, [open])

  return html`<div
    class="person"
    onKeyDown=${(event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !open) return
      event.stopPropagation()
      setOpen(false)
      button.current?.focus()
    }}
    onFocusOut=${({ relatedTarget, currentTarget }: FocusEvent) => {
      const isInside =
        relatedTarget instanceof Node &&
        currentTarget instanceof Node &&
        currentTarget.contains(relatedTarget)
      if (!isInside) setOpen(false)
    }}
  >
    <button type="button" class="self-who" ref=${button} aria-expanded=${open ? 'true' : 'false'} title=${self.name} onClick=${() => setOpen(!open)}>
      <${Avatar} person=${self} small />
      <span class="self-name">${self.name}</span>
    </button>
    ${
      open &&
      html`<div class="person-menu" ref=${menu}>
        <a href=${hashOf({ ...HOME, at: 'privacy' })} onClick=${() => setOpen(false)}><${Icon} name="shield" /> Your privacy</a>
        <button type="button" onClick=${() => void store.signOut()}><${Icon} name="leave" /> Sign out</button>
      </div>`
    }
  </div>`
}
