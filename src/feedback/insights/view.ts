/**
 * What feedback comes to, for people to look at. Types only and free of Node, so that a browser's page can import
 * them. Shares are from 0 to 1, times milliseconds since the epoch; `null` is what too little is known for.
 */
import type { Level } from '../statistics/alpha.ts'
import type { MeanTau } from '../statistics/kendall.ts'
import type { LengthBias } from '../statistics/length-bias.ts'
import type { PositionBias } from '../statistics/position-bias.ts'
import type { Proportion } from '../statistics/proportion.ts'

export interface Insights {
  /** When it was counted. */
  readonly at: number
  readonly votes: VoteInsight
  /** By `ReasonTag`. The newest of each person and reply; one may have several tags. The most frequent first. */
  readonly reasons: readonly { readonly tag: string; readonly label: string; readonly count: number }[]
  readonly demonstrations: DemonstrationInsight
  readonly rankings: RankingInsight
}

export interface Tally {
  readonly name: string
  readonly good: number
  readonly bad: number
  /** Of good votes. */
  readonly share: Proportion | null
}

export interface VoteInsight {
  /** Votes that stand. */
  readonly good: number
  readonly bad: number
  readonly share: Proportion | null
  /** Replies that people did something about. */
  readonly replies: number
  /** People who voted. */
  readonly raters: number
  /** Votes that were taken back. */
  readonly retracted: number
  /** Oldest first, without gaps. */
  readonly overTime: { readonly unit: PeriodUnit; readonly periods: readonly Period[] }
  /** The most votes first; `unknown` for what was recorded without it. */
  readonly byModel: readonly Tally[]
  readonly byPromptVersion: readonly Tally[]
  readonly byPlatform: readonly Tally[]
  /** How often two people think the same of one reply. */
  readonly agreement: Proportion | null
  /** Nominal. */
  readonly alpha: number | null
}

export type PeriodUnit = 'day' | 'week' | 'month'

export interface Period {
  /** First day of it, `YYYY-MM-DD`, UTC. Weeks begin on Monday. */
  readonly start: string
  readonly good: number
  readonly bad: number
}

export interface DemonstrationInsight {
  readonly draft: number
  readonly submitted: number
  readonly reviewed: number
  readonly rejected: number
  /** How many of all these are a better reply to one that was given. */
  readonly corrections: number
}

export interface RankingInsight {
  /** Comparisons that somebody ranked. */
  readonly tasks: number
  /** The newest of each person and comparison. */
  readonly rankings: number
  readonly raters: number
  /** Rankings that find none of the answers good enough. */
  readonly allBad: number
  readonly agreement: Proportion | null
  /** Nominal: which of two answers is better. Ordinal and interval: the place of each answer. */
  readonly alpha: Readonly<Record<Level, number | null>>
  readonly tau: MeanTau | null
  /** How often people agree with themselves, when the same answers come again in another order. */
  readonly consistency: Proportion | null
  readonly position: PositionBias | null
  readonly length: LengthBias | null
  /** What to hold these against. */
  readonly bounds: {
    /** What the raters of a published study agreed by. */
    readonly agreement: number
    /** An alpha from which tentative conclusions may be drawn, and one that can be relied on. */
    readonly tentative: number
    readonly reliable: number
  }
}
