/** Up to here the distance is exact. Steps grow with its square: this many take well under a tenth of a second. */
const EXACT_TO = 3_000

/**
 * How many characters (UTF-16 code units) must be put in, taken out or exchanged to make one text of the other
 * (Levenshtein). Quick for texts of any length that are nearly alike; of texts that differ by more than 3,000 it gives
 * the length of the longer one's part that is not shared at its ends, which is the most it can be.
 *
 * Follows how far each diagonal reaches with 0, 1, 2 … changes (Ukkonen): time is the text's length plus the square
 * of the distance, and never the product of both lengths.
 */
export function editDistance(before: string, after: string): number {
  const [a, b] = differing(before, after)
  const most = Math.max(a.length, b.length)
  if (a.length === 0 || b.length === 0) return most
  const bound = Math.min(most, EXACT_TO)
  const diagonals = 2 * bound + 3
  const goal = b.length - a.length
  if (Math.abs(goal) > bound) return most
  const middle = bound + 1
  let reach = new Int32Array(diagonals).fill(NONE)
  let next = new Int32Array(diagonals).fill(NONE)
  for (let changes = 0; changes <= bound; changes += 1) {
    for (let diagonal = -changes; diagonal <= changes; diagonal += 1) {
      const place = middle + diagonal
      const start =
        changes === 0
          ? 0
          : Math.max((reach[place] ?? NONE) + 1, reach[place - 1] ?? NONE, (reach[place + 1] ?? NONE) + 1)
      next[place] = slide(a, b, Math.min(start, a.length, b.length - diagonal), diagonal)
    }
    if (Math.abs(goal) <= changes && (next[middle + goal] ?? NONE) >= a.length) return changes
    ;[reach, next] = [next, reach]
  }
  return most
}

/** Farther back than any place, also after a step. */
const NONE = -(2 ** 30)

/** As far along a diagonal as both texts say the same. */
function slide(a: string, b: string, start: number, diagonal: number): number {
  let place = start
  if (place < 0 || place + diagonal < 0) return NONE
  while (
    place < a.length &&
    place + diagonal < b.length &&
    a.charCodeAt(place) === b.charCodeAt(place + diagonal)
  )
    place += 1
  return place
}

/** Both texts without what they share at their beginning and end. */
function differing(a: string, b: string): readonly [string, string] {
  const shorter = Math.min(a.length, b.length)
  let first = 0
  while (first < shorter && a.charCodeAt(first) === b.charCodeAt(first)) first += 1
  let last = 0
  while (last < shorter - first && a.charCodeAt(a.length - 1 - last) === b.charCodeAt(b.length - 1 - last))
    last += 1
  return [a.slice(first, a.length - last), b.slice(first, b.length - last)]
}
