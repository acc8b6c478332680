import type { ComponentChildren, RefObject } from 'preact'
import { html } from './html.ts'

interface Props {
  readonly dialog: RefObject<HTMLDialogElement>
  readonly title: string
  readonly children?: ComponentChildren
}

/** A native dialog: it keeps the focus, closes with Escape and gives the focus back. */
export const Dialog = ({ dialog, title, children }: Props) =>
  html`<dialog
    ref=${dialog}
    aria-label=${title}
    onClick=${({ target, currentTarget }: MouseEvent) => {
      if (target === currentTarget) dialog.current?.close()
    }}
  >
    <div class="dialog-main">
      <h2>${title}</h2>
      ${children}
      <form method="dialog"><button type="submit" class="primary">Close</button></form>
    </div>
  </dialog>`
