import { useMemo } from 'preact/hooks'
import { html } from './html.ts'
import { Picture } from './insights-chart.ts'
import type { Draw } from './insights-pictures.ts'

interface Table {
  /** Of the columns; the first one names the rows. */
  readonly heads: readonly string[]
  /** By head: the colour that stands for it in the picture. */
  readonly swatches?: Readonly<Record<string, 'good' | 'bad' | 'chance'>>
  readonly rows: readonly (readonly string[])[]
}

interface Props {
  readonly title: string
  /** What there is to see, in a sentence. */
  readonly finding: string
  /** It needs somebody's attention. */
  readonly flagged?: boolean
  /** Undefined while there is nothing to show: the finding says what is missing. */
  readonly picture?: { readonly draw: () => Draw; readonly height: number } | undefined
  readonly table: Table
  /** Changes when the numbers do. */
  readonly version: unknown
}

/** A picture, and the same numbers as a table beside it. */
export function Figure({ title, finding, flagged = false, picture, table, version }: Props) {
  const draw = useMemo(() => picture?.draw(), [version])
  return html`<figure class="insight">
    <figcaption>
      <h3>${title} ${flagged && html`<span class="flag">Look at this</span>`}</h3>
      <p>${finding}</p>
    </figcaption>
    ${
      picture !== undefined &&
      draw !== undefined &&
      html`<div class="shown">
        <${Picture} draw=${draw} height=${picture.height} label=${`${title}. ${finding}`} />
        <${Numbers} title=${title} table=${table} />
      </div>`
    }
  </figure>`
}

/** Long ones scroll within, so that they can be reached by keyboard too. */
const Numbers = ({
  title,
  table: { heads, swatches = {}, rows },
}: {
  readonly title: string
  readonly table: Table
}) =>
  html`<div class="numbers" tabindex="0" role="region" aria-label=${`${title}: numbers`}>
    <table>
      <thead><tr>${heads.map((head) => html`<th scope="col" key=${head}>${swatches[head] !== undefined && html`<i class=${`swatch ${swatches[head]}`}></i>`}${head}</th>`)}</tr></thead>
      <tbody>
        ${rows.map(
          ([name, ...values], nth) => html`<tr key=${nth}>
            <th scope="row">${name}</th>
            ${values.map((value) => html`<td>${value}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`
