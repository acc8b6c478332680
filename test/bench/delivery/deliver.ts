/** Streams delivered by a policy to a platform on the virtual clock, and what their readers saw. */
import { setImmediate as nextTick } from 'node:timers/promises'
import { ReplyWriter } from '#core/delivery/reply-writer.ts'
import { split } from '#core/delivery/split.ts'
import { type ReplySurface, SurfaceError } from '#core/delivery/surface.ts'
import { EventClock } from './event-clock.ts'
import { Network, roundTrips } from './network.ts'
import type { OpenPlatform } from './platform.ts'
import type { Sight } from './staleness.ts'
import type { Stream } from './streams.ts'

/** A stream that begins at a time. */
export interface Job {
  readonly stream: Stream
  readonly startsAt: number
}

export interface Delivered {
  readonly arrivals: readonly number[]
  readonly sights: readonly Sight[]
}

export interface Delivery {
  readonly replies: readonly Delivered[]
  /** Calls that the platform took, and calls that it refused for their rate. */
  readonly writes: number
  readonly refused: number
}

/** Decides when `show` is called. */
export interface Policy {
  readonly name: string
  /** Whether surfaces charge the shared accounts. */
  readonly limited: boolean
  begin(surface: ReplySurface, clock: EventClock): { push(token: string): void; finish(): Promise<void> }
}

/** What Parley does. */
export const parley: Policy = {
  name: 'parley',
  limited: true,
  begin: (surface, clock) => {
    const signal = new AbortController().signal
    const writer = new ReplyWriter({ surface, clock, signal, onShown: async () => {} })
    let text = ''
    return {
      push: (token) => {
        text += token
        writer.push(token)
      },
      finish: () => writer.finish(text, ['good', 'bad']),
    }
  },
}

/**
 * What many bots do: an edit whenever `isDue`, one at a time; after a refusal, again when the platform says.
 *
 * @param isDue told how many tokens are not written and when the last write began.
 */
export function editing(name: string, isDue: (unwritten: number, since: number) => boolean): Policy {
  return {
    name,
    limited: false,
    begin: (surface, clock) => {
      const signal = new AbortController().signal
      const ending = Promise.withResolvers<void>()
      let text = ''
      let [unwritten, finished, busy, last] = [0, false, false, Number.NEGATIVE_INFINITY]
      const attempt = async (): Promise<void> => {
        if (busy || !(finished || (unwritten > 0 && isDue(unwritten, clock.now() - last)))) return
        busy = true
        last = clock.now()
        unwritten = 0
        const isLast = finished
        try {
          const parts = split(text, surface.limit)
          await surface.show(
            { parts, finished: isLast, controls: isLast ? ['good', 'bad'] : ['stop'] },
            signal,
          )
          if (isLast) return ending.resolve()
        } catch (error) {
          if (!(error instanceof SurfaceError) || error.fault.kind !== 'rate_limited')
            return ending.reject(error)
          unwritten += 1
          await clock.sleep(error.fault.retryAfterMs)
        }
        busy = false
        await attempt()
      }
      const tick = () => {
        if (finished) return
        void attempt()
        clock.at(clock.now() + TICK_MS, tick)
      }
      tick()
      return {
        push: (token) => {
          text += token
          unwritten += 1
          void attempt()
        },
        finish: () => {
          finished = true
          void attempt()
          return ending.promise
        },
      }
    },
  }
}

/** How often a policy that goes by time looks at the clock. */
const TICK_MS = 50
const SECOND_MS = 1_000
const CHUNKS = 20

export const eachSecond = editing('each second', (_, since) => since >= SECOND_MS)
export const each20Chunks = editing(
  'each 20 chunks',
  (unwritten, since) => unwritten >= CHUNKS || since === Infinity,
)

export async function deliver(
  jobs: readonly Job[],
  openPlatform: OpenPlatform,
  policy: Policy,
  seed: number,
): Promise<Delivery> {
  const clock = new EventClock()
  const roundTrip = roundTrips(seed)
  const network = new Network(clock, roundTrip)
  const platform = openPlatform({ clock, network, roundTrip, limited: policy.limited })
  const { onItsWay = () => 0 } = platform
  const ends: Promise<void>[] = []
  const replies = jobs.map(({ stream, startsAt }, nth): Delivered => {
    const arrivals = stream.times.map((at) => startsAt + at)
    const sights: Sight[] = []
    const surface = watched(platform.open(nth), stream.tokens, (tokens) =>
      sights.push({ at: clock.now() + onItsWay(clock.now()), tokens }),
    )
    const writer = policy.begin(surface, clock)
    for (const [index, at] of arrivals.entries()) clock.at(at, () => writer.push(stream.tokens[index] ?? ''))
    const end = Promise.withResolvers<void>()
    ends.push(end.promise)
    clock.at(arrivals.at(-1) ?? startsAt, () => void writer.finish().then(end.resolve, end.reject))
    return { arrivals, sights }
  })
  // With the clock at its end, what has not ended never would.
  const ended = Promise.all(ends).then(() => 'ended')
  await clock.run()
  if ((await Promise.race([ended, nextTick('stuck')])) === 'stuck') throw new Error('a reply never ended')
  return { replies, writes: platform.tally.writes, refused: platform.tally.refused }
}

/** What a `show` is told is visible when it has resolved: a little late for a show of several calls. */
function watched(
  surface: ReplySurface,
  tokens: readonly string[],
  saw: (tokens: number) => void,
): ReplySurface {
  const show = surface.show.bind(surface)
  const lengths = tokens.map((token) => token.length)
  let [counted, length] = [0, 0]
  /** How many tokens these parts hold. These streams hold nothing that a cut repeats. */
  const held = (parts: readonly string[]): number => {
    const shown = parts.reduce((sum, part) => sum + part.length, 0)
    for (let next = lengths[counted]; next !== undefined && length + next <= shown; next = lengths[counted]) {
      counted += 1
      length += next
    }
    return counted
  }
  // Not a surface around it: accounts know the one that charges them.
  surface.show = async (view, signal) => {
    const tokens = held(view.parts)
    const shown = await show(view, signal)
    saw(tokens)
    return shown
  }
  return surface
}
