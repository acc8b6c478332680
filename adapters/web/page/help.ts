import type { RefObject } from 'preact'
import { Dialog } from './dialog.ts'
import { html } from './html.ts'

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['Enter'], 'Send'],
  [['Shift', 'Enter'], 'New line'],
  [['Ctrl', 'Enter'], 'Send a form, or go to the next turn of a dialogue'],
  [['Alt', 'S'], 'Let a model suggest the turn of a dialogue'],
  [['Esc'], 'Stop the answer'],
  [['r'], 'Try again for another answer'],
  [['↑'], 'Change your last message, from an empty field'],
  [['Alt', '↓'], 'Next thread'],
  [['Alt', '↑'], 'Previous thread'],
  [['j'], 'Next thread'],
  [['k'], 'Previous thread'],
  [['n'], 'New thread'],
  [['/'], 'Write'],
  [['t'], 'Light or dark'],
  [['Esc'], 'Leave the field, cancel, close'],
  [['?'], 'These keys'],
]

export const Help = ({ dialog }: { readonly dialog: RefObject<HTMLDialogElement> }) =>
  html`<${Dialog} dialog=${dialog} title="Keys">
    <dl class="keys">
      ${KEYS.map(
        ([keys, what]) => html`<div>
          <dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt>
          <dd>${what}</dd>
        </div>`,
      )}
    </dl>
    <p class="muted">Arrow keys move within the lists. Single letters work outside of text fields.</p>
  <//>`
