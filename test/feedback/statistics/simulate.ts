/** People who rank, made of seeded chance: what the statistics must find is planted in them. */
import type { Ranked } from '#core/feedback/statistics/ranked.ts'

export function shuffled(count: number, random: () => number): readonly number[] {
  const order = Array.from({ length: count }, (_, at) => at)
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    const [a = 0, b = 0] = [order[at], order[other]]
    order[at] = b
    order[other] = a
  }
  return order
}

/** Two answers, the first one better in truth; a person finds that with probability `accuracy`. */
export function judged(accuracy: number, random: () => number): Ranked {
  return { places: random() < accuracy ? [0, 1] : [1, 0], slots: shuffled(2, random) }
}

/**
 * Four answers, all as good as each other, shown in an order of chance. The first slot wins with `excess` more than
 * a fair share.
 */
export function choosy(excess: number, random: () => number): Ranked {
  const slots = shuffled(4, random)
  const slot = random() < 1 / 4 + excess ? 0 : 1 + Math.floor(random() * 3)
  const winner = slots.indexOf(slot)
  const rest = shuffled(3, random).map((place) => place + 1)
  return { places: [...rest.slice(0, winner), 0, ...rest.slice(winner)], slots }
}
