import type { Rate, Reply } from './bound.ts'
import type { RoundTrip } from './network.ts'

/** Longest round trip, and then some: later than any write has reason to be. */
const LONGEST_MS = 300

/** One reply on cells of time: what a write in each shows and when, both too well by less than a cell. */
export class Grid {
  readonly start: number
  readonly end: number
  readonly cellMs: number
  readonly cells: number
  /** By cell: when a write in it is visible, from the start. Never falls. */
  readonly visible: Float64Array
  /** By cell: when the first token comes that a write in it does not show; `Infinity` when it shows all. */
  readonly next: Float64Array
  /** By cell: the first cell in which the write after it may be. */
  readonly after: Int32Array

  constructor({ arrivals }: Reply, rate: Rate, roundTrip: RoundTrip, cellMs: number) {
    const first = arrivals[0] ?? 0
    const last = arrivals.at(-1) ?? first
    this.start = first
    this.end = last + Math.max(rate.leastGapMs, LONGEST_MS)
    this.cellMs = cellMs
    this.cells = Math.ceil((this.end - first) / cellMs)
    this.visible = new Float64Array(this.cells)
    this.next = new Float64Array(this.cells)
    this.after = new Int32Array(this.cells)
    let token = 0
    let soonest = 0
    for (let cell = 0; cell < this.cells; cell += 1) {
      const begins = cell * cellMs
      while (token < arrivals.length && (arrivals[token] ?? 0) - first < begins + cellMs) token += 1
      const { busy, visible } = rate.takes(roundTrip(first + begins))
      soonest = Math.max(soonest, begins + visible)
      this.visible[cell] = soonest
      this.next[cell] = token < arrivals.length ? (arrivals[token] ?? 0) - first : Number.POSITIVE_INFINITY
      this.after[cell] = cell + Math.max(1, Math.floor((Math.max(busy, rate.leastGapMs) - cellMs) / cellMs))
    }
  }
}
