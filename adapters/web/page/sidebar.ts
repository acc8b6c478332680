import { useState } from 'preact/hooks'
import type { PersonView } from '../protocol.ts'
import { RequestError } from './client.ts'
import { html } from './html.ts'
import { Icon, Mark } from './icons.ts'
import { moveInList } from './keys.ts'
import type { State } from './model.ts'
import { PersonMenu } from './person-menu.ts'
import { Places } from './places.ts'
import { hashOf } from './route.ts'
import type { Store } from './store.ts'
import { toggleTheme } from './theme.ts'

interface Props {
  readonly state: State
  readonly self: PersonView
  readonly store: Store
  readonly showHelp: () => void
}

/** The channels, and who one is. */
export function Sidebar({ state, self, store, showHelp }: Props) {
  return html`<nav class="sidebar" aria-label="Channels">
    <div class="brand"><${Mark} /> <span>Parley</span></div>
    <ul class="channels" onKeyDown=${moveInList}>
      ${state.channels.map(
        ({ id, about }) => html`<li key=${id}>
          <a
            href=${hashOf({ channel: id, thread: null })}
            aria-current=${state.route.at === undefined && state.route.channel === id ? 'true' : undefined}
            title=${about === '' ? undefined : about}
          ><span class="sign">#</span>${id}</a>
        </li>`,
      )}
    </ul>
    <${AddChannel} store=${store} />
    <${Places} route=${state.route} />
    <${Self} ...${{ self, store, showHelp }} />
  </nav>`
}

/** Who one is, and what is only for oneself. At the foot of the leftmost pane. */
export function Self({ self, store, showHelp }: Omit<Props, 'state'>) {
  return html`<div class="self">
      <${PersonMenu} self=${self} store=${store} />
      <button type="button" class="quiet" aria-label="Light or dark" title="Light or dark" onClick=${toggleTheme}><${Icon} name="moon" /></button>
      <button type="button" class="quiet" aria-label="Keys" title="Keys" onClick=${showHelp}><span class="question">?</span></button>
    </div>`
}

export function AddChannel({ store }: { readonly store: Store }) {
  const [open, setOpen] = useState(false)
  const [problem, setProblem] = useState('')
  if (!open) {
    return html`<button type="button" class="quiet add-channel" onClick=${() => setOpen(true)}><${Icon} name="plus" /> Add a channel</button>`
  }
  const add = async (form: HTMLFormElement) => {
    try {
      await store.addChannel(String(new FormData(form).get('name') ?? ''))
      setOpen(false)
      setProblem('')
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      setProblem(thrown.message)
    }
  }
  return html`<form
    class="add-form"
    onSubmit=${(event: SubmitEvent) => {
      event.preventDefault()
      if (event.currentTarget instanceof HTMLFormElement) void add(event.currentTarget)
    }}
    onKeyDown=${(event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      // It closes this and nothing else.
      event.stopPropagation()
      setOpen(false)
    }}
  >
    <input name="name" aria-label="Name of the channel" placeholder="Name" maxlength="40" autocomplete="off" ref=${focusOnce} />
    <button type="submit" class="primary">Add</button>
    ${problem !== '' && html`<p class="problem" role="alert">${problem}</p>`}
  </form>`
}

/** As the field appears, and not whenever it is drawn again. */
function focusOnce(field: HTMLInputElement | null): void {
  field?.focus()
}
