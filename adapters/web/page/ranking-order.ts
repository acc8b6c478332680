/** Places and orders: what a person has chosen while ranking. Knows no browser. */

/** A place for each answer that has one; 1 is best. */
export type Places = Readonly<Record<string, number>>

/** Groups of answers that are as good as each other, best first. Answers without a place are not in it. */
export type Order = readonly (readonly string[])[]

export const placesIn = (order: Order): Places =>
  Object.fromEntries(order.flatMap((group, index) => group.map((slot) => [slot, index + 1] as const)))

/** Gaps mean nothing: 1, 3, 3 is 1, 2, 2. */
export function orderIn(places: Places): Order {
  const used = [...new Set(Object.values(places))].toSorted((a, b) => a - b)
  return used.map((place) => at(places, place))
}

/** The answers that share this place. */
export const at = (places: Places, place: number): readonly string[] =>
  Object.keys(places)
    .filter((slot) => places[slot] === place)
    .toSorted()

/** @param place `undefined` takes the answer away from where it is. */
export function placed(places: Places, slot: string, place: number | undefined): Places {
  const { [slot]: _, ...others } = places
  return place === undefined ? others : { ...others, [slot]: place }
}

/** One place better (-1) or worse (1); from none to the best, and never beyond the last. */
export function stepped(places: Places, slot: string, step: 1 | -1, most: number): Places {
  const now = places[slot]
  const next = now === undefined ? (step === 1 ? 1 : most) : Math.min(most, Math.max(1, now + step))
  return placed(places, slot, next)
}

/** Where an answer now stands, in words. */
export function spoken(places: Places, slot: string, most: number): string {
  const place = places[slot]
  if (place === undefined) return `Answer ${slot} has no place now.`
  const others = at(places, place).filter((each) => each !== slot)
  const shared = others.length === 0 ? '' : `, shared with ${others.join(', ')}`
  return `Answer ${slot}: place ${place} of ${most}${shared}.`
}
