import { useEffect, useState } from 'preact/hooks'
import { client } from './client.ts'
import { html } from './html.ts'
import { fieldsOf, keep, readKept } from './kept.ts'
import { useSending } from './sending.ts'
import type { Store } from './store.ts'

const nameOf = (person: string): string => `consented.${person}`

/** Whether this person was asked before, in this browser. */
export const wasAsked = (person: string): boolean =>
  readKept(nameOf(person), (value) => fieldsOf(value).asked === true) ?? false

interface Props {
  readonly person: string
  readonly store: Store
  readonly busy: boolean
  readonly submit: () => void
  readonly close: () => void
}

/** Said once, before the first dialogue is submitted: may it train models? Off until it is turned on (rule S2). */
export function AskConsent({ person, store, busy, submit, close }: Props) {
  const [training, setTraining] = useState<boolean>()
  const { busy: changing, problem, send } = useSending(store)
  useEffect(() => {
    void send(async () => setTraining((await client.privacy()).training))
  }, [])
  const turn = () =>
    void send(async () => setTraining((await client.consent(training !== true)).page.training))

  return html`<section
    class="consent"
    aria-labelledby="consent-title"
    onKeyDown=${(event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      close()
    }}
  >
    <h2 id="consent-title" class="consent-title">Before your first dialogue</h2>
    <p>Somebody else reads what you submit and accepts it or sends it back.</p>
    <div class="consent-choice">
      <div>
        <b id="consent-training">It may help to train models</b>
        <p class="muted" id="consent-about">All you write and do here, until you turn it off again under “Your privacy”. Without it your dialogue is kept, and no model learns from it.</p>
      </div>
      <button
        type="button"
        class="switch"
        role="switch"
        aria-checked=${training ? 'true' : 'false'}
        aria-labelledby="consent-training"
        aria-describedby="consent-about"
        disabled=${training === undefined || changing}
        onClick=${turn}
      ><span class="switch-knob"></span></button>
    </div>
    ${problem !== '' && html`<p class="problem" role="alert">${problem}</p>`}
    <p class="choices">
      <button
        type="button"
        class="primary"
        disabled=${busy || changing}
        ref=${focus}
        onClick=${() => {
          keep(nameOf(person), { asked: true })
          submit()
        }}
      >Submit</button>
      <button type="button" class="quiet small-button" onClick=${close}>Go on writing</button>
    </p>
  </section>`
}

/** As it appears, and not whenever it is drawn again. */
function focus(button: HTMLElement | null): void {
  if (document.activeElement?.closest('.consent') === null) button?.focus()
}
