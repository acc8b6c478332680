import type { PersonView } from '../protocol.ts'
import { html } from './html.ts'
import { Mark } from './icons.ts'

/** How many colours style.css has for people. */
const HUES = 6

/** A person's first letter on a colour of their own, or the assistant's mark. */
export function Avatar({
  person,
  small = false,
}: {
  readonly person: PersonView | null
  readonly small?: boolean
}) {
  if (person === null) return html`<span class="avatar assistant" aria-hidden="true"><${Mark} /></span>`
  const sum = [...person.id].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0)
  const initial = [...person.name][0]?.toLocaleUpperCase() ?? ''
  return html`<span class=${`avatar hue-${sum % HUES}${small ? ' small' : ''}`} aria-hidden="true">${initial}</span>`
}
