import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { PrivacyAction, PrivacyPage as View, WordsView } from '../protocol.ts'
import { client } from './client.ts'
import { html } from './html.ts'
import { forgetAll } from './kept.ts'
import { PlaceFrame } from './place-frame.ts'
import { HOME, hashOf } from './route.ts'
import { useSending } from './sending.ts'
import type { Store } from './store.ts'

/** What came of it, said where it was pressed. */
interface Said {
  readonly about: 'consent' | 'export'
  readonly text: string
}

interface Props {
  readonly store: Store
  readonly words: WordsView['privacy']
}

/** What is kept of oneself: to see, to take along, to allow or not, and to have erased (rules S2, S3). */
export function PrivacyPage({ store, words }: Props) {
  const [view, setView] = useState<View>()
  const [said, setSaid] = useState<Said>()
  const [asking, setAsking] = useState(false)
  const { busy, problem, send } = useSending(store)

  const read = () => send(async () => setView(await client.privacy()))
  useEffect(() => void read(), [])

  const labelOf = (action: PrivacyAction) => view?.actions.find((each) => each.action === action)?.label
  const consent = (training: boolean) => {
    setSaid(undefined)
    void send(async () => {
      const { say, page } = await client.consent(training)
      setView(page)
      setSaid({ about: 'consent', text: say })
    })
  }
  const getCopy = () => {
    setSaid(undefined)
    void send(async () => {
      saveAs(words.fileName, await client.exported())
      setSaid({ about: 'export', text: words.exportReady })
    })
  }
  const erase = () =>
    void send(async () => {
      const { say } = await client.erase()
      forgetAll()
      store.leave(say)
    })

  return html`<${PlaceFrame} title=${words.title} about="What is kept of you, and what it may be used for" back=${hashOf(HOME)} backTo="the channels">
    <div class="privacy">
      ${problem !== '' && html`<p class="problem" role="alert">${problem} ${view === undefined && html`<button type="button" class="link" onClick=${() => void read()}>Try again</button>`}</p>`}
      ${view === undefined && problem === '' && html`<p class="muted" role="status">One moment…</p>`}
      ${view?.sentences.map((sentence) => html`<p key=${sentence}>${sentence}</p>`)}
      ${
        view !== undefined &&
        html`<section class="privacy-choice">
          <div>
            <h2 id="privacy-training">Training</h2>
            <p class="muted" id="privacy-training-about">May what you write and do here help to train a model?</p>
            <p class="privacy-said" role="status">${said?.about === 'consent' ? said.text : ''}</p>
          </div>
          <button
            type="button"
            class="switch"
            role="switch"
            aria-checked=${view.training ? 'true' : 'false'}
            aria-labelledby="privacy-training"
            aria-describedby="privacy-training-about"
            disabled=${busy}
            onClick=${() => consent(!view.training)}
          ><span class="switch-knob"></span></button>
        </section>`
      }
      ${
        labelOf('export') !== undefined &&
        html`<section class="privacy-choice">
          <div>
            <h2>${labelOf('export')}</h2>
            <p class="muted">A file with everything, one JSON object a line.</p>
            <p class="privacy-said" role="status">${said?.about === 'export' ? said.text : ''}</p>
          </div>
          <button type="button" class="plain" disabled=${busy} onClick=${getCopy}>Download</button>
        </section>`
      }
      ${
        labelOf('erase') !== undefined &&
        html`<section class="privacy-choice">
          ${
            asking
              ? html`<${Asking} words=${words} busy=${busy} erase=${erase} keep=${() => setAsking(false)} />`
              : html`<div>
                    <h2>${labelOf('erase')}</h2>
                    <p class="muted">You are asked once more before it happens.</p>
                  </div>
                  <button type="button" class="plain wrong" disabled=${busy} onClick=${() => setAsking(true)}>Erase…</button>`
          }
        </section>`
      }
    </div>
  <//>`
}

/** Once more before it is gone. The focus is on what does no harm. */
function Asking(props: {
  readonly words: WordsView['privacy']
  readonly busy: boolean
  readonly erase: () => void
  readonly keep: () => void
}) {
  const { words, busy, erase, keep } = props
  const harmless = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => harmless.current?.focus(), [])
  return html`<div
    class="privacy-asking"
    role="group"
    aria-label=${words.eraseConfirm}
    onKeyDown=${(event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      keep()
    }}
  >
    <p>${words.eraseAsk}</p>
    <p class="choices">
      <button type="button" class="primary wrong" disabled=${busy} onClick=${erase}>${busy ? 'Erasing…' : words.eraseConfirm}</button>
      <button type="button" class="quiet small-button" ref=${harmless} onClick=${keep}>${words.eraseCancel}</button>
    </p>
  </div>`
}

function saveAs(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has taken it by the next turn of its loop at the latest.
  setTimeout(() => URL.revokeObjectURL(url))
}
