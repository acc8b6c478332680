/** What votes come to over all replies: `parley feedback stats`, and the first page of Insights. */
import type { FeedbackEvent } from './event.ts'
import type { PolarityOf, RaterVote, ReplyFeedback } from './fold.ts'
import { repliesWithFeedback } from './replies-with-feedback.ts'
import { type Proportion, proportion } from './statistics/proportion.ts'

/** Votes of one kind. `share` is that of good ones, with Wilson's interval at 95 %; `null` without votes. */
export interface Tally {
  readonly name: string
  readonly good: number
  readonly bad: number
  readonly share: Proportion | null
}

export interface FeedbackStats {
  readonly events: number
  /** Replies that people did something about. */
  readonly replies: number
  /** People who voted. */
  readonly raters: number
  /** Votes that stand. */
  readonly votes: Tally
  /** Replies by their label: those who asked count double, and a tie is no label. */
  readonly labels: { readonly good: number; readonly bad: number; readonly none: number }
  /** Votes that were taken back. */
  readonly retracted: number
  /** Votes of people whose reactions disagree. */
  readonly conflicted: number
  /** How often somebody went from good to bad or back. */
  readonly changes: number
  /** By the day of what decided, UTC, oldest first. */
  readonly byDay: readonly Tally[]
  /** The most votes first. What was recorded without it is `unknown`. */
  readonly byPlatform: readonly Tally[]
  readonly byModel: readonly Tally[]
  readonly byPromptVersion: readonly Tally[]
  /** By tag, the most frequent first. A reason may have several. */
  readonly reasons: readonly { readonly tag: string; readonly count: number }[]
  readonly corrections: number
}

const UNKNOWN = 'unknown'
const DAY_MS = 86_400_000

/** `2026-11-23`. @param day days since the epoch, UTC. */
const dayOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length)

export async function feedbackStats(
  events: AsyncIterable<FeedbackEvent>,
  polarityOf: PolarityOf,
): Promise<FeedbackStats> {
  const sums = new Sums()
  for await (const reply of repliesWithFeedback(counted(events, sums), polarityOf)) sums.add(reply)
  return sums.total()
}

async function* counted(
  events: AsyncIterable<FeedbackEvent>,
  sums: { events: number },
): AsyncGenerator<FeedbackEvent> {
  for await (const event of events) {
    sums.events += 1
    yield event
  }
}

/** Grows with days, models and people, and never with replies. */
export class Sums {
  events = 0
  #replies = 0
  #retracted = 0
  #conflicted = 0
  #changes = 0
  #corrections = 0
  readonly #raters = new Set<string>()
  readonly #all = new Tallies()
  readonly #labels = { good: 0, bad: 0, none: 0 }
  readonly #byDay = new Tallies<number>()
  readonly #byPlatform = new Tallies()
  readonly #byModel = new Tallies()
  readonly #byPromptVersion = new Tallies()
  readonly #tags = new Map<string, number>()

  add({ votes, label, platform, reasons, corrections }: ReplyFeedback): void {
    this.#replies += 1
    this.#corrections += corrections.length
    if (votes.length > 0) this.#labels[label === 1 ? 'good' : label === -1 ? 'bad' : 'none'] += 1
    for (const vote of votes) this.#addVote(vote, platform)
    for (const tag of reasons.flatMap(({ tags }) => tags)) this.#tags.set(tag, (this.#tags.get(tag) ?? 0) + 1)
  }

  #addVote(vote: RaterVote, platform: string): void {
    const { rater, value, at, conflicted, changes, model, promptVersion } = vote
    this.#raters.add(rater)
    this.#changes += changes
    if (conflicted) this.#conflicted += 1
    if (value === 0) this.#retracted += 1
    this.#all.add('all', value)
    this.#byDay.add(Math.floor(at / DAY_MS), value)
    this.#byPlatform.add(platform, value)
    this.#byModel.add(model ?? UNKNOWN, value)
    this.#byPromptVersion.add(promptVersion ?? UNKNOWN, value)
  }

  total(): FeedbackStats {
    const [votes = { name: 'all', good: 0, bad: 0, share: null }] = this.#all.list()
    return {
      ...{ events: this.events, replies: this.#replies, raters: this.#raters.size, votes },
      labels: this.#labels,
      ...{ retracted: this.#retracted, conflicted: this.#conflicted, changes: this.#changes },
      byDay: this.#byDay.list(dayOf).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      byPlatform: this.#byPlatform.list(),
      byModel: this.#byModel.list(),
      byPromptVersion: this.#byPromptVersion.list(),
      reasons: [...this.#tags].map(([tag, count]) => ({ tag, count })).toSorted((a, b) => b.count - a.count),
      corrections: this.#corrections,
    }
  }
}

class Tallies<Name extends string | number = string> {
  readonly #counts = new Map<Name, { good: number; bad: number }>()

  add(name: Name, value: RaterVote['value']): void {
    if (value === 0) return
    const counts = this.#counts.get(name) ?? { good: 0, bad: 0 }
    counts[value === 1 ? 'good' : 'bad'] += 1
    this.#counts.set(name, counts)
  }

  /** The most votes first. */
  list(textOf: (name: Name) => string = String): readonly Tally[] {
    return [...this.#counts]
      .map(([name, { good, bad }]) => ({
        ...{ name: textOf(name), good, bad },
        share: proportion(good, good + bad),
      }))
      .toSorted((a, b) => b.good + b.bad - a.good - a.bad)
  }
}
