import { html } from './html.ts'
import { Icon } from './icons.ts'
import type { Vote } from './model.ts'
import type { Store } from './store.ts'

interface Props {
  readonly message: string
  /** The answer that is shown now, which may be an earlier one. */
  readonly reply: string
  readonly vote: Vote | undefined
  readonly store: Store
  /** After a vote that is noted. */
  readonly voted: (vote: Vote) => void
}

/** Good or bad: what teaches the next model. One sees one's own press only. */
export const Votes = ({ message, reply, vote, store, voted }: Props) =>
  html`<div class="votes" role="group" aria-label="Was this good?">
    ${(['good', 'bad'] as const).map(
      (value) => html`<button
        type="button"
        key=${value}
        class="reaction"
        data-vote=${value}
        aria-pressed=${vote === value ? 'true' : 'false'}
        aria-label=${value === 'good' ? 'Good reply' : 'Bad reply'}
        title=${value === 'good' ? 'Good reply' : 'Bad reply'}
        onClick=${async () => {
          if (await store.vote(message, reply, value)) voted(value)
        }}
      >
        <${Icon} name=${value === 'good' ? 'thumbsUp' : 'thumbsDown'} filled=${vote === value} />
      </button>`,
    )}
  </div>`
