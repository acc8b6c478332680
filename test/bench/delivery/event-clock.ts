import { setImmediate as nextTick } from 'node:timers/promises'
import type { Clock } from '#core/clock.ts'

interface Event {
  readonly at: number
  /** Events of one moment happen in the order they were asked for. */
  readonly order: number
  readonly happen: () => void
  cancelled: boolean
}

/** Time that jumps from event to event: minutes of a conversation in milliseconds. Nothing but promises may wait. */
export class EventClock implements Clock {
  #now = 0
  #order = 0
  /** A binary heap, soonest first. */
  readonly #events: Event[] = []

  now(): number {
    return this.#now
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const event = this.#add(this.#now + Math.max(0, ms), resolve)
    const cancel = () => {
      event.cancelled = true
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', cancel, { once: true })
    return promise.finally(() => signal?.removeEventListener('abort', cancel))
  }

  at(time: number, happen: () => void): void {
    this.#add(time, happen)
  }

  /** Until nothing is left to happen. */
  async run(): Promise<void> {
    await nextTick()
    for (let event = this.#pop(); event !== undefined; event = this.#pop()) {
      if (event.cancelled) continue
      this.#now = event.at
      event.happen()
      await nextTick()
    }
  }

  #add(at: number, happen: () => void): Event {
    const event: Event = { at: Math.max(this.#now, at), order: this.#order, happen, cancelled: false }
    this.#order += 1
    const heap = this.#events
    heap.push(event)
    for (let child = heap.length - 1; child > 0; ) {
      const parent = (child - 1) >> 1
      if (!this.#swapIfSooner(child, parent)) break
      child = parent
    }
    return event
  }

  #pop(): Event | undefined {
    const heap = this.#events
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    heap[0] = last
    for (let parent = 0; ; ) {
      const left = 2 * parent + 1
      const right = left + 1
      const child = isSooner(heap[right], heap[left]) ? right : left
      if (!this.#swapIfSooner(child, parent)) break
      parent = child
    }
    return first
  }

  #swapIfSooner(child: number, parent: number): boolean {
    const [lower, upper] = [this.#events[child], this.#events[parent]]
    if (lower === undefined || upper === undefined || !isSooner(lower, upper)) return false
    this.#events[child] = upper
    this.#events[parent] = lower
    return true
  }
}

const isSooner = (one: Event | undefined, other: Event | undefined): boolean =>
  one !== undefined &&
  (other === undefined || one.at < other.at || (one.at === other.at && one.order < other.order))
