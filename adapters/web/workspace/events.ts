import { randomBytes } from 'node:crypto'
import type { WireEvent } from '../protocol.ts'

/** Events kept for readers that come back: some minutes of a busy workspace. */
const KEEP_EVENTS = 2_000
/** UTF-16 code units of events kept, about 4 MB: a long reply sent anew must not pin memory. */
const KEEP_SIZE = 2_000_000

/** One event as `text/event-stream` has it, id included. */
export type Frame = string

/** Tells open pages what changed. Lives in memory: after a restart every reader is told to read anew. */
export class EventLog {
  /** Ids of an earlier process never match. */
  readonly #epoch = randomBytes(6).toString('hex')
  /** Consecutive; the last one has number `#last`. */
  #kept: Frame[] = []
  #size = 0
  #last = 0
  readonly #readers = new Set<(frame: Frame) => void>()

  get readers(): number {
    return this.#readers.size
  }

  publish(event: WireEvent): void {
    this.#last += 1
    const frame = this.#frame(event)
    this.#kept.push(frame)
    this.#size += frame.length
    let drop = 0
    while (this.#kept.length - drop > KEEP_EVENTS || (this.#size > KEEP_SIZE && drop < this.#kept.length)) {
      this.#size -= this.#kept[drop]?.length ?? 0
      drop += 1
    }
    // In one go, and seldom: a shift for every event would be quadratic.
    if (drop > 0) this.#kept = this.#kept.slice(drop)
    for (const deliver of [...this.#readers]) deliver(frame)
  }

  /** Nothing that was said before is said again: whoever comes back reads everything anew. */
  forget(): void {
    this.#kept = []
    this.#size = 0
  }

  /**
   * Deliver what came after the event with id `after`, then everything new.
   *
   * @param after the reader's `Last-Event-ID`; without it the stream begins with `ready`, with one that is no longer
   * kept it begins with `resync`.
   * @returns ends the subscription.
   */
  subscribe(after: string | undefined, deliver: (frame: Frame) => void): () => void {
    const missed = after === undefined ? undefined : this.#since(after)
    if (missed === undefined) deliver(this.#frame({ type: after === undefined ? 'ready' : 'resync' }))
    else for (const frame of missed) deliver(frame)
    this.#readers.add(deliver)
    return () => {
      this.#readers.delete(deliver)
    }
  }

  #since(id: string): readonly Frame[] | undefined {
    const [epoch, count, ...rest] = id.split('-')
    const number = /^\d{1,15}$/.test(count ?? '') ? Number(count) : Number.NaN
    if (epoch !== this.#epoch || rest.length > 0 || !(number <= this.#last)) return undefined
    const missed = this.#last - number
    if (missed > this.#kept.length) return undefined
    return missed === 0 ? [] : this.#kept.slice(-missed)
  }

  #frame(event: WireEvent): Frame {
    return `id: ${this.#epoch}-${this.#last}\ndata: ${JSON.stringify(event)}\n\n`
  }
}
