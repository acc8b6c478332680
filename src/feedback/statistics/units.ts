/** Rankings as Krippendorff's alpha reads them: what was judged, and the values it was given. */
import { pairsOf, preference, type Ranked } from './ranked.ts'

/** For the nominal alpha: each two answers of a task are a unit, and which one is better is the value. */
export function* preferenceUnits(tasks: Iterable<readonly Ranked[]>): Generator<readonly number[]> {
  for (const people of tasks)
    for (const pair of pairsOf(people[0]?.places.length ?? 0))
      yield people.map((ranked) => preference(ranked, pair))
}

/**
 * For the ordinal and the interval alpha: each answer is a unit, and its place is the value, from 0 the best to 1 the
 * last, so that tasks with few and with many answers can stand together. Ties share the middle of their places.
 */
export function* placeUnits(tasks: Iterable<readonly Ranked[]>): Generator<readonly number[]> {
  for (const people of tasks)
    for (let answer = 0; answer < (people[0]?.places.length ?? 0); answer++)
      yield people.map((ranked) => scaledPlace(ranked, answer))
}

function scaledPlace({ places }: Ranked, answer: number): number {
  const place = places[answer] ?? 0
  const sharing = Array.from(places).filter((other) => other === place).length
  return places.length < 2 ? 0 : (place + (sharing - 1) / 2) / (places.length - 1)
}
