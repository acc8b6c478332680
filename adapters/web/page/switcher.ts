import { html } from './html.ts'
import { Icon } from './icons.ts'

interface Props {
  /** Which answer is shown; 1 is the oldest. */
  readonly shown: number
  readonly count: number
  readonly choose: (shown: number) => void
}

/** From one answer to another: ‹ 2 of 2 ›. At its ends a button stays, so that the focus does. */
export const Switcher = ({ shown, count, choose }: Props) => {
  const step = (by: 1 | -1, label: string, icon: 'back' | 'forward') => {
    const next = shown + by
    const isEnd = next < 1 || next > count
    return html`<button
      type="button"
      class="quiet"
      aria-label=${label}
      title=${label}
      aria-disabled=${isEnd ? 'true' : 'false'}
      onClick=${() => {
        if (!isEnd) choose(next)
      }}
    >
      <${Icon} name=${icon} />
    </button>`
  }
  return html`<div class="switcher" role="group" aria-label="Answers">
    ${step(-1, 'Earlier answer', 'back')}
    <span role="status"><span class="hidden">Answer </span>${shown} of ${count}</span>
    ${step(1, 'Later answer', 'forward')}
  </div>`
}
