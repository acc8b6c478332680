import { lowerBound, type Reply } from './bound.ts'
import { deliver, type Job, type Policy } from './deliver.ts'
import { roundTrips } from './network.ts'
import type { Subject } from './platforms.ts'
import { quantile, stalenessOf } from './staleness.ts'

/** What the readers of one run saw. Staleness in milliseconds, means over the time in which replies are written. */
export interface Measured {
  readonly mean: number
  readonly p95: number
  readonly writes: number
  readonly refused: number
}

export interface Bound {
  readonly mean: number
  readonly p95: number
}

/** What remains to be seen when the last token has come takes a round trip: that counts as writing time too. */
const LAST_MS = 200
const STALE_SHARE = 0.05
/** Cells of the lower bound: fine where round trips count, coarser for what is shared, or long and asked for often. */
const FINE_MS = 2
const COARSE_MS = 5
const SHARED_MS = 10
const LONG_MS = 30_000

export async function measure(
  subject: Subject,
  jobs: readonly Job[],
  policy: Policy,
  seed: number,
): Promise<Measured> {
  const { replies, writes, refused } = await deliver(jobs, subject.open, policy, seed)
  const all = replies.map(({ arrivals, sights }) => stalenessOf(arrivals, sights))
  const time = writingTime(jobs)
  const area = all.reduce((sum, one) => sum + one.area, 0)
  const ramps = all.flatMap((one) => one.ramps)
  return { mean: area / time, p95: quantile(ramps, STALE_SHARE * time), writes, refused }
}

export function bound(subject: Subject, jobs: readonly Job[], seed: number, withP95: boolean): Bound {
  const replies = jobs.map((job) => reply(subject, job))
  const groups = subject.shared ? [replies] : replies.map((one) => [one])
  const time = writingTime(jobs)
  const cell = time < LONG_MS ? FINE_MS : COARSE_MS
  const least = (of: Parameters<typeof lowerBound>[3], cellMs: number) =>
    groups.reduce((sum, group) => sum + lowerBound(group, subject.rate, roundTrips(seed), of, cellMs), 0)
  const mean = least({ of: 'area' }, jobs.length > 1 ? SHARED_MS : FINE_MS) / time
  if (!withP95) return { mean, p95: Number.NaN }
  let [low, high] = [0, 60_000]
  while (high - low > Math.max(2, low / 200)) {
    const age = (low + high) / 2
    // When even the best schedule is above this age for too long, no schedule's p95 is below it.
    if (least({ of: 'time above', age }, cell) > STALE_SHARE * time) low = age
    else high = age
  }
  return { mean, p95: low }
}

const writingTime = (jobs: readonly Job[]): number =>
  jobs.reduce((sum, { stream }) => sum + (stream.times.at(-1) ?? 0) + LAST_MS, 0)

/** A message begins when the first token comes that it shows. */
function reply({ cuts, freePerMessage }: Subject, { stream, startsAt }: Job): Reply {
  const arrivals = stream.times.map((at) => startsAt + at)
  const free: number[] = []
  let [token, size] = [0, 0]
  for (const cut of cuts(stream.tokens.join(''))) {
    for (; size + (stream.tokens[token]?.length ?? Number.POSITIVE_INFINITY) <= cut; token += 1)
      size += stream.tokens[token]?.length ?? 0
    for (let count = 0; count < freePerMessage; count += 1) free.push(arrivals[token] ?? startsAt)
  }
  return { arrivals, free }
}
