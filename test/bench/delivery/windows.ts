/**
 * The least staleness of one reply whose writes a platform counts in windows that begin with a write: as in `bound.ts`,
 * but with every window held exactly, where a sum from the start on would let a schedule hoard what a pause leaves.
 *
 * A relaxation, so that no schedule is below it:
 * - Cells are those of `grid.ts`: a write shows all that comes before its cell's end, is visible one round trip after
 *   its cell's beginning, and keeps the next one waiting for no longer than it does.
 * - A platform counts a write when it arrives, half a round trip after it begins. A write may be in the window that an
 *   earlier one began, or begin the next one, if any two moments of their cells allow it. So whatever a schedule does is
 *   among what is tried here.
 * - In a window there are `most` writes that are charged. Each free one costs a price, the same at any time, and what
 *   all of them cost together is taken off in the end (Lagrange): no schedule makes more of them than there are, so
 *   every price at or above zero gives a lower bound.
 *
 * The cheapest schedule at a price is found exactly, by dynamic programming over the cells in which windows begin.
 */
import type { Rate, Reply } from './bound.ts'
import { CheapestAnywhere, CheapestLine } from './cheapest.ts'
import { Grid } from './grid.ts'
import type { RoundTrip } from './network.ts'

/** In milliseconds squared: what a write is worth that halves a gap between a tenth of a second and three. */
const LEAST_PRICE = 5_000
const MOST_PRICE = 2_000_000
const PRICES = 10
/** A price is looked for on wider cells. Any price will do: a good one only makes the bound better. */
const WIDER = 4
/** Every cell tries a window of its own, so cells are wide, and wider for what is long. */
const CELL_MS = 20
const LONG_MS = 300_000

export function windowsBound(reply: Reply, rate: Rate, roundTrip: RoundTrip): number {
  const time = (reply.arrivals.at(-1) ?? 0) - (reply.arrivals[0] ?? 0)
  const cellMs = time < LONG_MS ? CELL_MS : 2 * CELL_MS
  const fine = new Grid(reply, rate, roundTrip, cellMs)
  const free = reply.free.length
  if (free === 0) return cheapest(fine, Number.POSITIVE_INFINITY, rate, roundTrip)
  const wide = new Grid(reply, rate, roundTrip, WIDER * cellMs)
  const least = (on: Grid, price: number) => cheapest(on, price, rate, roundTrip) - price * free
  let [best, value] = [LEAST_PRICE, Number.NEGATIVE_INFINITY]
  for (let nth = 0; nth < PRICES; nth += 1) {
    const price = LEAST_PRICE * (MOST_PRICE / LEAST_PRICE) ** (nth / (PRICES - 1))
    const found = least(wide, price)
    if (found > value) [best, value] = [price, found]
  }
  return least(fine, best)
}

/** What the cheapest schedule costs when each free write costs this. */
function cheapest(grid: Grid, price: number, { stepMs, most }: Rate, roundTrip: RoundTrip): number {
  const { start, cells, cellMs, visible, next, after } = grid
  const isWorthIt = worthwhile(grid)
  /** By cell: when a write that begins with it is counted. */
  const counted = Float64Array.from({ length: cells + 1 }, (_, cell) => {
    const begins = cell * cellMs
    return begins + roundTrip(start + begins) / 2
  })
  /** What schedules have paid until their last write, which is in a cell, between windows: one may go on from there. */
  const between = new CheapestAnywhere(visible)
  const paidBetween = new Float64Array(cells).fill(Number.POSITIVE_INFINITY)
  /** By cell: last writes after which a schedule may go on from then on. */
  const ready: { readonly cell: number; readonly paid: number }[][] = Array.from({ length: cells }, () => [])
  let least = Number.POSITIVE_INFINITY
  const leave = (cell: number, paid: number, from: number) => {
    if (next[cell] === Number.POSITIVE_INFINITY) least = Math.min(least, paid)
    // Windows that begin later are over later: what is dearer then is never chosen.
    if (paid >= (paidBetween[cell] ?? 0)) return
    paidBetween[cell] = paid
    ready[Math.max(from, after[cell] ?? 0)]?.push({ cell, paid })
  }
  /** Within a window: what schedules have paid until their last write, by how many were charged by then. */
  const within = Array.from({ length: most }, () => new CheapestLine())
  const paidWithin = new Float64Array(cells * most)
  /** What the cheapest of those has paid after which no token has come until now. */
  let nothingNew = Number.POSITIVE_INFINITY
  let over = 0
  for (let first = 0; first < cells; first += 1) {
    const unseen = next[first] ?? Number.POSITIVE_INFINITY
    if (unseen !== next[first - 1]) nothingNew = Number.POSITIVE_INFINITY
    for (const last of ready[first] ?? []) {
      between.add(last.paid, visible[last.cell] ?? 0, next[last.cell] ?? 0)
      if (next[last.cell] === unseen) nothingNew = Math.min(nothingNew, last.paid)
    }
    ready[first] = []
    // The first write of all is free, and comes with the first token.
    if (first === 0) leave(first, (visible[first] ?? 0) ** 2 / 2, first + 1)
    // A write that shows nothing new may still be worth it: a window begins with it.
    const isQuiet = unseen > (visible[first] ?? 0)
    const paid = Math.min(between.query(first), isQuiet ? nothingNew : Number.POSITIVE_INFINITY)
    if (!Number.isFinite(paid)) continue
    leave(first, paid + price, first + 1)
    const soonest = (counted[first] ?? 0) + stepMs
    const latest = (counted[first + 1] ?? 0) + stepMs
    while (over < cells && (counted[over + 1] ?? Number.POSITIVE_INFINITY) < soonest) over += 1
    for (const lines of within) lines.clear()
    paidWithin.fill(Number.POSITIVE_INFINITY, first * most, first * most + most)
    paidWithin[first * most] = paid
    leave(first, paid, over)
    let added = first
    for (let cell = first + 1; cell < cells && (counted[cell] ?? 0) < latest; cell += 1) {
      for (; (after[added] ?? 0) <= cell && added < cell; added += 1)
        for (let layer = 0; layer < most; layer += 1) {
          const before = paidWithin[added * most + layer] ?? 0
          if (Number.isFinite(before) && Number.isFinite(next[added]))
            within[layer]?.add(added, before, visible[added] ?? 0, next[added] ?? 0)
        }
      let best = Number.POSITIVE_INFINITY
      let charged = Number.POSITIVE_INFINITY
      for (let layer = 0; layer < most; layer += 1) {
        const lines = isWorthIt[cell] ? within[layer] : undefined
        const here = lines?.least(visible[cell] ?? 0) ?? Number.POSITIVE_INFINITY
        const cost = Math.min(charged, here + price)
        paidWithin[cell * most + layer] = cost
        best = Math.min(best, cost)
        charged = here
      }
      if (Number.isFinite(best)) leave(cell, best, over)
    }
  }
  return least
}

/**
 * Whether a write that begins no window is worth it in a cell: when a token has come since a write could have been
 * under way. Any other shows nothing new, or can be made sooner, in the same window: right behind the write before it,
 * or with the newest token.
 */
function worthwhile({ cells, next, after }: Grid): readonly boolean[] {
  const longest = after.reduce((most, to, cell) => Math.max(most, to - cell), 0) + 1
  return Array.from({ length: cells }, (_, cell) => cell < longest || next[cell - longest] !== next[cell])
}
