/**
 * The least staleness that any schedule can reach that begins a reply with its first token, as rule D4 asks; also one
 * that knows every token in advance. To hold the first write of a reply back until it says more is no delivery of ours:
 * it would save a write for each reply, and in a crowd a good part of the staleness.
 *
 * A relaxation, so that no schedule is below it:
 * - Time is cut into cells. A write in a cell shows all that comes before the cell's end, and is visible one round
 *   trip after the cell's beginning. So it sees too much, too early, by less than one cell.
 * - One write of a reply is in flight at a time.
 * - Rate limits are a list of stretches of time with the most writes that any schedule can begin in each. They hold
 *   by fines (Lagrange): a write pays the fine of every stretch that it begins in, so a schedule within the limits pays
 *   at most `fine x most` for each stretch, and the cheapest schedule that pays, less what all may pay, is a lower
 *   bound for every choice of fines at or above zero. The search for fines only makes the bound better, never wrong.
 *   Stretches may overlap: a window that slides is as many of them as one likes.
 * - Writes charged to another account are free: a reply's first one, a stream's last one, and those that take up a
 *   further message, of which there are only so many a block, and none before there is text for it.
 *
 * The cheapest schedule for given prices is found exactly, by dynamic programming over the cells.
 */
import { CheapestDelay, CheapestLine } from './cheapest.ts'
import { Grid } from './grid.ts'
import type { RoundTrip } from './network.ts'
import { windowsBound } from './windows.ts'

/** What a platform bears of the writes that make replies grow. */
export interface Rate {
  /** Time is cut into steps, in milliseconds, from the first token on. Stretches begin and end with one. */
  readonly stepMs: number
  /** Length of a stretch in steps, and the most writes that begin in one; `Infinity` for no limit. */
  readonly stretchSteps: number
  readonly most: number
  /**
   * `any stretch`: the window slides, so it holds from every step on. `from start`: a window begins with its first
   * write and not at a time that is known, so only the sum over whole stretches from the start on is sure.
   */
  readonly holds: 'any stretch' | 'from start'
  readonly lastIsFree: boolean
  /** Most free writes in a step that take up further messages. */
  readonly mostFree: number
  /** Never two writes of a reply sooner after each other. */
  readonly leastGapMs: number
  /** How long a write keeps the next one of its reply waiting, and when it is visible: after one round trip, mostly. */
  readonly takes: (roundTrip: number) => { readonly busy: number; readonly visible: number }
}

export interface Reply {
  /** When its tokens come. */
  readonly arrivals: readonly number[]
  /** When it may make another write without paying: a new message begins with one. */
  readonly free: readonly number[]
}

/** What is to be small. */
export type Cost =
  /** Staleness summed over time. */
  | { readonly of: 'area' }
  /** Time during which the staleness is above an age. */
  | { readonly of: 'time above'; readonly age: number }

const ROUNDS = 16

/** Steps from one to before another, and how many writes may begin in them. */
interface Limit {
  readonly from: number
  readonly to: number
  readonly most: number
}

/** A value that the sum of the replies' costs cannot be below. */
export function lowerBound(
  replies: readonly Reply[],
  rate: Rate,
  roundTrip: RoundTrip,
  cost: Cost,
  cellMs: number,
): number {
  const grids = replies.map((reply) => new Grid(reply, rate, roundTrip, cellMs))
  const start = Math.min(...grids.map((grid) => grid.start))
  const end = Math.max(...grids.map((grid) => grid.end))
  const steps = Math.max(1, Math.ceil((end - start) / rate.stepMs))
  const limits = limitsOf(rate, steps)
  const free = Array.from({ length: steps }, () => 0)
  for (const at of replies.flatMap((reply) => reply.free)) {
    const step = Math.min(steps - 1, Math.floor((at - start) / rate.stepMs))
    free[step] = (free[step] ?? 0) + 1
  }
  let fines: readonly number[] = limits.map(() => 0)
  let best = 0
  let first = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const prices = pricesOf(fines, limits, steps)
    const used = prices.map(() => 0)
    let sum = 0
    for (const grid of grids) sum += cheapest(grid, rate, prices, start, cost, used)
    sum -= fines.reduce((paid, fine, nth) => paid + fine * (limits[nth]?.most ?? 0), 0)
    best = Math.max(best, sum - worthOfFree(prices, free, rate.mostFree))
    if (limits.length === 0) break
    if (round === 0) first = sum / Math.max(1, total(used))
    const next = towards(fines, limits, used, first, round)
    fines = rate.holds === 'from start' ? falling(next) : next
  }
  const [reply, ...others] = replies
  if (rate.holds === 'any stretch' || cost.of !== 'area' || reply === undefined || others.length > 0)
    return best
  // Both are bounds, so the larger one is.
  return Math.max(best, windowsBound(reply, rate, roundTrip))
}

