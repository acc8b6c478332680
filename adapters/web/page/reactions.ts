import { useEffect, useRef, useState } from 'preact/hooks'
import type { MessageView, PersonView } from '../protocol.ts'
import { html } from './html.ts'
import { Icon, type IconName } from './icons.ts'
import type { Store } from './store.ts'

const CHOICES: readonly { readonly emoji: string; readonly icon: IconName; readonly name: string }[] = [
  { emoji: '❤️', icon: 'heart', name: 'Love it' },
  { emoji: '🎉', icon: 'party', name: 'Celebrate' },
  { emoji: '😕', icon: 'confused', name: 'Confusing' },
  { emoji: '👀', icon: 'eyes', name: 'Looking' },
]
/** Under a finished reply: who reacted how, and room for one's own. */
export function Reactions(props: {
  readonly message: MessageView
  readonly self: PersonView
  readonly store: Store
}) {
  const { message, self, store } = props
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const picker = useRef<HTMLDivElement>(null)

  useEffect(() => {
    if (open) picker.current?.querySelector('button')?.focus()
  }, [open])

  const countOf = (emoji: string) => message.reactions.find((each) => each.emoji === emoji)?.people ?? []
  const isOwn = (emoji: string) => countOf(emoji).some(({ id }) => id === self.id)
  const toggle = (emoji: string) => void store.react(message.id, emoji, !isOwn(emoji))
  const close = () => {
    setOpen(false)
    button.current?.focus()
  }

  const others = message.reactions.filter(({ emoji }) => !CHOICES.some((choice) => choice.emoji === emoji))
  const shown = [
    ...CHOICES.filter(({ emoji }) => countOf(emoji).length > 0),
    ...others.map(({ emoji }) => ({ emoji, icon: undefined, name: emoji })),
  ]

  return html`<div class="reactions" role="group" aria-label="Reactions">
    ${shown.map(({ emoji, icon, name }) => {
      const people = countOf(emoji)
      const who = people.map((person) => person.name).join(', ')
      return html`<button
        type="button"
        key=${emoji}
        class=${people.length > 0 ? 'reaction counted' : 'reaction'}
        data-emoji=${emoji}
        aria-pressed=${isOwn(emoji) ? 'true' : 'false'}
        aria-label=${`${name}${people.length > 0 ? `, ${people.length}` : ''}`}
        title=${who === '' ? name : `${name}: ${who}`}
        onClick=${() => toggle(emoji)}
      >
        ${icon === undefined ? html`<span class="glyph">${emoji}</span>` : html`<${Icon} name=${icon} filled=${isOwn(emoji)} />`}
        ${people.length > 0 && html`<span class="count">${people.length}</span>`}
      </button>`
    })}
    <span
      class="picker-place"
      onKeyDown=${(event: KeyboardEvent) => {
        if (event.key !== 'Escape' || !open) return
        event.stopPropagation()
        close()
      }}
      onFocusOut=${({ relatedTarget, currentTarget }: FocusEvent) => {
        const inside =
          relatedTarget instanceof Node &&
          currentTarget instanceof Node &&
          currentTarget.contains(relatedTarget)
        if (!inside && relatedTarget !== null) setOpen(false)
      }}
    >
      <button
        type="button"
        ref=${button}
        class="reaction"
        aria-label="More reactions"
        title="More reactions"
        aria-expanded=${open ? 'true' : 'false'}
        onClick=${() => setOpen(!open)}
      >
        <${Icon} name="addReaction" />
      </button>
      ${
        open &&
        html`<div class="picker" ref=${picker} role="group" aria-label="Choose a reaction">
        ${CHOICES.map(
          ({ emoji, icon, name }) => html`<button
            type="button"
            key=${emoji}
            data-emoji=${emoji}
            aria-pressed=${isOwn(emoji) ? 'true' : 'false'}
            aria-label=${name}
            title=${name}
            onClick=${() => {
              toggle(emoji)
              close()
            }}
          >
            <${Icon} name=${icon} filled=${isOwn(emoji)} />
          </button>`,
        )}
      </div>`
      }
    </span>
  </div>`
}
