import { html } from './html.ts'

interface Props<T extends string> {
  /** Unlike any other on the page. */
  readonly name: string
  readonly label: string
  readonly value: T | undefined
  readonly options: readonly { readonly value: T; readonly label: string; readonly spoken?: string }[]
  readonly choose: (value: T) => void
}

/** One of a few. Native radio buttons, so that arrow keys and screen readers know them. */
export const Segments = <T extends string>({ name, label, value, options, choose }: Props<T>) =>
  html`<div class="segments" role="radiogroup" aria-label=${label}>
    ${options.map(
      (option) => html`<label key=${option.value} class=${option.value === value ? 'chosen' : ''}>
        <input
          type="radio"
          name=${name}
          value=${option.value}
          checked=${option.value === value}
          aria-label=${option.spoken}
          onChange=${() => choose(option.value)}
        />
        <span aria-hidden=${option.spoken === undefined ? undefined : 'true'}>${option.label}</span>
      </label>`,
    )}
  </div>`
