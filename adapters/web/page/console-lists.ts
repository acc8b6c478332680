/** What one writes, what waits for one's review, and what waits to be ranked: three lists. */
import type { ComponentChildren } from 'preact'
import type { ComparisonQueue, DialogueLine } from '../protocol.ts'
import { consoleHash } from './console-place.ts'
import { html } from './html.ts'
import { Icon, Mark } from './icons.ts'
import { moveInList } from './keys.ts'
import { fullTime, isoTime, shortTime } from './time.ts'

const STATUS_WORDS: Readonly<Record<DialogueLine['status'], string>> = {
  draft: 'Draft',
  submitted: 'Waits for a review',
  reviewed: 'Accepted',
  rejected: 'Sent back',
}

interface OwnProps {
  readonly lines: readonly DialogueLine[]
  readonly busy: boolean
  readonly begin: () => void
}

export const Own = ({ lines, busy, begin }: OwnProps) =>
  html`<section aria-labelledby="console-own">
    <div class="list-head">
      <h2 id="console-own">Your dialogues</h2>
      <button type="button" class="primary" disabled=${busy} onClick=${begin}><${Icon} name="plus" /> New dialogue</button>
    </div>
    ${
      lines.length === 0
        ? html`<${Empty}>
            <p><b>Write how a good conversation goes.</b></p>
            <p class="muted">You play both the person and the assistant, and a model suggests the next turn whenever you like. What you write is what a model can learn from.</p>
          <//>`
        : html`<ul class="lines" onKeyDown=${moveInList}>
            ${lines.map(
              (line) => html`<li key=${line.id}>
                <${Line} line=${line} href=${consoleHash({ at: 'dialogue', dialogue: line.id })}>
                  <span class=${`status ${line.status}`}>${STATUS_WORDS[line.status]}</span>
                <//>
              </li>`,
            )}
          </ul>`
    }
  </section>`

export const Waiting = ({ lines }: { readonly lines: readonly DialogueLine[] }) =>
  html`<section aria-labelledby="console-waiting">
    <div class="list-head"><h2 id="console-waiting">Dialogues of others</h2></div>
    ${
      lines.length === 0
        ? html`<${Empty}>
            <p><b>Nothing to review.</b></p>
            <p class="muted">When somebody else submits a dialogue it is shown here. Nobody reviews their own.</p>
          <//>`
        : html`<ul class="lines" onKeyDown=${moveInList}>
            ${lines.map(
              (line) =>
                html`<li key=${line.id}><${Line} line=${line} href=${consoleHash({ at: 'reviewed', dialogue: line.id })} /></li>`,
            )}
          </ul>`
    }
  </section>`

export const Queue = ({ tasks }: { readonly tasks: ComparisonQueue }) =>
  html`<section aria-labelledby="console-queue">
    <div class="list-head"><h2 id="console-queue">Answers to compare</h2></div>
    ${
      tasks.length === 0
        ? html`<${Empty}>
            <p><b>Nothing to compare.</b></p>
            <p class="muted">Choose “Compare answers” below a reply in any conversation, and others can rank them here, too.</p>
          <//>`
        : html`<ul class="lines" onKeyDown=${moveInList}>
            ${tasks.map(
              ({ task, question }) => html`<li key=${task}>
                <a href=${consoleHash({ at: 'comparison', task })}>
                  <span class="line-title" dir="auto">${question}</span>
                  <span class="line-more">Which answer is best?</span>
                </a>
              </li>`,
            )}
          </ul>`
    }
  </section>`

interface LineProps {
  readonly line: DialogueLine
  readonly href: string
  readonly children?: ComponentChildren
}

const Line = ({ line, href, children }: LineProps) =>
  html`<a href=${href}>
    <span class=${line.title === '' ? 'line-title muted' : 'line-title'} dir="auto">${line.title || 'Nothing written yet'}</span>
    <span class="line-more">
      ${children}
      ${line.isVersion && html`<span>your own version</span>`}
      <span>${line.turns === 1 ? '1 turn' : `${line.turns} turns`}</span>
      <time datetime=${isoTime(line.changedAt)} title=${fullTime(line.changedAt)}>${shortTime(line.changedAt)}</time>
    </span>
    ${line.status === 'rejected' && line.note !== undefined && html`<span class="line-note" dir="auto">${line.note}</span>`}
  </a>`

const Empty = ({ children }: { readonly children?: ComponentChildren }) =>
  html`<div class="place-note"><${Mark} />${children}</div>`
