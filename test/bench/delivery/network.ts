import { seeded } from '#test/seeded.ts'
import type { EventClock } from './event-clock.ts'

/** A platform answers after 150 to 250 ms; how fast it is drifts within seconds, as load does. */
const SLOWEST_MS = 250
const FASTEST_MS = 150
const DRIFT_MS = 17_000

/** How long a call takes that is made at this time. Known in advance to nobody but the lower bound. */
export type RoundTrip = (at: number) => number

export function roundTrips(seed: number): RoundTrip {
  const phase = seeded(seed)() * 2 * Math.PI
  const [middle, swing] = [(SLOWEST_MS + FASTEST_MS) / 2, (SLOWEST_MS - FASTEST_MS) / 2]
  return (at) => middle + swing * Math.sin((2 * Math.PI * at) / DRIFT_MS + phase)
}

/** Makes calls that take their round trip. The platform decides halfway: what it refuses is refused then. */
export class Network {
  readonly #clock: EventClock
  readonly #roundTrip: RoundTrip

  constructor(clock: EventClock, roundTrip: RoundTrip) {
    this.#clock = clock
    this.#roundTrip = roundTrip
  }

  async call<Answer>(decide: () => Answer): Promise<Answer> {
    const half = this.#roundTrip(this.#clock.now()) / 2
    await this.#clock.sleep(half)
    try {
      return decide()
    } finally {
      await this.#clock.sleep(half)
    }
  }
}
