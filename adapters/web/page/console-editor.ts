/** Writing a dialogue, turn by turn, playing both sides. What is typed is saved as it is typed. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { DialogueView } from '../protocol.ts'
import { client, RequestError } from './client.ts'
import { Autosave, type Autosaved } from './console-autosave.ts'
import { forgetScript, type KeptScript, keepScript } from './console-kept.ts'
import {
  added,
  changed,
  moved,
  nextSide,
  plain,
  putBack,
  type Script,
  type Side,
  scriptOf,
  TURN_SIZE,
  type Turn,
  without,
} from './console-script.ts'
import { SIDE_NAMES, TurnEditor } from './console-turn.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import type { Store } from './store.ts'

/** What can be taken back: a turn that was taken out, or the text that a suggestion took the place of. */
type Undo =
  | { readonly is: 'removed'; readonly turn: Turn; readonly at: number }
  | { readonly is: 'replaced'; readonly key: string; readonly text: string }

/** Where the cursor is sent; a new one each time, so that it goes there again. */
export interface Cursor {
  readonly key: string
}

export interface Editing {
  readonly dialogue: DialogueView
  /** What a page that is gone had typed, and nobody has written since. */
  readonly newer: KeptScript | undefined
  readonly person: string
  readonly store: Store
  /** The text is in another dialogue now. */
  readonly wandered: (dialogue: string) => void
}

export function useEditor({ dialogue, newer, person, store, wandered }: Editing) {
  const [script, setScript] = useState<Script>(() => scriptOf(newer?.script ?? dialogue))
  const [saved, setSaved] = useState<Autosaved>()
  const newest = useRef(script)
  const gone = useRef(wandered)
  gone.current = wandered
  const autosave = useMemo(() => {
    let at = dialogue.id
    return new Autosave(
      { dialogue: dialogue.id, revision: dialogue.revision, isVersion: dialogue.isVersion },
      {
        save: (id, body) => client.saveDialogue(id, body).catch(told(store)),
        keep: (kept) => keepScript(person, kept),
        forget: (kept) => forgetScript(person, kept),
        later: (ms, work) => {
          const timer = setTimeout(work, ms)
          return () => clearTimeout(timer)
        },
        show: (state) => {
          setSaved(state)
          if (state.dialogue === at) return
          at = state.dialogue
          gone.current(at)
        },
      },
    )
  }, [])

  useEffect(() => {
    if (newer !== undefined) {
      autosave.change(newer.script)
      // It is kept under this page's name now.
      forgetScript(person, newer)
    }
    const onHidden = () => {
      if (document.hidden) void autosave.flush()
    }
    document.addEventListener('visibilitychange', onHidden)
    return () => {
      document.removeEventListener('visibilitychange', onHidden)
      autosave.end()
    }
  }, [])

  const change = (next: (now: Script) => Script) => {
    const after = next(newest.current)
    if (after === newest.current) return
    newest.current = after
    setScript(after)
    autosave.change(plain(after))
  }
  return { script, newest, saved: saved ?? autosave.state, autosave, change }
}

/** A session that is lost shows the sign-in form. */
const told =
  (store: Store) =>
  async (thrown: unknown): Promise<never> => {
    if (thrown instanceof RequestError && thrown.status === 401) await store.checkSession()
    throw thrown
  }

interface Props {
  readonly editor: ReturnType<typeof useEditor>
  readonly note: string | undefined
}

