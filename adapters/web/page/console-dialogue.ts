import { useEffect, useState } from 'preact/hooks'
import type { DialogueView, PersonView } from '../protocol.ts'
import { client, RequestError } from './client.ts'
import type { Autosaved } from './console-autosave.ts'
import { AskConsent, wasAsked } from './console-consent.ts'
import { Editor, useEditor } from './console-editor.ts'
import { forgetScript } from './console-kept.ts'
import { endsOf, type OpenedDialogue, openDialogue } from './console-open.ts'
import { consoleHash } from './console-place.ts'
import type { PlainScript } from './console-script.ts'
import { Shown } from './console-shown.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { PlaceFrame } from './place-frame.ts'
import { useSending } from './sending.ts'
import type { Store } from './store.ts'

/** Milliseconds before a server that is away is asked again. */
const RETRY_MS = 2_000
const BACK = consoleHash({ at: 'write' })

interface Props {
  readonly id: string
  readonly store: Store
  readonly self: PersonView
  /** The text is in another dialogue now, and goes on being written there. */
  readonly wandered: (dialogue: string) => void
}

type Look =
  | { readonly is: 'reading'; readonly problem: string }
  | { readonly is: 'open'; readonly opened: OpenedDialogue; readonly nth: number }
  | { readonly is: 'gone'; readonly say: string }

/** One dialogue of one's own: to be written as long as it is a draft, to be read after that. */
export function DialoguePage({ id, store, self, wandered }: Props) {
  const [look, setLook] = useState<Look>({ is: 'reading', problem: '' })
  const [nth, setNth] = useState(0)
  useEffect(() => {
    const gone = new AbortController()
    void read(id, self.id, nth, gone.signal, (next) => !gone.signal.aborted && setLook(next), store)
    return () => gone.abort()
  }, [nth])
  const again = () => setNth(nth + 1)

  switch (look.is) {
    case 'reading':
      return html`<${PlaceFrame} title="Dialogue" about="" back=${BACK} backTo="the console" alwaysBack>
        <p class="muted" role="status">${look.problem === '' ? 'One moment…' : look.problem}</p>
      <//>`
    case 'gone':
      return html`<${PlaceFrame} title="Dialogue" about="" back=${BACK} backTo="the console" alwaysBack>
        <div class="place-note" role="alert"><p>${look.say}</p><p class="choices"><a class="primary" href=${BACK}>Back to the console</a></p></div>
      <//>`
    case 'open':
      return look.opened.dialogue.status === 'draft'
        ? html`<${Writing} key=${look.nth} ...${{ store, self, wandered, again }} opened=${look.opened} />`
        : html`<${Finished} key=${look.nth} ...${{ store, again }} dialogue=${look.opened.dialogue} />`
  }
}

