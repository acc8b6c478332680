/** Pixels before a press is a drag. */
const SLACK = 5

interface Drag {
  /** The place below the pointer; `undefined` outside of all, `null` where answers wait that have none. */
  readonly over: (place: number | null | undefined) => void
  readonly drop: (place: number | null) => void
}

/**
 * Takes a letter to where the pointer lets go of it. Places name themselves by `data-place`, which is empty where
 * answers wait. Esc, and whatever else takes the pointer away, leaves everything as it was.
 */
export function startDrag(event: PointerEvent, { over, drop }: Drag): void {
  const handle = event.currentTarget
  if (!(handle instanceof HTMLElement) || event.button !== 0) return
  const begin = { x: event.clientX, y: event.clientY }
  const finished = new AbortController()
  let ghost: HTMLElement | undefined

  const end = () => {
    finished.abort()
    ghost?.remove()
    handle.classList.remove('dragged')
    over(undefined)
  }
  const move = ({ clientX, clientY }: PointerEvent) => {
    if (ghost === undefined && Math.hypot(clientX - begin.x, clientY - begin.y) < SLACK) return
    ghost ??= lift(handle)
    ghost.style.translate = `${clientX}px ${clientY}px`
    over(placeBelow(clientX, clientY))
  }
  const letGo = ({ clientX, clientY }: PointerEvent) => {
    const place = ghost === undefined ? undefined : placeBelow(clientX, clientY)
    if (ghost !== undefined) ignoreNextClick()
    end()
    if (place !== undefined) drop(place)
  }

  handle.setPointerCapture(event.pointerId)
  const until = { signal: finished.signal }
  handle.addEventListener('pointermove', move, until)
  handle.addEventListener('pointerup', letGo, until)
  handle.addEventListener('pointercancel', end, until)
  addEventListener(
    'keydown',
    (key) => {
      if (key.key !== 'Escape') return
      key.stopPropagation()
      end()
    },
    { ...until, capture: true },
  )
}

function lift(handle: HTMLElement): HTMLElement {
  const ghost = document.createElement('div')
  ghost.className = 'ghost'
  ghost.textContent = handle.dataset.slot ?? ''
  ghost.setAttribute('aria-hidden', 'true')
  document.body.append(ghost)
  handle.classList.add('dragged')
  return ghost
}

function placeBelow(x: number, y: number): number | null | undefined {
  const zone = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-place]')
  const place = zone?.dataset.place
  if (place === undefined) return undefined
  return place === '' ? null : Number(place)
}

/** Letting go is no press. */
function ignoreNextClick(): void {
  const stop = (event: Event) => event.stopPropagation()
  addEventListener('click', stop, { capture: true, once: true })
  setTimeout(() => removeEventListener('click', stop, { capture: true }))
}
