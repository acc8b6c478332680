/** What a form holds: a place for each slot, 1 is best; undefined where none was chosen. */
export type Places = Readonly<Record<string, number | undefined>>

/**
 * The order that a form with one place for each answer means. Equal places are ties, and gaps mean nothing (1, 3, 3).
 *
 * @example orderOf({ A: 2, B: 1, C: 2 }) // { order: [['B'], ['A', 'C']] }
 */
export function orderOf(
  places: Places,
): { readonly order: readonly (readonly string[])[] } | { readonly say: string } {
  const slots = Object.keys(places).toSorted()
  const missing = slots.filter((slot) => !isPlace(places[slot], slots.length))
  if (missing.length > 0) return { say: `Please choose a place for ${missing.join(', ')}.` }
  const ranks = [...new Set(slots.map((slot) => places[slot]))].toSorted((a, b) => Number(a) - Number(b))
  return { order: ranks.map((rank) => slots.filter((slot) => places[slot] === rank)) }
}

const isPlace = (place: number | undefined, most: number): boolean =>
  place !== undefined && Number.isInteger(place) && place >= 1 && place <= most
