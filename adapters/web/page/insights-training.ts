/** How training goes and went: what was tried lately, and the figures of each run as curves and as tables. */
import type { TrainingView } from '../protocol.ts'
import { html } from './html.ts'
import { curve } from './insights-curves.ts'
import { Figure } from './insights-figure.ts'
import {
  curveFinding,
  dateOf,
  figure,
  noFigures,
  runState,
  STAGE_NAMES,
  several,
  whole,
  whyNot,
} from './insights-words.ts'

type Run = TrainingView['runs'][number]

const CURVE_HEIGHT = 220
const CURVE_NAMES: Readonly<Record<Run['curves'][number]['name'], string>> = {
  loss: 'Loss',
  reward: 'Reward',
  kl: 'Distance from the supervised model',
  accuracy: 'Accuracy of the reward model',
}

export const Training = ({ training: { runs, older } }: { readonly training: TrainingView }) =>
  html`<section aria-labelledby="insights-training">
    <h2 id="insights-training">Training</h2>
    ${runs.map((run) => html`<${TrainingRun} key=${run.id} run=${run} />`)}
    ${older > 0 && html`<p class="muted">${several(older, 'older run is', 'older runs are')} not shown.</p>`}
  </section>`

function TrainingRun({ run }: { readonly run: Run }) {
  const name = `${STAGE_NAMES[run.stage]}, ${dateOf(run.createdAt)}`
  return html`<section class="run" aria-label=${`${name}, ${run.id}`}>
    <h3>${name} <span class="muted">${run.id}, engine ${run.engine}: ${runState(run)}</span></h3>
    ${whyNot(run) && html`<p class="muted">${whyNot(run)}</p>`}
    ${run.curves.length === 0 && html`<p class="muted">${noFigures(run)}</p>`}
    ${run.curves.map((each) => {
      const title = `${CURVE_NAMES[each.name]} of ${run.id}`
      return html`<${Figure}
        key=${each.name}
        title=${title}
        finding=${curveFinding(each, run.stage)}
        picture=${{ draw: () => curve(each), height: CURVE_HEIGHT }}
        table=${{
          heads: ['Step', CURVE_NAMES[each.name]],
          rows: each.points.toReversed().map(({ step, value }) => [whole(step), figure(value)]),
        }}
        version=${each}
      />`
    })}
  </section>`
}
