import type { InsightsView } from '../protocol.ts'
import { html } from './html.ts'
import { Figure } from './insights-figure.ts'
import { lengths, ordinal, sharesWithRanges, votesOverTime, winsByPlace } from './insights-pictures.ts'
import {
  agreementFinding,
  alphaFinding,
  decimal,
  groupsFinding,
  lengthFinding,
  percent,
  periodName,
  positionFinding,
  range,
  reasonsFinding,
  UNIT_NAMES,
  votesFinding,
  whole,
} from './insights-words.ts'

interface Props {
  readonly insights: InsightsView
}

/** Pixels of a picture with a row for each of `rows`. */
const rowsHeight = (rows: number): number => Math.max(110, 44 + rows * 38)
const COLUMNS_HEIGHT = 220
/** Groups in a picture; the table has all of them. */
const MOST_PICTURED = 12

export function VotesOverTime({ insights }: Props) {
  const { overTime } = insights.votes
  const { unit, periods } = overTime
  return html`<${Figure}
    title="Votes over time"
    finding=${votesFinding(insights.votes)}
    picture=${periods.length === 0 ? undefined : { draw: () => votesOverTime(overTime), height: COLUMNS_HEIGHT }}
    table=${{
      heads: [UNIT_NAMES[unit], 'Good', 'Bad'],
      swatches: { Good: 'good', Bad: 'bad' },
      rows: periods
        .toReversed()
        .map(({ start, good, bad }) => [periodName(start, unit), whole(good), whole(bad)]),
    }}
    version=${insights}
  />`
}

interface GroupProps extends Props {
  readonly title: string
  readonly groups: InsightsView['votes']['byModel']
  /** `model`, `prompt version`. */
  readonly what: string
}

/** Good votes by whatever made the replies. */
export function VotesByGroup({ insights, title, groups, what }: GroupProps) {
  const rows = groups.flatMap(({ name, share }) => (share === null ? [] : [{ ...share, name }]))
  const pictured = rows.slice(0, MOST_PICTURED)
  return html`<${Figure}
    title=${title}
    finding=${groupsFinding(groups, what)}
    picture=${rows.length === 0 ? undefined : { draw: () => sharesWithRanges(pictured), height: rowsHeight(pictured.length) }}
    table=${{
      heads: ['Name', 'Good', 'Bad', 'Share', 'Likely range'],
      rows: groups.map(({ name, good, bad, share }) => [
        ...[name, whole(good), whole(bad)],
        ...(share === null ? ['', ''] : [percent(share.share), range(share)]),
      ]),
    }}
    version=${insights}
  />`
}

export function Reasons({ insights }: Props) {
  const { reasons } = insights
  const rows = reasons.map(({ label, count }) => ({ name: label, value: count }))
  return html`<${Figure}
    title="Why answers were bad"
    finding=${reasonsFinding(reasons)}
    picture=${rows.length === 0 ? undefined : { draw: () => lengths(rows, 'count'), height: rowsHeight(rows.length) }}
    table=${{ heads: ['Reason', 'Times'], rows: rows.map(({ name, value }) => [name, whole(value)]) }}
    version=${insights}
  />`
}

/** How far people agree: with each other, and with themselves. */
export function Agreement({ insights }: Props) {
  const { rankings, votes } = insights
  const measured = [
    { name: 'Rankings', share: rankings.agreement },
    { name: 'Same person again', share: rankings.consistency },
    { name: 'Votes', share: votes.agreement },
  ].flatMap(({ name, share }) => (share === null ? [] : [{ ...share, name }]))
  return html`<${Figure}
    title="Do people agree?"
    finding=${agreementFinding(rankings)}
    picture=${
      measured.length === 0
        ? undefined
        : {
            draw: () => sharesWithRanges(measured, [rankings.bounds.agreement]),
            height: rowsHeight(measured.length),
          }
    }
    table=${{
      heads: ['Of', 'Agree', 'Likely range', 'Pairs'],
      rows: [
        ...measured.map((each) => [each.name, percent(each.share), range(each), whole(each.of)]),
        ['InstructGPT', percent(rankings.bounds.agreement), '', ''],
      ],
    }}
    version=${insights}
  />`
}

export function Alpha({ insights }: Props) {
  const { rankings, votes } = insights
  const { alpha, tau, bounds } = rankings
  const measured = [
    { name: 'Better one (nominal)', value: alpha.nominal },
    { name: 'Place (ordinal)', value: alpha.ordinal },
    { name: 'Place (interval)', value: alpha.interval },
    { name: 'Good or bad (votes)', value: votes.alpha },
    { name: "Order (Kendall's tau)", value: tau?.tau ?? null },
  ]
  const rows = measured.flatMap(({ name, value }) => (value === null ? [] : [{ name, value }]))
  return html`<${Figure}
    title="Agreement beyond chance"
    finding=${alphaFinding(rankings)}
    picture=${
      rows.length === 0
        ? undefined
        : {
            draw: () => lengths(rows, 'alpha', [bounds.tentative, bounds.reliable]),
            height: rowsHeight(rows.length),
          }
    }
    table=${{ heads: ['Of', 'Value'], rows: measured.map(({ name, value }) => [name, decimal(value)]) }}
    version=${insights}
  />`
}

export function Position({ insights }: Props) {
  const { position } = insights.rankings
  return html`<${Figure}
    title="Does the place decide?"
    finding=${positionFinding(insights.rankings)}
    flagged=${position?.flagged}
    picture=${position === null ? undefined : { draw: () => winsByPlace(position), height: COLUMNS_HEIGHT }}
    table=${{
      heads: ['Shown', 'Won', 'Share', 'By chance'],
      swatches: { Share: 'good', 'By chance': 'chance' },
      rows: (position?.slots ?? []).map(({ wins, expected }, slot) => [
        ...[ordinal(slot), whole(wins)],
        ...[percent(wins / (position?.of ?? 1)), percent(expected / (position?.of ?? 1))],
      ]),
    }}
    version=${insights}
  />`
}

export function Length({ insights }: Props) {
  const { length } = insights.rankings
  const row = length === null ? undefined : { ...length.longerPreferred, name: 'Longer one' }
  return html`<${Figure}
    title="Does length decide?"
    finding=${lengthFinding(insights.rankings)}
    flagged=${length?.flagged}
    picture=${row === undefined ? undefined : { draw: () => sharesWithRanges([row], [0.5]), height: rowsHeight(1) }}
    table=${{
      heads: ['Preferred', 'Pairs', 'Share', 'Likely range'],
      rows:
        row === undefined
          ? []
          : [
              ['Longer one', whole(row.hits), percent(row.share), range(row)],
              [
                ...['Shorter one', whole(row.of - row.hits), percent(1 - row.share)],
                range({ low: 1 - row.high, high: 1 - row.low }),
              ],
            ],
    }}
    version=${insights}
  />`
}
