import { useEffect, useRef, useState } from 'preact/hooks'
import type { EarlierView, MessageView, PersonView } from '../protocol.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { Judging, useOpenForm } from './judging.ts'
import { copyText, Markdown } from './markdown.ts'
import type { State } from './model.ts'
import { Reactions } from './reactions.ts'
import type { Store } from './store.ts'
import { Switcher } from './switcher.ts'
import { Votes } from './votes.ts'

interface Props {
  readonly message: MessageView
  readonly self: PersonView
  readonly store: Store
  readonly votes: State['votes']
  readonly isNewest: boolean
}

/** What the assistant said, the answers it gave before, and what one can do about them. */
export function Reply({ message, self, store, votes, isNewest }: Props) {
  const { id, text, finished, controls } = message
  const [older, setOlder] = useState<{ readonly nth: number; readonly answer: EarlierView }>()
  const wanted = useRef(0)

  // Another answer has come: that is what one wants to read.
  useEffect(() => {
    wanted.current += 1
    setOlder(undefined)
  }, [message.reply, message.earlier])

  const words = store.state.session?.words
  const count = message.earlier + 1
  const choose = async (shown: number) => {
    wanted.current += 1
    const turn = wanted.current
    const nth = shown - 1
    const answer = nth < message.earlier ? await store.earlier(id, nth) : undefined
    // Somebody quick is two answers further by now.
    if (turn !== wanted.current || (answer === undefined && nth < message.earlier)) return
    setOlder(answer === undefined ? undefined : { nth, answer })
  }

  const shownText = older?.answer.text ?? text
  const reply = older === undefined ? message.reply : older.answer.reply
  const canJudge = older !== undefined || controls.includes('good')
  const [form, setForm] = useOpenForm(reply, self.id)
  return html`
    <${Markdown} text=${shownText} growing=${!finished && older === undefined} />
    ${
      (finished || count > 1) &&
      html`<div class="under">
        ${finished && reply !== null && canJudge && html`<${Votes} message=${id} reply=${reply} vote=${votes[reply]} store=${store} voted=${(vote: string) => setForm(vote === 'bad' ? 'reason' : form === 'reason' ? null : form)} />`}
        ${finished && older === undefined && html`<${Reactions} message=${message} self=${self} store=${store} />`}
        ${
          finished &&
          html`<button
            type="button"
            class="quiet small-button"
            onClick=${({ currentTarget }: MouseEvent) => {
              if (currentTarget instanceof HTMLElement) void copyText(shownText, currentTarget)
            }}
          >
            Copy
          </button>`
        }
        ${
          isNewest &&
          html`<button
            type="button"
            class="quiet small-button"
            title="Try again (r)"
            onClick=${({ detail }: MouseEvent) => {
              // The button goes while the next answer comes; from the keyboard the focus must stay somewhere.
              if (detail === 0) document.getElementById('composer')?.focus()
              setOlder(undefined)
              void store.again(message)
            }}
          >
            <${Icon} name="again" /> Try again
          </button>`
        }
        ${
          finished &&
          reply !== null &&
          controls.includes('correct') &&
          html`<button type="button" class="quiet small-button write-better" aria-expanded=${form === 'correction' ? 'true' : 'false'} onClick=${() => setForm('correction')}>
            <${Icon} name="edit" /> ${words?.correction.open}
          </button>`
        }
        ${
          finished &&
          older === undefined &&
          controls.includes('compare') &&
          html`<button type="button" class="quiet small-button" onClick=${() => void store.compare(message)}>
            <${Icon} name="compare" /> ${words?.ballot.open}
          </button>`
        }
        ${count > 1 && html`<${Switcher} shown=${older === undefined ? count : older.nth + 1} count=${count} choose=${(shown: number) => void choose(shown)} />`}
      </div>`
    }
    ${
      finished &&
      form !== null &&
      reply !== null &&
      html`<${Judging} ...${{ form, reply, store }} message=${id} person=${self.id} close=${() => setForm(null)} />`
    }`
}
