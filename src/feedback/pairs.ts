/**
 * Preference pairs, derived from rankings and never stored: what a reward model learns from. Pure.
 *
 * Follows the InstructGPT paper (arXiv 2203.02155): all C(K,2) pairs of one prompt weigh together as much as one
 * prompt, ties are dropped. Where raters disagree, the label is the share of their votes.
 */
import type { RankingRecord } from './rankings.ts'

export interface PreferencePair {
  readonly task: string
  /** Candidate ids. `chosen` has at least half of the votes. */
  readonly chosen: string
  readonly rejected: string
  /** Share of the votes for `chosen` among raters who saw a difference, 0.5 to 1: the soft label. */
  readonly share: number
  /** All pairs of a task together weigh at most 1: 1 / C(K,2) / raters, for each rater who saw a difference. */
  readonly weight: number
  /** Raters of the task, those who saw no difference included. */
  readonly raters: number
}

/**
 * @param rankings of any tasks. Of a person and task only the newest counts. Leave out those of tasks that repeat
 * another one: they tell how steady a rater is, and would count a person twice.
 */
export function pairsOf(rankings: Iterable<RankingRecord>): readonly PreferencePair[] {
  const tasks = new Map<string, RankingRecord[]>()
  for (const ranking of newestOf(rankings)) {
    const others = tasks.get(ranking.task)
    if (others === undefined) tasks.set(ranking.task, [ranking])
    else others.push(ranking)
  }
  return [...tasks.values()].flatMap(pairsOfTask)
}

/** Of each person and task the newest ranking, whatever order they come in (rule F1). */
export function newestOf(rankings: Iterable<RankingRecord>): readonly RankingRecord[] {
  const newest = new Map<string, RankingRecord>()
  for (const ranking of rankings) {
    const name = JSON.stringify([ranking.task, ranking.rater])
    const known = newest.get(name)
    if (known === undefined || known.id < ranking.id) newest.set(name, ranking)
  }
  return [...newest.values()]
}

function pairsOfTask(rankings: readonly RankingRecord[]): readonly PreferencePair[] {
  const [first] = rankings
  if (first === undefined) return []
  const ids = first.displayed.toSorted()
  const votes = 1 / ((ids.length * (ids.length - 1)) / 2) / rankings.length
  const places = rankings.map(({ order }) => placesIn(order))
  return ids.flatMap((a, nth) =>
    ids.slice(nth + 1).flatMap((b) => {
      const better = places.filter((place) => isBetter(place, a, b)).length
      const worse = places.filter((place) => isBetter(place, b, a)).length
      if (better + worse === 0) return []
      const [chosen, rejected] = better >= worse ? [a, b] : [b, a]
      return {
        ...{ task: first.task, chosen, rejected, raters: rankings.length },
        share: Math.max(better, worse) / (better + worse),
        weight: votes * (better + worse),
      }
    }),
  )
}

type Places = ReadonlyMap<string, number>

const placesIn = (order: RankingRecord['order']): Places =>
  new Map(order.flatMap((group, place) => group.map((id) => [id, place] as const)))

/** False for a tie, and for what a rater did not see. */
function isBetter(places: Places, a: string, b: string): boolean {
  const [placeOfA, placeOfB] = [places.get(a), places.get(b)]
  return placeOfA !== undefined && placeOfB !== undefined && placeOfA < placeOfB
}