export function Editor({ editor, note }: Props) {
  const { script, newest, change } = editor
  const { turns, system } = script
  const [undo, setUndo] = useState<Undo>()
  const [cursor, setCursor] = useState<Cursor | undefined>(() => {
    const key = turns.find(({ text }) => text === '')?.key
    // On a phone the keyboard would cover what one came to read.
    return key === undefined || !matchMedia('(min-width: 721px)').matches ? undefined : { key }
  })
  const goTo = (turn: Turn | undefined) => turn !== undefined && setCursor({ key: turn.key })

  const add = (side?: Side) => {
    change((now) => added(now, side))
    goTo(newest.current.turns.at(-1))
  }
  const remove = (turn: Turn) => {
    const at = newest.current.turns.findIndex(({ key }) => key === turn.key)
    change((now) => without(now, turn.key))
    setUndo(turn.text.trim() === '' ? undefined : { is: 'removed', turn, at })
    goTo(newest.current.turns[Math.max(0, at - 1)])
  }
  const next = ({ key }: Turn) => {
    const at = newest.current.turns.findIndex((turn) => turn.key === key)
    const after = newest.current.turns[at + 1]
    if (after === undefined) add()
    else goTo(after)
  }
  const takeBack = () => {
    if (undo?.is === 'removed') change((now) => putBack(now, undo.turn, undo.at))
    if (undo?.is === 'replaced')
      change((now) => changed(now, undo.key, ({ key, side }) => ({ key, side, text: undo.text })))
    setUndo(undefined)
  }

  const expected = nextSide(turns)
  const other: Side = expected === 'user' ? 'assistant' : 'user'
  return html`<div class="script" onKeyDown=${stayHere}>
    ${note !== undefined && html`<p class="review-note"><b>Sent back.</b> ${note}</p>`}
    <details class="system" open=${system !== ''}>
      <summary>What the assistant is told <span class="muted system-optional">${system === '' ? 'Optional' : ''}</span></summary>
      <textarea
        dir="auto"
        rows="2"
        maxlength=${TURN_SIZE}
        aria-label="What the assistant is told"
        placeholder="Instructions before the conversation begins"
        value=${system}
        onInput=${({ currentTarget }: Event) => {
          if (!(currentTarget instanceof HTMLTextAreaElement)) return
          const { value } = currentTarget
          change((now) => ({ ...now, system: value }))
        }}
      ></textarea>
    </details>
    ${turns.map((turn, index) => {
      const { key } = turn
      return html`<${TurnEditor}
        key=${key}
        ...${{ turn, nth: index + 1, many: turns.length }}
        cursor=${cursor?.key === key ? cursor : undefined}
        before=${() => {
          const now = newest.current.turns
          const at = now.findIndex((each) => each.key === key)
          return plain({ ...newest.current, turns: now.slice(0, at) })
        }}
        change=${(next: (now: Turn) => Turn) => change((now) => changed(now, key, next))}
        replaced=${(text: string) => setUndo({ is: 'replaced', key, text })}
        move=${(by: 1 | -1) => change((now) => moved(now, key, by))}
        remove=${() => remove(turn)}
        next=${() => next(turn)}
      />`
    })}
    ${
      undo !== undefined &&
      html`<p class="undo" role="status">
        ${undo.is === 'removed' ? 'A turn was taken out.' : 'The suggestion took the place of your text.'}
        <button type="button" class="link" onClick=${takeBack}>${undo.is === 'removed' ? 'Put it back' : 'Bring my text back'}</button>
      </p>`
    }
    <p class="add-turn">
      <button type="button" class="plain" onClick=${() => add(expected)}><${Icon} name="plus" /> ${SIDE_NAMES[expected]}</button>
      <button type="button" class="quiet small-button" onClick=${() => add(other)}><${Icon} name="plus" /> ${SIDE_NAMES[other]}</button>
      <span class="muted keys-hint"><kbd>Ctrl</kbd> <kbd>Enter</kbd> next turn, <kbd>Alt</kbd> <kbd>S</kbd> suggest, <kbd>Alt</kbd> <kbd>Shift</kbd> <kbd>↑</kbd> <kbd>↓</kbd> move</span>
    </p>
  </div>`
}

/** With Alt the arrows move by paragraphs in some fields, and on the page from thread to thread. */
function stayHere(event: KeyboardEvent): void {
  if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) event.stopPropagation()
}
