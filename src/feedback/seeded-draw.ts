import { createHash } from 'node:crypto'

/** Each draw takes 6 bytes of its own hash: 48 bits, exact in a JavaScript number. */
const BYTES = 6
const RANGE = 2 ** (8 * BYTES)

/** Whole numbers from 0 to below `size`, each as likely as any other. */
export type Draw = (size: number) => number

/**
 * Draws that follow from a seed, so that whoever has it can repeat them (rules F5, F6, L5).
 *
 * @example drawFrom('day 20415')(6) // the same throw of a die, always
 */
export function drawFrom(seed: string): Draw {
  let count = 0
  const next = (): number => {
    count += 1
    return createHash('sha256').update(`${count}:${seed}`).digest().readUIntBE(0, BYTES)
  }
  return (size) => {
    // What lies past the last whole multiple would make small numbers likelier.
    const fair = RANGE - (RANGE % size)
    for (;;) {
      const drawn = next()
      if (drawn < fair) return drawn % size
    }
  }
}

/** Every order is as likely as any other (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], draw: Draw): readonly T[] {
  const left = [...items]
  return items.flatMap(() => left.splice(draw(left.length), 1))
}
