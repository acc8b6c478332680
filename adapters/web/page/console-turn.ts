import { useLayoutEffect, useRef } from 'preact/hooks'
import { Avatar } from './avatar.ts'
import { GhostView, useSuggesting } from './console-ghost.ts'
import { origin, type PlainScript, type Side, TURN_SIZE, type Turn, taken, typed } from './console-script.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'

export const SIDE_NAMES: Readonly<Record<Side, string>> = { user: 'Person', assistant: 'Assistant' }

/** Who speaks; nobody in particular. */
export const SideMark = ({ side }: { readonly side: Side }) =>
  side === 'assistant'
    ? html`<${Avatar} person=${null} small />`
    : html`<span class="avatar small side-person"><${Icon} name="person" /></span>`

interface Props {
  readonly turn: Turn
  readonly nth: number
  readonly many: number
  /** Everything before this turn, when it is asked for. */
  readonly before: () => PlainScript
  readonly change: (change: (turn: Turn) => Turn) => void
  /** Text that a suggestion took the place of can be had back. */
  readonly replaced: (text: string) => void
  readonly move: (by: 1 | -1) => void
  readonly remove: () => void
  readonly next: () => void
  /** Set when the cursor is sent here. */
  readonly cursor: object | undefined
}

/** One turn while it is written, with what a model would say in its place. */
export function TurnEditor(props: Props) {
  const { turn, nth, many, before, change, replaced, move, remove, next, cursor } = props
  const { side, text } = turn
  const field = useRef<HTMLTextAreaElement>(null)
  const { ghost, ask, close } = useSuggesting()

  useLayoutEffect(() => {
    const area = field.current
    if (area === null) return
    area.style.height = 'auto'
    area.style.height = `${area.scrollHeight}px`
  }, [text])
  // Before the next key is pressed.
  useLayoutEffect(() => {
    if (cursor === undefined) return
    field.current?.focus()
    field.current?.scrollIntoView({ block: 'nearest' })
  }, [cursor])

  const suggest = () => {
    ask({ ...before(), side })
    field.current?.focus()
  }
  const put = () => {
    if (ghost === undefined || ghost.text.trim() === '') return
    const { id, model, text: suggested } = ghost
    if (text.trim() !== '' && text !== suggested) replaced(text)
    change((now) => taken(now, { id, model, text: suggested.trimEnd() }))
    close()
  }
  const take = () => {
    put()
    field.current?.focus()
  }
  const edit = () => {
    put()
    const area = field.current
    area?.focus()
    // The value is there when this turn has been drawn again.
    requestAnimationFrame(() => area?.setSelectionRange(area.value.length, area.value.length))
  }
  const ignore = () => {
    close()
    field.current?.focus()
  }

  const onKey = (event: KeyboardEvent) => {
    const act = keyOf(event, ghost !== undefined)
    if (act === undefined || event.isComposing) return
    event.preventDefault()
    // It is meant for this turn, and neither for the dialogue nor for the page.
    event.stopPropagation()
    const acts: Readonly<Record<Act, () => void>> = {
      ...{ suggest, take, edit, ignore, next },
      up: () => move(-1),
      down: () => move(1),
    }
    acts[act]()
  }

  const name = SIDE_NAMES[side]
  const about = origin(turn)
  const tool = (icon: string, label: string, act: () => void, isOff = false) =>
    html`<button type="button" class="quiet" aria-label=${label} title=${label} disabled=${isOff} onClick=${act}><${Icon} name=${icon} /></button>`
  return html`<section class=${`turn ${side}`} aria-label=${`Turn ${nth}, ${name.toLowerCase()}`} onKeyDown=${onKey}>
    <header>
      <${SideMark} side=${side} />
      <span class="who">${name}</span>
      ${about !== '' && html`<span class="origin">${about}</span>`}
      <span class="turn-tools">
        <button type="button" class="quiet small-button" title="Let a model suggest this turn (Alt S)" onClick=${suggest}><${Icon} name="spark" /> Suggest</button>
        ${tool('up', 'Move up', () => move(-1), nth === 1)}
        ${tool('down', 'Move down', () => move(1), nth === many)}
        ${tool('bin', 'Take this turn out', remove)}
      </span>
    </header>
    <textarea
      ref=${field}
      dir="auto"
      rows="1"
      maxlength=${TURN_SIZE}
      aria-label=${`What the ${name.toLowerCase()} says`}
      placeholder=${`What does the ${name.toLowerCase()} say?`}
      value=${text}
      onInput=${({ currentTarget }: Event) => {
        if (currentTarget instanceof HTMLTextAreaElement) {
          const { value } = currentTarget
          change((now) => typed(now, value))
        }
      }}
    ></textarea>
    ${ghost !== undefined && html`<${GhostView} ...${{ ghost, side, take, edit, ignore }} again=${suggest} />`}
  </section>`
}

type Act = 'suggest' | 'take' | 'edit' | 'ignore' | 'next' | 'up' | 'down'

/** By code where a letter is meant: with Alt some keyboards type another one. */
function keyOf(
  { key, code, altKey, shiftKey, ctrlKey, metaKey }: KeyboardEvent,
  isOffered: boolean,
): Act | undefined {
  if (key === 'Enter' && (ctrlKey || metaKey)) return 'next'
  if (key === 'Escape' && isOffered) return 'ignore'
  if (!altKey || ctrlKey || metaKey) return undefined
  if (code === 'KeyS') return 'suggest'
  if (isOffered && key === 'Enter') return 'take'
  if (isOffered && code === 'KeyE') return 'edit'
  if (shiftKey && key === 'ArrowUp') return 'up'
  return shiftKey && key === 'ArrowDown' ? 'down' : undefined
}
