/**
 * What all the events about one reply come to (rules F1, F2). Pure: any order and any repetition of the same events
 * gives the same, which is what the platform shows.
 *
 * A press on good or bad says more than an emoji, and overrides it. A reaction that was taken back is gone. Where a
 * person's reactions disagree, the latest counts, and the vote is marked `conflicted`.
 */
import { type EventOf, type FeedbackEvent, nameOf } from './event.ts'
import { foldRater } from './fold-rater.ts'
import { inOrder } from './order.ts'
import { type Proportion, proportion } from './statistics/proportion.ts'

/** 1 is good, -1 is bad, 0 means nothing. */
export type Polarity = 1 | 0 | -1

/** What a reaction means in the workspace of its thread. */
export type PolarityOf = (reaction: Pick<EventOf<'reaction_added'>, 'thread' | 'value'>) => Polarity

/** What one person thinks of one reply. */
export interface RaterVote {
  readonly rater: string
  /** The person asked the question. */
  readonly requester: boolean
  /** 0 when they took it back. */
  readonly value: Polarity
  readonly by: 'button' | 'reaction'
  /** When they did what decides; milliseconds since the epoch. */
  readonly at: number
  /** They have reactions for and against at once; the latest decides. */
  readonly conflicted: boolean
  /** How often they went from good to bad or back. */
  readonly changes: number
  /** The words they judged, and how those were made. Left out where nobody knows. */
  readonly version?: string
  readonly model?: string
  readonly promptVersion?: string
  readonly arm?: string
}

export interface ReplyFeedback {
  readonly reply: string
  readonly platform: string
  readonly thread: string
  /** Of all who have ever voted, by pseudonym. */
  readonly votes: readonly RaterVote[]
  readonly good: number
  readonly bad: number
  /** Sum of the votes, those of who asked counted double. */
  readonly score: number
  /** Sign of `score`. 0 is no label. */
  readonly label: Polarity
  /** Of good votes, with Wilson's interval at 95 %. `null` without votes. */
  readonly share: Proportion | null
  /** The newest of each person. */
  readonly reasons: readonly EventOf<'reason'>[]
  readonly corrections: readonly EventOf<'correction'>[]
}

/** Who asked knows best whether it was answered. */
const REQUESTER_WEIGHT = 2

/** @param events all of one reply, at least one. */
export function foldReply(events: readonly FeedbackEvent[], polarityOf: PolarityOf): ReplyFeedback {
  const once = withoutRepetition(events)
  const [first] = once
  if (first === undefined) throw new Error('a reply without events has no feedback')
  const people = Map.groupBy(once, (event) => ('rater' in event ? event.rater : undefined))
  const clears = (people.get(undefined) ?? []).filter((event) => event.kind === 'reactions_cleared')
  const raters = [...people].flatMap(([rater, own]) => (rater === undefined ? [] : [{ rater, own }]))
  const votes = raters
    .map(({ rater, own }) => foldRater(rater, own, clears, polarityOf))
    .filter((vote) => vote !== undefined)
    .toSorted((a, b) => (a.rater < b.rater ? -1 : 1))
  const good = votes.filter(({ value }) => value === 1).length
  const bad = votes.filter(({ value }) => value === -1).length
  const score = votes.reduce(
    (sum, { value, requester }) => sum + value * (requester ? REQUESTER_WEIGHT : 1),
    0,
  )
  return {
    ...{ reply: first.reply, platform: first.platform, thread: first.thread },
    ...{ votes, good, bad, score, label: signOf(score) },
    share: proportion(good, good + bad),
    reasons: raters.flatMap(({ own }) => newest(own.filter((event) => event.kind === 'reason'))),
    corrections: once.filter((event) => event.kind === 'correction'),
  }
}

/** The earliest delivery of each event, oldest first: a redelivery may come with a later time and says no more. */
function withoutRepetition(events: readonly FeedbackEvent[]): readonly FeedbackEvent[] {
  if (events.length === 1) return events
  const oldestFirst = events.toSorted((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)))
  const seen = new Map<string, FeedbackEvent>()
  for (const event of oldestFirst) if (!seen.has(nameOf(event.id))) seen.set(nameOf(event.id), event)
  return [...seen.values()]
}

const newest = <Event extends FeedbackEvent>(events: readonly Event[]): readonly Event[] =>
  events.toSorted(inOrder).slice(-1)

const signOf = (score: number): Polarity => (score > 0 ? 1 : score < 0 ? -1 : 0)
