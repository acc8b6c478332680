/** The name a person probably meant, or nothing when none is near. Case, `-` and `_` are not counted. */
export function didYouMean(name: string, known: readonly string[]): string | undefined {
  const wanted = plain(name)
  const ranked = known
    .map((candidate) => ({ candidate, edits: editsBetween(wanted, plain(candidate)) }))
    .sort((a, b) => a.edits - b.edits)
  const best = ranked[0]
  return best !== undefined && best.edits <= editsAllowed(wanted) ? best.candidate : undefined
}

/** A third of the letters may be wrong: more, and unlike names are offered for short ones. */
const editsAllowed = (name: string): number => Math.floor(name.length / 3)

const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, '')

/** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function editsBetween(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
        swapped ? at(beforeLast, column - 2) + 1 : Infinity,
      )
    }
    beforeLast = last
    last = current
  }
  return at(last, b.length)
}

const at = (row: readonly number[], column: number): number => row[column] ?? Infinity
