import { useEffect, useRef, useState } from 'preact/hooks'
import type { DialogueView, PersonView } from '../protocol.ts'
import { client } from './client.ts'
import { consoleHash } from './console-place.ts'
import { Shown } from './console-shown.ts'
import { newKey } from './drafts.ts'
import { html } from './html.ts'
import { Mark } from './icons.ts'
import { fieldsOf, forget, keep, readKept } from './kept.ts'
import { PlaceFrame } from './place-frame.ts'
import { HOME } from './route.ts'
import { useSending } from './sending.ts'
import type { Store } from './store.ts'

/** Characters that the server takes. */
const LONGEST_NOTE = 2_000
const BACK = consoleHash({ at: 'review' })

interface Props {
  readonly id: string
  readonly store: Store
  readonly self: PersonView
  /** Another one that waits. */
  readonly next: string | undefined
}

/** Reading somebody else's dialogue: accept it, send it back, or write one's own version of it. */
export function ReviewPage({ id, store, self, next }: Props) {
  const [dialogue, setDialogue] = useState<DialogueView>()
  const [done, setDone] = useState('')
  const { busy, problem, send } = useSending(store)
  const name = `review.${self.id}.${id}`
  const [note, setNote] = useState(
    () =>
      readKept(name, (value) =>
        typeof fieldsOf(value).note === 'string' ? String(fieldsOf(value).note) : undefined,
      ) ?? '',
  )
  /** One press is one review, however often it has to be sent. */
  const key = useRef(newKey())
  const read = () => send(async () => setDialogue(await client.dialogue(id)))
  useEffect(() => void read(), [])

  const change = (text: string) => {
    setNote(text)
    keep(name, { note: text })
    key.current = newKey()
  }
  const judge = (verdict: 'accept' | 'send_back') =>
    void send(async () => {
      if (dialogue === undefined) return
      await client.reviewDialogue(id, {
        revision: dialogue.revision,
        verdict,
        note,
        key: `${key.current}-${verdict}`,
      })
      forget(name)
      setDone(
        verdict === 'accept'
          ? 'Thank you, it is accepted.'
          : 'Thank you, it is on its way back with your note.',
      )
    })
  const version = () =>
    void send(async () => {
      if (dialogue === undefined) return
      const own = await client.ownVersion(id, { revision: dialogue.revision, key: key.current })
      store.go({ ...HOME, at: 'console', item: own.id })
    })

  if (done !== '')
    return html`<${PlaceFrame} title="Review" about="" back=${BACK} backTo="the reviews" alwaysBack>
      <div class="place-note">
        <${Mark} />
        <p role="status">${done}</p>
        <p class="choices">
          ${
            next === undefined
              ? html`<a class="primary" href=${BACK} ref=${focus}>Back to the reviews</a>`
              : html`<a class="primary" href=${consoleHash({ at: 'reviewed', dialogue: next })} ref=${focus}>The next one</a>
                <a class="quiet small-button" href=${BACK}>Back to the reviews</a>`
          }
        </p>
      </div>
    <//>`
  return html`<${PlaceFrame} title="Review" about="Would you want an assistant to answer like this?" back=${BACK} backTo="the reviews" alwaysBack>
    <div class="console-column">
      ${dialogue === undefined && problem === '' && html`<p class="muted" role="status">One moment…</p>`}
      ${dialogue !== undefined && html`<${Shown} dialogue=${dialogue} />`}
      ${
        dialogue !== undefined &&
        html`<form
          class="verdict"
          aria-label="Your review"
          onSubmit=${(event: Event) => {
            event.preventDefault()
            judge('accept')
          }}
        >
          <label class="why">
            Note to the writer
            <textarea
              dir="auto"
              rows="3"
              maxlength=${LONGEST_NOTE}
              placeholder="Needed to send it back: what should be better?"
              value=${note}
              onInput=${({ currentTarget }: Event) => {
                if (currentTarget instanceof HTMLTextAreaElement) change(currentTarget.value)
              }}
            ></textarea>
          </label>
          ${problem !== '' && html`<p class="problem" role="alert">${problem}</p>`}
          <p class="choices">
            <button type="submit" class="primary" disabled=${busy}>Accept</button>
            <button type="button" class="plain" disabled=${busy || note.trim() === ''} onClick=${() => judge('send_back')}>Send back</button>
            <button type="button" class="quiet small-button" disabled=${busy} onClick=${version}>Write your own version</button>
          </p>
        </form>`
      }
      ${dialogue === undefined && problem !== '' && html`<div class="place-note" role="alert"><p>${problem}</p><p class="choices"><button type="button" class="primary" onClick=${() => void read()}>Try again</button> <a class="quiet small-button" href=${BACK}>Back to the reviews</a></p></div>`}
    </div>
  <//>`
}

function focus(link: HTMLElement | null): void {
  link?.focus()
}
