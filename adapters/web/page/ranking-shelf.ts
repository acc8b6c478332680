import { useState } from 'preact/hooks'
import { html } from './html.ts'
import { startDrag } from './ranking-drag.ts'
import { at, type Places } from './ranking-order.ts'

interface Props {
  readonly slots: readonly string[]
  readonly places: Places
  readonly place: (slot: string, place: number | undefined) => void
  readonly step: (slot: string, step: 1 | -1) => void
  /** Show this answer. */
  readonly look: (slot: string) => void
}

/** The places, best first, with the letters of the answers in them: drag a letter, or move it with the keys. */
export function Shelf({ slots, places, place, step, look }: Props) {
  const [over, setOver] = useState<number | null>()
  const waiting = slots.filter((slot) => places[slot] === undefined)
  const letter = (slot: string) =>
    html`<${Letter} key=${slot} ...${{ slot, places, most: slots.length, place, step, look, setOver }} />`
  return html`<div class="shelf">
    <div class=${over === null ? 'tray over' : 'tray'} data-place="" role="group" aria-label="Answers without a place">
      ${
        waiting.length === 0
          ? html`<span class="muted">All placed</span>`
          : html`<span class="muted">Drag to a place</span> ${waiting.map(letter)}`
      }
    </div>
    <ol class="shelf-places" data-many=${slots.length > 5 ? 'true' : undefined} aria-label="Places, best first">
      ${slots.map((_, index) => {
        const nth = index + 1
        return html`<li key=${nth} class=${over === nth ? 'over' : ''} data-place=${nth}>
          <span class="shelf-place">${nth}${nth === 1 && html`<span class="shelf-best"> best</span>`}</span>
          <span class="letters">${at(places, nth).map(letter)}</span>
        </li>`
      })}
    </ol>
  </div>`
}

interface LetterProps extends Omit<Props, 'slots'> {
  readonly slot: string
  readonly most: number
  readonly setOver: (place: number | null | undefined) => void
}

function Letter({ slot, places, most, place, step, look, setOver }: LetterProps) {
  const now = places[slot]
  const where = now === undefined ? 'no place yet' : `place ${now} of ${most}`
  return html`<button
    type="button"
    class="letter"
    data-slot=${slot}
    data-letter=${slot}
    aria-label=${`Answer ${slot}, ${where}`}
    aria-keyshortcuts="ArrowLeft ArrowRight 1 2 3 4 5 6 7 8 9 Delete"
    onClick=${() => look(slot)}
    onPointerDown=${(event: PointerEvent) =>
      startDrag(event, { over: setOver, drop: (to) => place(slot, to ?? undefined) })}
    onKeyDown=${(event: KeyboardEvent) => {
      const move = keyed(event, most)
      if (move === undefined) return
      event.preventDefault()
      if (typeof move === 'object') step(slot, move.step)
      else place(slot, move === 0 ? undefined : move)
    }}
  >
    ${slot}
  </button>`
}

/** A place, 0 for none, or a step from where it is. */
export function keyed(
  { key, ctrlKey, metaKey, altKey }: KeyboardEvent,
  most: number,
): number | { readonly step: 1 | -1 } | undefined {
  if (ctrlKey || metaKey || altKey) return undefined
  if (key === 'ArrowRight' || key === 'ArrowDown') return { step: 1 }
  if (key === 'ArrowLeft' || key === 'ArrowUp') return { step: -1 }
  if (key === 'Delete' || key === 'Backspace') return 0
  return /^[1-9]$/.test(key) && Number(key) <= most ? Number(key) : undefined
}