async function read(
  id: string,
  person: string,
  nth: number,
  signal: AbortSignal,
  show: (look: Look) => void,
  store: Store,
): Promise<void> {
  while (!signal.aborted) {
    try {
      return show({ is: 'open', opened: await openDialogue(id, endsOf(person)), nth })
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      if (thrown.status === 401) return store.checkSession()
      if (thrown.status !== 0 && thrown.status < 500) return show({ is: 'gone', say: thrown.message })
      show({ is: 'reading', problem: 'Parley is not answering. Trying again.' })
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

interface WritingProps extends Omit<Props, 'id'> {
  readonly opened: OpenedDialogue
  readonly again: () => void
}

function Writing({ opened, store, self, wandered, again }: WritingProps) {
  const { dialogue, newer } = opened
  const editor = useEditor({ dialogue, newer, person: self.id, store, wandered })
  const { saved, autosave } = editor
  const [asking, setAsking] = useState<'nothing' | 'consent' | 'delete'>('nothing')
  const [stuck, setStuck] = useState(opened.stuck)
  const { busy, problem, say, send } = useSending(store)

  const submit = () =>
    void send(async () => {
      if (!(await autosave.flush())) throw new RequestError(0, NOT_YET)
      const { dialogue: id, revision } = autosave.state
      const moved = await client.moveDialogue(id, 'submit', revision)
      autosave.moved(moved.revision)
      again()
    })
  const begin = () => {
    say('')
    if (wasAsked(self.id)) submit()
    else setAsking('consent')
  }
  const remove = () =>
    void send(async () => {
      await autosave.flush()
      await client.removeDialogue(autosave.state.dialogue, autosave.state.revision)
      autosave.drop()
      location.hash = BACK
    })

  const actions = html`
    <span class=${`save-state ${saved.is}`} role="status">${SAVE_WORDS[saved.is]}</span>
    ${
      asking === 'delete'
        ? html`<span class="choices bar-asking" role="group" aria-label="Delete this dialogue?">
            <button type="button" class="plain wrong small-button" disabled=${busy} ref=${focus} onClick=${remove}>Delete it</button>
            <button type="button" class="quiet small-button" onClick=${() => setAsking('nothing')}>Keep it</button>
          </span>`
        : html`<button type="button" class="quiet" aria-label="Delete this dialogue" title="Delete this dialogue" onClick=${() => setAsking('delete')}><${Icon} name="bin" /></button>
          <button type="button" class="primary small-primary" disabled=${busy} onClick=${begin}>Submit</button>`
    }`
  const about = dialogue.isVersion ? 'Your own version of somebody else’s' : 'You play both sides'
  return html`<${PlaceFrame} title="Dialogue" about=${about} back=${BACK} backTo="the console" alwaysBack actions=${actions}>
    <div class="console-column">
      ${saved.notice !== '' && html`<p class="aside-note" role="status">${saved.notice} <a class="link" href=${consoleHash({ at: 'dialogue', dialogue: dialogue.id })}>Open the other one</a></p>`}
      ${opened.aside !== undefined && html`<p class="aside-note" role="status">${opened.aside.say} <a class="link" href=${consoleHash({ at: 'dialogue', dialogue: opened.aside.dialogue })}>Open the other one</a></p>`}
      ${
        stuck !== undefined &&
        html`<div class="aside-note">
          <p role="alert">${stuck.say}</p>
          <textarea readonly rows="5" aria-label="Text that is only in this browser" value=${textOf(stuck.kept.script)}></textarea>
          <p class="choices"><button type="button" class="quiet small-button" onClick=${() => {
            forgetScript(self.id, stuck.kept)
            setStuck(undefined)
          }}>I do not need it</button></p>
        </div>`
      }
      ${(problem !== '' || saved.problem !== '') && html`<p class="problem sticky-problem" role="alert">${problem || saved.problem}</p>`}
      ${
        asking === 'consent' &&
        html`<${AskConsent} person=${self.id} ...${{ store, busy }} close=${() => setAsking('nothing')} submit=${() => {
          setAsking('nothing')
          submit()
        }} />`
      }
      <${Editor} editor=${editor} note=${dialogue.note} />
    </div>
  <//>`
}

const NOT_YET =
  'Your text is not saved yet, because Parley is not answering. It is kept here; please try again in a moment.'

const SAVE_WORDS: Readonly<Record<Autosaved['is'], string>> = {
  saved: 'Saved',
  typed: 'Saving…',
  saving: 'Saving…',
  away: 'Kept in this browser',
  refused: 'Not saved',
}

const textOf = ({ system, turns }: PlainScript): string =>
  [system, ...turns.map(({ text }) => text)].filter((text) => text !== '').join('\n\n')

interface FinishedProps {
  readonly dialogue: DialogueView
  readonly store: Store
  readonly again: () => void
}

/** One that is out of one's hands, until it is taken back. */
function Finished({ dialogue, store, again }: FinishedProps) {
  const { id, revision, status, note } = dialogue
  const { busy, problem, send } = useSending(store)
  const reopen = () =>
    void send(async () => {
      await client.moveDialogue(id, 'reopen', revision)
      again()
    })
  const words = FINISHED_WORDS[status]
  return html`<${PlaceFrame} title="Dialogue" about=${words.about} back=${BACK} backTo="the console" alwaysBack>
    <div class="console-column">
      <div class=${`finished ${status}`} role="status">
        <p><b>${words.title}</b> ${words.say}</p>
        ${note !== undefined && html`<blockquote>${note}</blockquote>`}
        ${problem !== '' && html`<p class="problem" role="alert">${problem}</p>`}
        <p class="choices"><button type="button" class="plain" disabled=${busy} onClick=${reopen}>${words.reopen}</button></p>
      </div>
      <${Shown} dialogue=${dialogue} />
    </div>
  <//>`
}

const FINISHED_WORDS: Readonly<
  Record<DialogueView['status'], { about: string; title: string; say: string; reopen: string }>
> = {
  draft: { about: '', title: '', say: '', reopen: '' },
  submitted: {
    ...{ about: 'Waits for a review', title: 'Submitted.', reopen: 'Take it back' },
    say: 'Somebody else reads it now, and accepts it or sends it back.',
  },
  reviewed: {
    ...{ about: 'Accepted', title: 'Accepted.', reopen: 'Change it' },
    say: 'If you change it, somebody reads it again.',
  },
  rejected: {
    ...{ about: 'Sent back', title: 'Sent back.', reopen: 'Change it' },
    say: 'Somebody read it and says:',
  },
}

function focus(button: HTMLElement | null): void {
  button?.focus()
}
