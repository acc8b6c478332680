import type { ComponentChildren } from 'preact'
import { html } from './html.ts'
import { Icon } from './icons.ts'

interface Props {
  readonly title: string
  readonly about: string
  /** An address to go back to, and what is there. */
  readonly back: string
  readonly backTo: string
  /** On every screen, and not only where nothing else leads back. */
  readonly alwaysBack?: boolean
  /** At the end of the bar. */
  readonly actions?: ComponentChildren
  readonly children?: ComponentChildren
}

/** A page beside the conversations. */
export const PlaceFrame = ({ title, about, back, backTo, alwaysBack = false, actions, children }: Props) =>
  html`<main class="place" tabindex="-1" aria-label=${title}>
    <header class="bar">
      <a class=${alwaysBack ? 'quiet back always' : 'quiet back'} href=${back} aria-label=${`Back to ${backTo}`} title=${`Back to ${backTo}`}><${Icon} name="back" /></a>
      <div class="bar-title">
        <h1>${title}</h1>
        <p>${about}</p>
      </div>
      ${actions}
    </header>
    <div class="place-main" tabindex="0" role="region" aria-label=${title}>${children}</div>
  </main>`
