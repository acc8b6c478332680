import type { DialogueView } from '../protocol.ts'
import { origin } from './console-script.ts'
import { SIDE_NAMES, SideMark } from './console-turn.ts'
import { html } from './html.ts'
import { Markdown } from './markdown.ts'

/** A dialogue to be read. */
export const Shown = ({ dialogue }: { readonly dialogue: DialogueView }) =>
  html`<div class="script">
    ${
      dialogue.system.trim() !== '' &&
      html`<section class="system final" aria-label="What the assistant is told">
        <h2 class="system-title">What the assistant is told</h2>
        <${Markdown} text=${dialogue.system} growing=${false} />
      </section>`
    }
    ${dialogue.turns.map((turn, index) => {
      const about = origin(turn)
      return html`<section key=${index} class=${`turn final ${turn.side}`} aria-label=${`Turn ${index + 1}, ${SIDE_NAMES[turn.side].toLowerCase()}`}>
        <header>
          <${SideMark} side=${turn.side} />
          <span class="who">${SIDE_NAMES[turn.side]}</span>
          ${about !== '' && html`<span class="origin">${about}</span>`}
        </header>
        <${Markdown} text=${turn.text} growing=${false} />
      </section>`
    })}
  </div>`