function limitsOf({ stretchSteps, most, holds }: Rate, steps: number): readonly Limit[] {
  if (!Number.isFinite(most)) return []
  const limit = (from: number): Limit => ({ from, to: Math.min(steps, from + stretchSteps), most })
  // Sums from the start on are kept by fines that never rise: `falling`.
  if (holds === 'from start')
    return Array.from({ length: Math.ceil(steps / stretchSteps) }, (_, nth) => limit(nth * stretchSteps))
  // A stretch that reaches beyond the end says no more than the one before it, unless it is the first.
  return Array.from({ length: Math.max(1, steps - stretchSteps + 1) }, (_, from) => limit(from))
}

/** What a write costs by its step: the fines of all the stretches that it begins in. */
function pricesOf(fines: readonly number[], limits: readonly Limit[], steps: number): readonly number[] {
  const prices = Array.from({ length: steps }, () => 0)
  for (const [nth, { from, to }] of limits.entries())
    for (let step = from; step < to; step += 1) prices[step] = (prices[step] ?? 0) + (fines[nth] ?? 0)
  return prices
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)

/** The most that free writes can save: each in the dearest steps that are not before its time and are not full. */
function worthOfFree(prices: readonly number[], free: readonly number[], mostFree: number): number {
  const taken = prices.map(() => 0)
  const sumUntil = (counts: readonly number[], step: number) =>
    counts.slice(0, step + 1).reduce((sum, count) => sum + count, 0)
  let worth = 0
  const dearestFirst = prices.map((_, step) => step).toSorted((a, b) => (prices[b] ?? 0) - (prices[a] ?? 0))
  for (const step of dearestFirst) {
    let most = mostFree
    for (let later = step; later < prices.length; later += 1)
      most = Math.min(most, sumUntil(free, later) - sumUntil(taken, later))
    taken[step] = most
    worth += most * (prices[step] ?? 0)
  }
  return worth
}

/** Dearer where too much was written, cheaper where too little, in ever smaller steps. */
function towards(
  fines: readonly number[],
  limits: readonly Limit[],
  used: readonly number[],
  first: number,
  round: number,
): readonly number[] {
  const share = 1 / (1 + round / 6)
  return fines.map((fine, nth) => {
    const { from = 0, to = 0, most = 1 } = limits[nth] ?? {}
    const wrote = total(used.slice(from, to))
    // From nothing by a first guess, then by proportion: a gap that is too short by half costs a quarter.
    if (fine === 0) return wrote > most ? first * share : 0
    return fine * Math.min(4, Math.max(0.25, (Math.max(wrote, 0.5) / Math.max(most, 0.5)) ** (2 * share)))
  })
}

/** The nearest prices that never rise: sums from the start on allow no others. */
function falling(prices: readonly number[]): readonly number[] {
  const pools: { sum: number; count: number }[] = []
  for (const price of prices) {
    let pool = { sum: price, count: 1 }
    for (let last = pools.at(-1); last !== undefined; last = pools.at(-1)) {
      if (last.sum / last.count >= pool.sum / pool.count) break
      pools.pop()
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count }
    }
    pools.push(pool)
  }
  return pools.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count))
}

/**
 * The cheapest schedule of one reply at these prices.
 *
 * @param prices by step, from `origin` on.
 * @param used counts, by step, the writes that were paid for.
 */
function cheapest(
  grid: Grid,
  { lastIsFree, stepMs }: Rate,
  prices: readonly number[],
  origin: number,
  cost: Cost,
  used: number[],
): number {
  const { start, cells, cellMs, visible, next, after } = grid
  const stepOf = (cell: number) => Math.floor((start - origin + cell * cellMs) / stepMs)
  const total = new Float64Array(cells)
  const from = new Int32Array(cells).fill(-1)
  const best = cost.of === 'area' ? new CheapestLine() : new CheapestDelay(cost.age)
  let ready = 0
  let least = Number.POSITIVE_INFINITY
  let lastCell = -1
  for (let cell = 0; cell < cells; cell += 1) {
    while (ready < cell && (after[ready] ?? 0) <= cell) {
      const unseen = next[ready] ?? Number.POSITIVE_INFINITY
      const paid = total[ready] ?? Number.POSITIVE_INFINITY
      if (Number.isFinite(unseen + paid)) best.add(ready, paid, visible[ready] ?? 0, unseen)
      ready += 1
    }
    const endsAll = next[cell] === Number.POSITIVE_INFINITY
    if (cell === 0) total[cell] = stalenessUntil(visible[cell] ?? 0, cost)
    else {
      const { value, cell: before } = best.query(visible[cell] ?? 0)
      total[cell] = value + (endsAll && lastIsFree ? 0 : (prices[stepOf(cell)] ?? 0))
      from[cell] = before
    }
    if (endsAll && (total[cell] ?? 0) < least) {
      least = total[cell] ?? 0
      lastCell = cell
    }
  }
  for (let cell = lastCell; cell !== -1; cell = from[cell] ?? -1) {
    const isFree = from[cell] === -1 || (cell === lastCell && lastIsFree)
    const step = stepOf(cell)
    if (!isFree) used[step] = (used[step] ?? 0) + 1
  }
  return least
}

/** What the first token costs until the first write is visible. */
function stalenessUntil(visible: number, cost: Cost): number {
  switch (cost.of) {
    case 'area':
      return visible ** 2 / 2
    case 'time above':
      return Math.max(0, visible - cost.age)
  }
}
