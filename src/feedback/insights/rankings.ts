import type { RankingRecord } from '../rankings.ts'
import { PUBLISHED_AGREEMENT, taskAgreement } from '../statistics/agreement.ts'
import { Coincidences, RELIABLE, TENTATIVE } from '../statistics/alpha.ts'
import { meanKendallTau } from '../statistics/kendall.ts'
import { lengthBias, taskLengths } from '../statistics/length-bias.ts'
import { positionBias } from '../statistics/position-bias.ts'
import { clusteredProportion, NO_CLUSTERS, withCluster } from '../statistics/proportion.ts'
import type { Ranked } from '../statistics/ranked.ts'
import { placeUnits, preferenceUnits } from '../statistics/units.ts'
import type { ComparisonTask } from '../tasks.ts'
import type { RankingInsight } from './view.ts'

/** A ranking in a few bytes: what is kept while all of them are read. */
interface Brief extends Ranked {
  /** Of the record; sorts by time. */
  readonly id: string
  readonly allBad: boolean
}

interface RankedTask {
  /** In an order that is the same for everyone. */
  readonly answers: readonly string[]
  /** By rater: their newest ranking. */
  readonly people: Map<string, Brief>
}

/** A comparison that still stands, and its answers' lengths in characters. */
interface Standing {
  readonly people: ReadonlyMap<string, Brief>
  readonly lengths: readonly number[]
  readonly repeats: ComparisonTask['repeatsOf']
}

/**
 * Rankings are read first and kept in a few bytes each; then the comparisons they belong to, one at a time, because
 * texts are long. Rankings of a comparison that was withdrawn or erased do not count.
 */
export async function foldRankings(
  rankings: AsyncIterable<RankingRecord>,
  tasks: AsyncIterable<ComparisonTask>,
): Promise<RankingInsight> {
  const ranked = await newestByTask(rankings)
  const standing = new Map<string, Standing>()
  for await (const { id, state, candidates, repeatsOf } of tasks) {
    const task = ranked.get(id)
    if (task === undefined || state === 'withdrawn') continue
    const lengths = task.answers.map(
      (answer) => candidates.find((each) => each.id === answer)?.text.length ?? 0,
    )
    standing.set(id, { people: task.people, lengths, repeats: repeatsOf })
  }
  return summarised(standing)
}

async function newestByTask(
  rankings: AsyncIterable<RankingRecord>,
): Promise<ReadonlyMap<string, RankedTask>> {
  const tasks = new Map<string, RankedTask>()
  for await (const ranking of rankings) {
    const { id, task: name, rater, displayed } = ranking
    const task = tasks.get(name) ?? { answers: displayed.toSorted(), people: new Map<string, Brief>() }
    tasks.set(name, task)
    const known = task.people.get(rater)
    if (known === undefined || known.id < id) task.people.set(rater, brief(ranking, task.answers))
  }
  return tasks
}

function brief({ id, displayed, order, allBad }: RankingRecord, answers: readonly string[]): Brief {
  const places = new Map<string, number>()
  // Those that are as good as each other share the place of the first of them.
  for (const group of order) {
    const place = places.size
    for (const answer of group) places.set(answer, place)
  }
  return {
    ...{ id, allBad },
    places: Uint8Array.from(answers, (answer) => places.get(answer) ?? places.size),
    slots: Uint8Array.from(answers, (answer) => displayed.indexOf(answer)),
  }
}

function summarised(tasks: ReadonlyMap<string, Standing>): RankingInsight {
  const raters = new Set<string>()
  const preferences = new Coincidences()
  const places = new Coincidences()
  let agreeing = NO_CLUSTERS
  let lengths = NO_CLUSTERS
  let steady = NO_CLUSTERS
  for (const task of tasks.values()) {
    const people = [...task.people.values()]
    for (const rater of task.people.keys()) raters.add(rater)
    for (const unit of preferenceUnits([people])) preferences.add(unit)
    for (const unit of placeUnits([people])) places.add(unit)
    agreeing = withCluster(agreeing, taskAgreement(people))
    lengths = withCluster(lengths, taskLengths(people, task.lengths))
    steady = withCluster(steady, taskAgreement(twice(task, tasks)))
  }
  const byTask = [...tasks.values()].map(({ people }) => [...people.values()])
  const rankings = byTask.flat()
  return {
    ...{ tasks: tasks.size, rankings: rankings.length, raters: raters.size },
    allBad: rankings.filter(({ allBad }) => allBad).length,
    agreement: clusteredProportion(agreeing),
    alpha: {
      nominal: preferences.alpha('nominal'),
      ordinal: places.alpha('ordinal'),
      interval: places.alpha('interval'),
    },
    tau: meanKendallTau(byTask),
    consistency: clusteredProportion(steady),
    position: positionBias(rankings),
    length: lengthBias(lengths),
    bounds: { agreement: PUBLISHED_AGREEMENT, tentative: TENTATIVE, reliable: RELIABLE },
  }
}

/** Both rankings of the person to whom the same answers were shown again. */
function twice({ repeats, people }: Standing, tasks: ReadonlyMap<string, Standing>): readonly Ranked[] {
  if (repeats === undefined) return []
  const again = people.get(repeats.rater)
  const before = tasks.get(repeats.task)?.people.get(repeats.rater)
  return again === undefined || before === undefined ? [] : [before, again]
}
