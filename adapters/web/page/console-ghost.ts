import { useEffect, useRef, useState } from 'preact/hooks'
import type { PlainScript, Side, Taken } from './console-script.ts'
import { suggest } from './console-suggest.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'

/** A suggestion while it comes, and until it is taken or ignored. */
export interface Ghost extends Taken {
  readonly is: 'coming' | 'there' | 'broken'
  /** Why it ended early, for people. */
  readonly say: string
  /** It ended at the model's length limit. */
  readonly cut: boolean
  /** How many of the oldest turns the model does not see. */
  readonly dropped: number
}

export interface Suggesting {
  readonly ghost: Ghost | undefined
  readonly ask: (wish: PlainScript & { readonly side: Side }) => void
  /** Nothing of it stays; the model is cancelled. */
  readonly close: () => void
}

const NOTHING: Ghost = {
  ...{ id: '', model: '', text: '', say: '' },
  ...{ is: 'coming', cut: false, dropped: 0 },
}

/** One suggestion at a time. Whoever goes away cancels it. */
export function useSuggesting(): Suggesting {
  const [ghost, setGhost] = useState<Ghost>()
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])

  const close = () => {
    running.current?.abort()
    setGhost(undefined)
  }
  const ask = (wish: PlainScript & { readonly side: Side }) => {
    running.current?.abort()
    const now = new AbortController()
    running.current = now
    setGhost(NOTHING)
    const hear = (change: (before: Ghost) => Ghost) => {
      if (!now.signal.aborted) setGhost((before) => change(before ?? NOTHING))
    }
    suggest(wish, now.signal, (event) => {
      switch (event.type) {
        case 'start':
          return hear((before) => ({ ...before, id: event.id, model: event.model, dropped: event.dropped }))
        case 'text':
          return hear((before) => ({ ...before, text: before.text + event.delta }))
        case 'done':
          return hear((before) => ({ ...before, is: 'there', model: event.model, cut: event.cut }))
        case 'failed':
          return hear((before) => ({ ...before, is: 'broken', say: event.say }))
      }
    }).catch((thrown: unknown) => {
      if (!now.signal.aborted) throw thrown
    })
  }
  return { ghost, ask, close }
}

interface Props {
  readonly ghost: Ghost
  readonly side: Side
  readonly take: () => void
  readonly edit: () => void
  readonly ignore: () => void
  readonly again: () => void
}

/** What a model would say here: to be taken as it is, to be changed, or to be ignored. */
export function GhostView({ ghost, side, take, edit, ignore, again }: Props) {
  const { is, text, say, cut, dropped, model } = ghost
  const isEmpty = text.trim() === ''
  return html`<div class="ghost-box" role="group" aria-label="Suggestion" aria-busy=${is === 'coming' ? 'true' : 'false'}>
    <p class="ghost-head">
      <${Icon} name="spark" />
      <span>${is === 'coming' ? `Writing as the ${side === 'user' ? 'person' : 'assistant'}…` : 'Suggestion'}</span>
      <span class="muted ghost-model">${model}</span>
    </p>
    ${dropped > 0 && html`<p class="muted">The model no longer sees the oldest ${dropped === 1 ? 'turn' : `${dropped} turns`}: they do not fit.</p>`}
    ${!isEmpty && html`<div class=${is === 'coming' ? 'ghost-text coming' : 'ghost-text'} dir="auto">${text}</div>`}
    ${isEmpty && is === 'coming' && html`<div class="dots" aria-hidden="true"><i></i><i></i><i></i></div>`}
    ${say !== '' && html`<p class="problem" role="alert">${say}</p>`}
    ${cut && html`<p class="muted">It ended at the model’s length limit.</p>`}
    <p class="choices">
      ${
        !isEmpty &&
        html`<button type="button" class="primary" onClick=${take} title="Take it (Alt Enter)">Take</button>
          <button type="button" class="plain small-button" onClick=${edit} title="Take it and change it (Alt E)">Edit</button>`
      }
      ${is === 'broken' && html`<button type="button" class=${isEmpty ? 'plain small-button' : 'quiet small-button'} onClick=${again}>Try again</button>`}
      <button type="button" class="quiet small-button" onClick=${ignore} title="Ignore it (Esc)">Ignore</button>
      <span class="muted keys-hint"><kbd>Alt</kbd> <kbd>Enter</kbd> takes, <kbd>Alt</kbd> <kbd>E</kbd> edits, <kbd>Esc</kbd> ignores</span>
    </p>
    <p class="hidden" role="status">${is === 'there' ? 'The suggestion is ready.' : ''}</p>
  </div>`
}
