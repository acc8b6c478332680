/**
 * Insights: what all the feedback comes to. Every picture has the same numbers as a table beside it, and a sentence
 * above it that says what there is to see.
 */
import { useEffect, useState } from 'preact/hooks'
import type { InsightsView, TrainingView } from '../protocol.ts'
import { client, RequestError } from './client.ts'
import { html } from './html.ts'
import { Icon, Mark } from './icons.ts'
import {
  Agreement,
  Alpha,
  Length,
  Position,
  Reasons,
  VotesByGroup,
  VotesOverTime,
} from './insights-sections.ts'
import { Training } from './insights-training.ts'
import { percent, several, whole } from './insights-words.ts'
import { HOME, hashOf } from './route.ts'
import { clockTime } from './time.ts'

export function InsightsPage() {
  const [insights, setInsights] = useState<InsightsView | null>(null)
  const [training, setTraining] = useState<TrainingView | null>(null)
  const [problem, setProblem] = useState('')
  const read = async () => {
    try {
      const [counted, trained] = await Promise.all([client.insights(), client.training()])
      setInsights(counted)
      setTraining(trained)
      setProblem('')
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      setProblem(thrown.message)
    }
  }
  useEffect(() => void read(), [])

  return html`<main class="place" tabindex="-1" aria-label="Insights">
    <header class="bar">
      <a class="quiet back" href=${hashOf(HOME)} aria-label="Back to the channels"><${Icon} name="back" /></a>
      <div class="bar-title">
        <h1>Insights</h1>
        <p>What people say about the answers</p>
      </div>
      ${insights !== null && html`<span class="muted counted">Counted at ${clockTime(insights.at)}</span>`}
      <button type="button" class="quiet" aria-label="Count again" title="Count again" onClick=${() => void read()}><${Icon} name="again" /></button>
    </header>
    <div class="insights" tabindex="0" role="region" aria-label="All insights">
      ${problem !== '' && html`<p class="problem" role="alert">${problem}</p>`}
      ${insights === null ? problem === '' && html`<p class="muted" role="status">Counting.</p>` : html`<${Counted} insights=${insights} />`}
      ${training !== null && training.runs.length > 0 && html`<${Training} training=${training} />`}
    </div>
  </main>`
}

function Counted({ insights }: { readonly insights: InsightsView }) {
  const { votes, rankings } = insights
  if (isEmpty(insights)) return html`<${Nothing} />`
  return html`
    <${Sums} insights=${insights} />
    <section aria-labelledby="insights-votes">
      <h2 id="insights-votes">Votes</h2>
      <${VotesOverTime} insights=${insights} />
      <${VotesByGroup} insights=${insights} title="Good votes by model" groups=${votes.byModel} what="model" />
      <${VotesByGroup} insights=${insights} title="Good votes by prompt version" groups=${votes.byPromptVersion} what="prompt version" />
      <${Reasons} insights=${insights} />
    </section>
    <section aria-labelledby="insights-comparisons">
      <h2 id="insights-comparisons">Compared answers</h2>
      ${
        rankings.rankings === 0 && votes.agreement === null
          ? html`<p class="muted">Nobody has ranked answers yet. Choose “Compare answers” below an answer to begin.</p>`
          : html`<${Agreement} insights=${insights} />`
      }
      ${
        rankings.rankings > 0 &&
        html`<${Alpha} insights=${insights} />
      <${Position} insights=${insights} />
      <${Length} insights=${insights} />`
      }
    </section>`
}

const demonstrated = ({ demonstrations }: InsightsView): number =>
  demonstrations.draft + demonstrations.submitted + demonstrations.reviewed + demonstrations.rejected

const isEmpty = (insights: InsightsView): boolean =>
  insights.votes.replies === 0 && insights.rankings.rankings === 0 && demonstrated(insights) === 0

/** The whole of it in six numbers. */
function Sums({ insights }: { readonly insights: InsightsView }) {
  const { votes, demonstrations, rankings } = insights
  const sums: readonly (readonly [name: string, value: string, more: string])[] = [
    [
      'Good votes',
      votes.share === null ? '–' : percent(votes.share.share),
      several(votes.good + votes.bad, 'vote', 'votes'),
    ],
    ['Answers judged', whole(votes.replies), `by ${several(votes.raters, 'person', 'people')}`],
    ['Demonstrations', whole(demonstrated(insights)), `${whole(demonstrations.reviewed)} reviewed`],
    ['Better replies', whole(demonstrations.corrections), 'among these'],
    ['Rankings', whole(rankings.rankings), `by ${several(rankings.raters, 'person', 'people')}`],
    ['Comparisons', whole(rankings.tasks), `${whole(rankings.allBad)} times all bad`],
  ]
  return html`<dl class="sums">
    ${sums.map(
      ([name, value, more]) => html`<div key=${name}>
        <dt>${name}</dt>
        <dd>${value} <span>${more}</span></dd>
      </div>`,
    )}
  </dl>`
}

const Nothing = () =>
  html`<div class="nothing">
    <${Mark} />
    <h2>No feedback yet</h2>
    <p>This page fills as people say what they think of the answers:</p>
    <ul>
      <li>Press <b>good</b> or <b>bad</b> below an answer, or react to it with an emoji.</li>
      <li>After a bad vote, say why, or write a better reply.</li>
      <li>Compare several answers to one question and rank them.</li>
    </ul>
    <p class="muted">It counts what happens in Slack, in Discord and here.</p>
    <a class="primary" href=${hashOf({ ...HOME, thread: 'new' })}>Ask something</a>
  </div>`
