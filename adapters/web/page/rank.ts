import { useEffect, useState } from 'preact/hooks'
import type { BallotView, PersonView, WordsView } from '../protocol.ts'
import { client, RequestError } from './client.ts'
import { html } from './html.ts'
import { Mark } from './icons.ts'
import { forget } from './kept.ts'
import { Markdown } from './markdown.ts'
import { PlaceFrame } from './place-frame.ts'
import { type Chosen, Ranking } from './ranking.ts'
import { hashOf, type Route } from './route.ts'
import type { Store } from './store.ts'

/** Milliseconds before a server that is away is asked again. */
const RETRY_MS = 2_000

type Ready = Exclude<BallotView, { readonly drawing: true }>
type Look =
  | { readonly is: 'drawing'; readonly problem: string }
  | { readonly is: 'ready'; readonly ballot: Ready }
  | { readonly is: 'refused'; readonly say: string }
  | { readonly is: 'done' }

interface Props {
  readonly store: Store
  readonly self: PersonView
  readonly route: Route
  readonly words: WordsView['ballot']
  /** Where it leads back to; the conversation, when left out. */
  readonly back?: { readonly href: string; readonly to: string }
  /** The address of another comparison that waits. */
  readonly next?: string | undefined
}

/** Several answers to one question, side by side, to be put in order. The address names the comparison. */
export function RankPage({ store, self, route, words, back: given, next: following }: Props) {
  const task = route.item ?? ''
  const name = `ranking.${self.id}.${task}`
  const [look, setLook] = useState<Look>({ is: 'drawing', problem: '' })
  const [turn, setTurn] = useState(0)

  useEffect(() => {
    const gone = new AbortController()
    setLook({ is: 'drawing', problem: '' })
    void open(task, gone.signal, (next) => !gone.signal.aborted && setLook(next), store)
    return () => gone.abort()
  }, [task, turn])

  const send = async (chosen: Chosen) => {
    await client.rank(task, chosen)
    forget(name)
    setLook({ is: 'done' })
  }
  const back = given?.href ?? hashOf({ channel: route.channel, thread: route.thread })
  const backTo = given?.to ?? 'the conversation'
  const again = () => setTurn(turn + 1)
  const content = () => {
    switch (look.is) {
      case 'drawing':
        return html`<${Drawing} words=${words} problem=${look.problem} />`
      case 'ready':
        return html`<section class="asked" aria-label=${words.question}>
            <h2>${words.question}</h2>
            <${Markdown} text=${look.ballot.question} growing=${false} />
          </section>
          ${look.ballot.earlier !== undefined && html`<p class="muted earlier-note">You have ranked these before. What you send now takes its place.</p>`}
          <${Ranking} key=${name} ...${{ name, words, store, send }} answers=${look.ballot.answers} earlier=${look.ballot.earlier} />`
      case 'refused':
        return html`<div class="place-note" role="alert">
          <p>${look.say}</p>
          <p class="choices"><button type="button" class="primary" onClick=${again}>Try again</button> <a class="quiet small-button" href=${back}>Back</a></p>
        </div>`
      case 'done':
        return html`<div class="place-note">
          <${Mark} />
          <p role="status">${words.done}</p>
          <p class="choices">${following === undefined ? html`<a class="primary" href=${back} ref=${focus}>Back to ${backTo}</a>` : html`<a class="primary" href=${following} ref=${focus}>The next one</a> <a class="quiet small-button" href=${back}>Back to ${backTo}</a>`} <button type="button" class="quiet small-button" onClick=${again}>Change it</button></p>
        </div>`
    }
  }
  return html`<${PlaceFrame} title=${words.title} about="Which is best? You do not see who wrote which" back=${back} backTo=${backTo} alwaysBack>
    ${content()}
  <//>`
}

/** Asks until the answers are there, the core refuses, or nobody looks any more. */
async function open(
  task: string,
  signal: AbortSignal,
  show: (look: Look) => void,
  store: Store,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const ballot = await client.ballot(task, signal)
      if (!('drawing' in ballot)) return show({ is: 'ready', ballot })
      show({ is: 'drawing', problem: '' })
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      if (signal.aborted) return
      if (thrown.status === 401) return store.checkSession()
      if (thrown.status !== 0 && thrown.status < 500) return show({ is: 'refused', say: thrown.message })
      show({ is: 'drawing', problem: 'Parley is not answering. Trying again.' })
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

/** Cards that are not written yet. */
const Drawing = ({ words, problem }: { readonly words: WordsView['ballot']; readonly problem: string }) =>
  html`<div class="drawing">
    <p role="status"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span> ${problem === '' ? words.drawing : problem}</p>
    <div class="answers" aria-hidden="true">
      ${['A', 'B', 'C', 'D'].map(
        (slot) =>
          html`<div key=${slot} class="answer blank"><header><span class="letter">${slot}</span></header><i></i><i></i><i></i><i></i></div>`,
      )}
    </div>
  </div>`

function focus(link: HTMLElement | null): void {
  link?.focus()
}
